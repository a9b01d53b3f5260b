"use client"
import { useState } from "react"
import { useGo, usePath } from "../../app/navigation.tsx"
import { known } from "../../components/resource/cell.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { cx } from "../../components/ui/cx.ts"
import { Input } from "../../components/ui/field.tsx"
import { Icon } from "../../components/ui/icon.tsx"
import { Popover } from "../../components/ui/popover.tsx"
import { StatusShape } from "../../components/ui/status-shape.tsx"
import { plural } from "../../format.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { ClusterRow } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

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
          aria-label={`Cluster ${current}, choose another`}
          className="inline-flex h-7 max-w-60 items-center gap-2 rounded-2 px-2 font-mid hover:bg-hover focus-visible:rounded-2"
        >
          {shown?.environment ? <EnvironmentTag environment={shown.environment} /> : null}
          <span className="truncate">{current || "No cluster"}</span>
          <Icon name="expand" className="text-dim" />
        </button>
      }
    >
      <ClusterChoice clusters={clusters} current={current} onDone={() => setOpen(false)} />
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

const tags = { prod: "text-env-prod", stage: "text-env-stage", dev: "text-env-dev" } as const

export function EnvironmentTag({ environment }: { environment: keyof typeof tags }) {
  return (
    <span
      className={cx("rounded-1 px-[5px] text-[10px]/[14px] font-[650] tracking-[.5px] inset-ring inset-ring-current", tags[environment])}
    >
      {environment.toUpperCase()}
    </span>
  )
}

function ClusterChoice({ clusters, current, onDone }: { clusters: readonly ClusterRow[]; current: string; onDone: () => void }) {
  const [filter, setFilter] = useState("")
  const go = useGo()
  const path = usePath()
  const matching = clusters.filter(({ name }) => name.includes(filter.trim().toLowerCase()))
  const choose = (name: string) => {
    // Topics and groups belong to a cluster; their pages lead to the list of the other one.
    go(`${path.replace(/\/(view|edit)$/, "")}?cluster=${encodeURIComponent(name)}`)
    onDone()
  }
  return (
    <>
      <div className="p-1">
        <Input
          aria-label="Find a cluster"
          placeholder="Find a cluster"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && matching[0]) choose(matching[0].name)
          }}
        />
      </div>
      <ul aria-label="Clusters">
        {matching.map((cluster) => (
          <li key={cluster.name}>
            <button
              type="button"
              aria-current={cluster.name === current}
              onClick={() => choose(cluster.name)}
              className="flex h-7 w-full items-center gap-2 rounded-2 px-2 text-left whitespace-nowrap hover:bg-hover aria-[current=true]:bg-hover"
            >
              {cluster.environment ? <EnvironmentTag environment={cluster.environment} /> : null}
              <span className="truncate font-mid">{cluster.name}</span>
              <span className="ml-auto inline-flex items-center gap-1.5 pl-3 text-12 text-soft">
                <StatusShape status={cluster.status} />
                {stateWords(cluster)}
              </span>
            </button>
          </li>
        ))}
        {matching.length === 0 ? <li className="px-2 py-1.5 text-12 text-dim">No cluster has this in its name</li> : null}
      </ul>
    </>
  )
}

function stateWords({ status, reason, alertsFiring }: ClusterRow): string {
  const firing = known(alertsFiring) ?? 0
  if (status === "ok" && firing === 0) return "healthy"
  return firing > 0 ? plural(firing, "alert") : reason || status
}
