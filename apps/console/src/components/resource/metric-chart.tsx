"use client"
// A chart of the metrics router: asks for its range, follows new samples, and maps the answer to the kit's chart.
import { useCallback } from "react"
import { serverTime } from "../../now.ts"
import { resolveRange, setTimeRange, useTimeRange } from "../../time-range.ts"
import { useTRPCClient } from "../../trpc/client.ts"
import type { Inputs, MetricsChart } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"
import type { ValueKind } from "../ui/time-series/axis.ts"
import { formatValue } from "../ui/time-series/format-value.ts"
import { type Chart, latest } from "../ui/time-series/model.ts"
import { TimeSeries, type TimeSeriesProps } from "../ui/time-series/time-series.tsx"
import { failureOf } from "./failure.ts"

export type Panel = Inputs["metrics"]["range"]["panel"]

export interface MetricChartProps extends Pick<TimeSeriesProps, "title" | "note" | "size" | "state" | "aside"> {
  cluster: string
  panel: Panel
  topic?: string
  group?: string
  /** Draws the first series as an area. */
  hasArea?: boolean
}

export function MetricChart({ cluster, panel, topic, group, hasArea = false, ...rest }: MetricChartProps) {
  const client = useTRPCClient()
  const range = useTimeRange()
  const subject = { ...(topic ? { topic } : {}), ...(group ? { group } : {}) }
  const answer = useLiveQuery({
    queryKey: ["metrics", cluster, panel, subject, range.from, range.to],
    queryFn: () => client.metrics.range.query({ cluster, panel, ...subject, ...resolveRange(range, serverTime()) }),
    keys: range.isLive ? [{ of: "metrics", cluster }] : [],
    isEnabled: cluster !== "",
  })
  const chart = answer.data ? chartOf(answer.data.data, hasArea) : undefined
  const failure = answer.error && !chart ? failureOf(answer.error, { what: "read the metrics", onRetry: () => {} }).detail : undefined
  const zoom = useCallback((fromMs: number, toMs: number) => setTimeRange(String(Math.round(fromMs)), String(Math.round(toMs))), [])
  return <TimeSeries {...rest} chart={chart} failure={failure} summary={chart ? summaryOf(rest.title, chart) : rest.title} onZoom={zoom} />
}

const kinds: Record<MetricsChart["unit"], ValueKind> = {
  bytes: "bytes",
  "bytes-per-second": "byteRate",
  records: "count",
  "records-per-second": "recordRate",
  seconds: "duration",
  count: "count",
}

/** Seconds become milliseconds, so that short and long times read well on one axis. */
export function chartOf(answer: MetricsChart, hasArea: boolean): Chart {
  const factor = answer.unit === "seconds" ? 1000 : 1
  const level = (given: MetricsChart["threshold"]) => (given ? { value: given.value * factor, label: given.label } : undefined)
  return {
    kind: kinds[answer.unit],
    fromMs: answer.fromMs,
    toMs: answer.toMs,
    times: answer.times,
    series: answer.series.slice(0, 6).map((series, at) => ({
      id: series.id,
      name: series.name,
      color: (at + 1) as 1 | 2 | 3 | 4 | 5 | 6,
      values: factor === 1 ? series.values : series.values.map((value) => (value === null ? null : value * factor)),
      isCulprit: series.isCulprit,
      isArea: hasArea && at === 0,
    })),
    threshold: level(answer.threshold),
    capacity: level(answer.capacity),
    spans: mergedSpans(answer.spans),
  }
}

/** Spans of several subjects at one time are drawn once. */
function mergedSpans(spans: MetricsChart["spans"]) {
  const merged: { from: number; to: number; state: "pending" | "firing" }[] = []
  for (const { fromMs, toMs, state } of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.findLast((each) => each.state === state)
    if (last && fromMs <= last.to) last.to = Math.max(last.to, toMs)
    else merged.push({ from: fromMs, to: toMs, state })
  }
  return merged
}

/** "Throughput: In 182 MB/s, Out 318 MB/s" */
export function summaryOf(title: string, chart: Chart): string {
  const values = chart.series.map(({ name, values: known }) => `${name} ${formatValue(chart.kind, latest(known))}`)
  const firing = chart.spans?.some(({ state }) => state === "firing") ? "; an alert fired in this time" : ""
  return `${title}: ${values.join(", ") || "no values"}${firing}`
}
