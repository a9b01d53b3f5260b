"use client"
import { useState } from "react"
import { useGo, usePath } from "../../app/navigation.tsx"
import { known } from "../../components/resource/cell.tsx"
import { Input } from "../../components/ui/field.tsx"
import { StatusShape } from "../../components/ui/status-shape.tsx"
import { plural } from "../../format.ts"
import type { ClusterRow } from "../../trpc/types.ts"
import { EnvironmentTag } from "./environment-tag.tsx"

export interface ClusterChoicesProps {
  clusters: readonly ClusterRow[]
  current: string
  onDone: () => void
}

/** All clusters with their state; typing narrows them, Enter takes the first. */
export default function ClusterChoices({ clusters, current, onDone }: ClusterChoicesProps) {
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
