"use client"
import { useQuery } from "@tanstack/react-query"
import { useTRPC } from "../../trpc/client.ts"
import type { ClusterRow } from "../../trpc/types.ts"

/** The environment of a cluster colours the band above everything. */
export function useEnvironment(cluster: string): ClusterRow["environment"] {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.clusters.list.queryOptions())
  return data?.data.find(({ name }) => name === cluster)?.environment ?? null
}
