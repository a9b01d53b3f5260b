"use client"
import { type ReactNode, useCallback } from "react"
import { failureOf } from "../../components/resource/failure.ts"
import { chartOf, summaryOf } from "../../components/resource/metric-chart.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { TimeSeries } from "../../components/ui/time-series/time-series.tsx"
import { formatDuration } from "../../format.ts"
import { serverTime } from "../../now.ts"
import { resolveRange, setTimeRange, useTimeRange } from "../../time-range.ts"
import { useTRPCClient } from "../../trpc/client.ts"
import type { GroupDetails } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"
import { LagHeatmap } from "./lag-heatmap.tsx"

export interface LagPanelsProps {
  cluster: string
  group: string
  details: GroupDetails
  unit: "records" | "seconds"
  onUnit: (unit: "records" | "seconds") => void
  /** Stands beside the heatmap. */
  members: ReactNode
}

/** Lag over time with threshold and alert spans, then where it sits partition by partition. */
export function LagPanels({ cluster, group, details, unit, onUnit, members }: LagPanelsProps) {
  const client = useTRPCClient()
  const range = useTimeRange()
  const { data, error } = useLiveQuery({
    queryKey: ["groups", "lag", cluster, group, unit, range.from, range.to],
    queryFn: () => client.groups.lag.query({ cluster, group, unit, ...resolveRange(range, serverTime()) }),
    keys: range.isLive ? [{ of: "metrics", cluster }] : [],
    isEnabled: cluster !== "",
  })
  const chart = data ? chartOf(data.data.chart, true) : undefined
  const failure = error && !chart ? failureOf(error, { what: "read the history", onRetry: () => {} }).detail : undefined
  const zoom = useCallback((fromMs: number, toMs: number) => setTimeRange(String(Math.round(fromMs)), String(Math.round(toMs))), [])
  return (
    <>
      <TimeSeries
        title="Lag"
        note={unit === "records" ? "records, all partitions and the worst five" : "age of the oldest unread record"}
        size="hero"
        chart={chart}
        failure={failure}
        summary={chart ? summaryOf(`Lag of ${group}`, chart) : `Lag of ${group}`}
        state={alertState(details)}
        onZoom={zoom}
        aside={
          <Segmented
            isSmall
            label="Unit"
            value={unit}
            onChoose={onUnit}
            segments={[
              { value: "records", label: "Records" },
              { value: "seconds", label: "Seconds" },
            ]}
          />
        }
      />
      <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[minmax(0,1.05fr)_minmax(0,1fr)]">
        <LagHeatmap heatmap={data?.data.heatmap} unit={unit} />
        {members}
      </div>
    </>
  )
}

function alertState({ alert }: GroupDetails): { status: "bad" | "warn"; text: string } | undefined {
  if (!alert || alert.state === "inactive") return undefined
  const since = alert.since === null ? "" : ` ${formatDuration(Math.max(0, serverTime() - alert.since))}`
  return { status: alert.state === "firing" ? "bad" : "warn", text: `${alert.state}${since}` }
}
