"use client"
// Queries of a screen: asked once, asked again when the stream says that something they cover changed, and now and then as a net below it.
import { hashKey, type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query"
import { useLive } from "./live.tsx"
import { usePaused } from "./pause.ts"
import type { Envelope, LiveKey } from "./types.ts"
import { useHeldError } from "./use-held-error.ts"

const none: readonly LiveKey[] = []
const netMs = 15_000

export interface LiveQuery<T> {
  queryKey: QueryKey
  queryFn: () => Promise<Envelope<T>>
  /** What the answer depends on. */
  keys: readonly LiveKey[]
  isEnabled?: boolean
}

export interface LiveAnswer<T> {
  data: Envelope<T> | undefined
  error: unknown
  isPending: boolean
  refetch: () => Promise<unknown>
}

/** Old data stays until new data is there; so does a failure without data, however often it is asked again. */
export function useLiveQuery<T>({ queryKey, queryFn, keys, isEnabled = true }: LiveQuery<T>): LiveAnswer<T> {
  const queryClient = useQueryClient()
  const isPaused = usePaused()
  useLive(isEnabled ? keys : none, () => void queryClient.invalidateQueries({ queryKey, exact: true }))
  const query = useQuery({
    queryKey,
    queryFn,
    enabled: isEnabled,
    placeholderData: (before, asked) => (asked && isSameSubject(asked.queryKey, queryKey) ? before : undefined),
    refetchInterval: isPaused ? false : netMs,
    refetchOnWindowFocus: isPaused ? false : "always",
  })
  const error = useHeldError(hashKey(queryKey), query)
  const { data, isPending, refetch } = query
  return { data: error && query.isPlaceholderData ? undefined : data, error, isPending, refetch }
}

/** Keys of histories end with the time range; answers about another topic or cluster are never shown in its place. */
export function isSameSubject(before: QueryKey, after: QueryKey): boolean {
  return before.length > 2 && hashKey(before.slice(0, -2)) === hashKey(after.slice(0, -2))
}
