"use client"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

export function useAlerts(cluster: string) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  return useLiveQuery({
    queryKey: trpc.alerts.list.queryKey({ cluster }),
    queryFn: () => client.alerts.list.query({ cluster }),
    keys: [{ of: "alerts", cluster }],
    isEnabled: cluster !== "",
  })
}

export function useAlertRules(cluster: string) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  return useLiveQuery({
    queryKey: trpc.alerts.rules.queryKey({ cluster }),
    queryFn: () => client.alerts.rules.query({ cluster }),
    keys: [{ of: "alerts", cluster }],
    isEnabled: cluster !== "",
  })
}
