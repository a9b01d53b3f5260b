"use client"
// Queries of a screen: asked once, asked again when the stream says that something they cover changed, and now and then as a net below it.
import { keepPreviousData, type QueryKey, type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query"
import { useLive } from "./live.tsx"
import { usePaused } from "./pause.ts"
import type { Envelope, LiveKey } from "./types.ts"

const none: readonly LiveKey[] = []
const netMs = 15_000

export interface LiveQuery<T> {
  queryKey: QueryKey
  queryFn: () => Promise<Envelope<T>>
  /** What the answer depends on. */
  keys: readonly LiveKey[]
  isEnabled?: boolean
}

/** Old data stays until new data is there, also when the question changed a little. */
export function useLiveQuery<T>({ queryKey, queryFn, keys, isEnabled = true }: LiveQuery<T>): UseQueryResult<Envelope<T>> {
  const queryClient = useQueryClient()
  const isPaused = usePaused()
  useLive(isEnabled ? keys : none, () => void queryClient.invalidateQueries({ queryKey, exact: true }))
  return useQuery({
    queryKey,
    queryFn,
    enabled: isEnabled,
    placeholderData: keepPreviousData,
    refetchInterval: isPaused ? false : netMs,
    refetchOnWindowFocus: isPaused ? false : "always",
  })
}
