import { z } from "zod"
import { envelope, epochMs, numberCell } from "../../envelope.ts"
import { clusterName, entityRef, groupId, topicName } from "../../view-model.ts"

export const panels = [
  /** Bytes in and out of the cluster, or of `topic`. */
  "throughput",
  /** Records in. */
  "records",
  /** Lag of the worst five groups in records; of one `group`: its total. */
  "lag-records",
  /** Lag in seconds, likewise. */
  "lag-seconds",
  /** Bytes used on the log directories, with the capacity. */
  "disk",
  /** Bytes of one `topic`, or of the five largest. */
  "size",
  /** p99 of produce and fetch. */
  "latency",
  "connections",
] as const
export type Panel = (typeof panels)[number]

/** Of values: decides axis and words. */
export const unit = z.enum(["bytes", "bytes-per-second", "records", "records-per-second", "seconds", "count"])

export const range = { fromMs: epochMs, toMs: epochMs, maxPoints: z.int().min(10).max(400).default(300) }

export const rangeInput = z.object({
  cluster: clusterName,
  panel: z.enum(panels),
  topic: topicName.optional(),
  group: groupId.optional(),
  ...range,
})

export const series = z.object({
  /** Stable: keeps its colour. */
  id: z.string(),
  name: z.string(),
  /** Average over each step; null where nothing was sampled. */
  values: z.array(z.number().nullable()),
  /** Highest within each step, where that differs. */
  peaks: z.array(z.number().nullable()).nullable(),
  /** The one that explains the problem. */
  isCulprit: z.boolean(),
  link: entityRef.nullable(),
})
export type Series = z.output<typeof series>

/** A stretch in which an alert was pending or firing. */
export const alertSpan = z.object({
  rule: z.string(),
  subject: z.string(),
  state: z.enum(["pending", "firing"]),
  fromMs: epochMs,
  toMs: epochMs,
})
export type AlertSpan = z.output<typeof alertSpan>

export const level = z.object({ value: z.number(), label: z.string() })

export const chart = z.object({
  unit,
  fromMs: epochMs,
  toMs: epochMs,
  stepMs: z.int(),
  /** Start of each step. */
  times: z.array(epochMs),
  /** Six at most. */
  series: z.array(series),
  /** Series that exist and are not shown. */
  omitted: z.int(),
  capacity: level.nullable(),
  /** Threshold of the alert rule that watches this. */
  threshold: level.nullable(),
  spans: z.array(alertSpan),
  /** Resolution in the store: 10 s, 1 min or 1 h. */
  tierMs: z.int(),
})
export type Chart = z.output<typeof chart>
export const rangeOutput = envelope(chart)

export const latestInput = z.object({
  cluster: clusterName,
  panels: z.array(z.enum(panels)).min(1).max(8),
  topic: topicName.optional(),
  group: groupId.optional(),
})
export const latest = envelope(
  z.array(z.object({ panel: z.enum(panels), unit, series: z.array(z.object({ id: z.string(), name: z.string(), value: numberCell })) })),
)
