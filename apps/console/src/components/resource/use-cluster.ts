"use client"
import { useQuery } from "@tanstack/react-query"
import { useSearch } from "../../app/navigation.tsx"
import { useTRPC } from "../../trpc/client.ts"

/** The cluster of this page: the one in the address, else the one that the console opens first. Empty while that is not known. */
export function useCluster(): string {
  const inAddress = useSearch().get("cluster")
  const trpc = useTRPC()
  const me = useQuery({ ...trpc.session.me.queryOptions(), enabled: !inAddress, staleTime: Number.POSITIVE_INFINITY })
  return inAddress || (me.data?.data.console.defaultCluster ?? "")
}
