"use client"
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query"
import { useMemo } from "react"
import { useTRPCClient } from "../../trpc/client.ts"
import type { Inputs } from "../../trpc/types.ts"

type From = NonNullable<Inputs["messages"]["page"]["from"]>

export interface Seek {
  at: "newest" | "oldest" | "offset" | "time"
  partition: number | null
  offset: number | null
  time: number | null
}

/** Where reading starts; null while offset or time is still to be entered. */
export function startOf({ at, offset, time }: Seek): From | null {
  switch (at) {
    case "newest":
    case "oldest":
      return { at }
    case "offset":
      return offset === null ? null : { at, offset }
    case "time":
      return time === null ? null : { at, timestampMs: time }
  }
}

const pageSize = 100

/** Pages of records, newest first; older ones are asked for one page at a time. */
export function useMessages({ cluster, topic, seek, isEnabled }: { cluster: string; topic: string; seek: Seek; isEnabled: boolean }) {
  const client = useTRPCClient()
  const start = startOf(seek)
  const isForward = seek.at !== "newest"
  const query = useInfiniteQuery({
    queryKey: ["messages", cluster, topic, start, seek.partition],
    queryFn: ({ pageParam }) =>
      client.messages.page.query({
        cluster,
        topic,
        from: pageParam ?? start ?? { at: "newest" },
        limit: pageSize,
        maxValueBytes: 512,
        ...(seek.partition === null ? {} : { partitions: [seek.partition] }),
      }),
    initialPageParam: null as From | null,
    // From the newest one reads back, from any other place forward.
    getNextPageParam: ({ data }) => {
      const cursor = isForward ? data.newerCursor : data.olderCursor
      return cursor === null ? null : { at: "cursor" as const, cursor }
    },
    enabled: isEnabled && start !== null && cluster !== "" && topic !== "",
    placeholderData: keepPreviousData,
    maxPages: 10,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { data } = query
  const messages = useMemo(() => {
    const pages = data?.pages.map((page) => page.data.messages)
    return (isForward ? pages?.toReversed() : pages)?.flat()
  }, [data, isForward])
  return {
    ...query,
    messages,
    coverage: data?.pages.at(-1)?.data.coverage,
    degraded: data?.pages.at(-1)?.degraded ?? [],
    asOf: data?.pages[0]?.asOf ?? null,
    isForward,
  }
}
