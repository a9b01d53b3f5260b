"use client"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { LiveKey } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

/** What changes of one topic come from: the broker, its resource, new samples. */
export function topicKeys(cluster: string, topic: string): LiveKey[] {
  return [
    { of: "topics", cluster, name: topic },
    { of: "resources", cluster },
    { of: "metrics", cluster },
  ]
}

export function useTopic(cluster: string, topic: string, { isEnabled = true }: { isEnabled?: boolean } = {}) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  return useLiveQuery({
    queryKey: trpc.topics.get.queryKey({ cluster, topic }),
    queryFn: () => client.topics.get.query({ cluster, topic }),
    keys: topicKeys(cluster, topic),
    isEnabled: isEnabled && cluster !== "" && topic !== "",
  })
}
