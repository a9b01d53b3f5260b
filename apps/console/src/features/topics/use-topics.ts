"use client"
import { parseSort } from "../../components/resource/columns.ts"
import { useTRPCClient } from "../../trpc/client.ts"
import type { Inputs } from "../../trpc/types.ts"
import { usePagedQuery } from "../../trpc/use-paged-query.ts"

type SortBy = NonNullable<Inputs["topics"]["list"]["sortBy"]>

export interface TopicsQuestion {
  q: string
  view: "all" | "problems" | "unmanaged"
  sort: string
  internal: boolean
}

export function useTopics(cluster: string, { q, view, sort, internal }: TopicsQuestion) {
  const client = useTRPCClient()
  const { by, isDescending } = parseSort(sort)
  const question = { cluster, filter: q, view, withInternal: internal, sortBy: by as SortBy, isDescending }
  return usePagedQuery({
    queryKey: ["topics", "list", question],
    fetchPage: (cursor) => client.topics.list.query({ ...question, cursor }),
    keys: [
      { of: "topics", cluster },
      { of: "metrics", cluster },
    ],
    isEnabled: cluster !== "",
  })
}
