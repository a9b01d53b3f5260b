"use client"
import { lazy, Suspense, useState } from "react"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { Icon } from "../../components/ui/icon.tsx"
import { Popover } from "../../components/ui/popover.tsx"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { ClusterRow } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"
import { EnvironmentTag } from "./environment-tag.tsx"

const ClusterChoices = lazy(() => import("./cluster-choices.tsx"))

/** Which cluster the page is about, with the environment it belongs to. */
export function ClusterSwitcher() {
  const current = useCluster()
  const clusters = useClusters()
  const [isOpen, setOpen] = useState(false)
  const shown = clusters.find(({ name }) => name === current)
  return (
    <Popover
      label="Clusters"
      className="w-90"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button
          type="button"
          className="inline-flex h-7 max-w-60 items-center gap-2 rounded-2 px-2 font-mid hover:bg-hover focus-visible:rounded-2"
        >
          {shown?.environment ? <EnvironmentTag environment={shown.environment} /> : null}
          <span className="truncate">{current || "No cluster"}</span>
          <span className="sr-only">cluster, choose another</span>
          <Icon name="expand" className="text-dim" />
        </button>
      }
    >
      <Suspense fallback={null}>
        <ClusterChoices clusters={clusters} current={current} onDone={() => setOpen(false)} />
      </Suspense>
    </Popover>
  )
}

function useClusters(): readonly ClusterRow[] {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data } = useLiveQuery({
    queryKey: trpc.clusters.list.queryKey(),
    queryFn: () => client.clusters.list.query(),
    keys: [{ of: "clusters", cluster: "" }],
  })
  return data?.data ?? none
}

const none: readonly ClusterRow[] = []
