"use client"
// A list that the server filters, sorts and pages. Pages come as one scrolls; a change asks for the loaded pages again, in their order.
import { hashKey, type QueryKey, useInfiniteQuery, useQueryClient } from "@tanstack/react-query"
import { useCallback, useEffect, useMemo, useRef } from "react"
import { callFailure } from "./failure.ts"
import { useLive } from "./live.tsx"
import { usePaused } from "./pause.ts"
import type { Degraded, Envelope, LiveKey } from "./types.ts"
import { useHeldError } from "./use-held-error.ts"

export interface Page<Row> {
  rows: Row[]
  total: number
  matching: number
  nextCursor: string | null
}

export interface PagedQuery<P extends Page<unknown>> {
  queryKey: QueryKey
  fetchPage: (cursor: string | null) => Promise<Envelope<P>>
  keys: readonly LiveKey[]
  isEnabled: boolean
}

const netMs = 15_000
/** Loaded pages cost the server something each time they are asked for again. */
const perPageMs = 2000
/** Rows before the end of what is loaded at which the next page is fetched. */
const aheadRows = 120

export function usePagedQuery<P extends Page<unknown>>({ queryKey, fetchPage, keys, isEnabled }: PagedQuery<P>) {
  const queryClient = useQueryClient()
  const isPaused = usePaused()
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.data.nextCursor,
    enabled: isEnabled,
    // Another filter or order keeps the old rows for the moment; another cluster does not.
    placeholderData: (before, asked) => (asked && clusterOf(asked.queryKey) === clusterOf(queryKey) ? before : undefined),
    refetchInterval: ({ state }) => (isPaused ? false : netMs + perPageMs * (state.data?.pages.length ?? 1)),
    refetchOnWindowFocus: isPaused ? false : "always",
  })
  const { hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query
  const error = useHeldError(hashKey(queryKey), query)
  const data = error && query.isPlaceholderData ? undefined : query.data

  const pageCount = data?.pages.length ?? 1
  const askedAt = useRef(0)
  useLive(isEnabled ? keys : [], () => {
    if (performance.now() - askedAt.current < (pageCount - 1) * perPageMs) return
    askedAt.current = performance.now()
    void queryClient.invalidateQueries({ queryKey, exact: true })
  })
  useEffect(() => {
    // The snapshot behind the cursors is gone: the list starts again in place.
    if (error && callFailure(error).code === "CURSOR_EXPIRED") void queryClient.resetQueries({ queryKey, exact: true })
  }, [error, queryClient, queryKey])

  const rows = useMemo(() => data?.pages.flatMap((page) => page.data.rows) as P["rows"] | undefined, [data])
  const loaded = rows?.length ?? 0
  const onNeed = useCallback(
    (lastIndex: number) => {
      if (hasNextPage && !isFetchingNextPage && lastIndex > loaded - aheadRows) void fetchNextPage()
    },
    [hasNextPage, isFetchingNextPage, fetchNextPage, loaded],
  )
  return {
    rows,
    /** Counts and totals, of the newest page. */
    last: data?.pages.at(-1)?.data,
    asOf: data ? Math.min(...data.pages.map((page) => page.asOf)) : null,
    degraded: useMemo<Degraded[]>(() => data?.pages.flatMap((page) => page.degraded) ?? [], [data]),
    error,
    refetch,
    onNeed,
  }
}

/** Keys of lists end with the question. */
function clusterOf([, , question]: QueryKey): string {
  return (question as { cluster?: string } | undefined)?.cluster ?? ""
}
