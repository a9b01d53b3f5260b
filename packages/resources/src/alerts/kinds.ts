// The closed set of alert kinds. Each says the same thing three times: as PromQL for Prometheus, as a function over series for the console, and in
// words. A test feeds both with the same series and compares the verdicts.
import { z } from "zod"
import { duration, durationMs } from "../kit/duration.ts"
import { int64, text } from "../kit/fields.ts"
import {
  changes,
  combine,
  histogramQuantile,
  instant,
  keyOf,
  type Moment,
  predict,
  rangeOf,
  rate,
  type Sample,
  sumBy,
  where,
} from "./series.ts"

export type Severity = "critical" | "warning" | "info"

type AlertKind<P extends z.ZodObject> = {
  params: P
  for: string
  severity: Severity
  /** Metrics without which the rule cannot fire. */
  metrics: readonly string[]
  expression: (params: z.output<P>) => string
  evaluate: (params: z.output<P>, moment: Moment) => Sample[]
  /** With `{{ $labels.x }}` as in a Prometheus annotation. */
  summary: (params: z.output<P>) => string
}

function kind<P extends z.ZodObject>(definition: AlertKind<P>): AlertKind<P> {
  return Object.freeze(definition)
}

const none = z.object({})
const count = (fallback: number) => int64(0).default(fallback)
const days = (fallback: number) => z.number().min(0).max(3650).default(fallback)
const dayMs = 86_400_000
const pairs = (a: number, b: number) => (b === 0 ? undefined : a / b)

const lag = "rivven_consumer_lag_records"
const diskUsed = "rivven_storage_bytes_used"
const diskTotal = "rivven_storage_bytes_total"

export const alertKinds = {
  nodeDown: kind({
    params: none,
    for: "1m",
    severity: "critical",
    metrics: ["up"],
    expression: () => 'up{job="rivven"} == 0',
    evaluate: (_, moment) => instant("up", moment).filter(({ labels, value }) => labels.job === "rivven" && value === 0),
    summary: () => "Rivven node {{ $labels.pod }} is down",
  }),
  highLag: kind({
    params: z.object({ records: count(10_000).describe("Records a group may be behind on one partition.") }),
    for: "5m",
    severity: "warning",
    metrics: [lag],
    expression: ({ records }) => `${lag} > ${records}`,
    evaluate: ({ records }, moment) => where(instant(lag, moment), (value) => value > records),
    summary: () => "High consumer lag on {{ $labels.topic }}",
  }),
  diskUsageHigh: kind({
    params: z.object({ ratio: z.number().min(0).max(1).default(0.85).describe("Used part of the disk.") }),
    for: "10m",
    severity: "warning",
    metrics: [diskUsed, diskTotal],
    expression: ({ ratio }) => `(${diskUsed} / ${diskTotal}) > ${ratio}`,
    evaluate: ({ ratio }, moment) => where(combine(instant(diskUsed, moment), instant(diskTotal, moment), pairs), (value) => value > ratio),
    summary: ({ ratio }) => `Disk usage > ${Math.round(ratio * 1000) / 10}% on {{ $labels.pod }}`,
  }),
  diskFull: kind({
    params: z.object({ days: days(3).describe("How far ahead.") }),
    for: "1h",
    severity: "warning",
    metrics: [diskUsed, diskTotal],
    expression: (params) => `predict_linear(${diskUsed}[6h], ${params.days}*86400) > ${diskTotal}`,
    evaluate: (params, moment) => {
      const ahead = { nowMs: moment.nowMs, aheadMs: params.days * dayMs }
      const expected = rangeOf(diskUsed, 6 * 3_600_000, moment).flatMap((series) => {
        const value = predict(series, ahead)
        return value === undefined ? [] : [{ labels: series.labels, value }]
      })
      return combine(expected, instant(diskTotal, moment), (used, total) => (used > total ? used : undefined))
    },
    summary: (params) => `Disk of {{ $labels.pod }} is full within ${params.days} days at this rate`,
  }),
  lagSeconds: kind({
    params: z.object({ seconds: count(300).describe("Seconds a group may be behind.") }),
    for: "5m",
    severity: "warning",
    metrics: ["rivven_consumer_lag_seconds"],
    expression: ({ seconds }) => `rivven_consumer_lag_seconds > ${seconds}`,
    evaluate: ({ seconds }, moment) => where(instant("rivven_consumer_lag_seconds", moment), (value) => value > seconds),
    summary: ({ seconds }) => `Group {{ $labels.group }} is more than ${seconds} s behind on {{ $labels.topic }}`,
  }),
  lagStalled: kind({
    params: z.object({ window: duration().default("15m").describe("How long nothing was committed.") }),
    for: "0m",
    severity: "warning",
    metrics: [lag, "rivven_consumer_committed_offset"],
    expression: ({ window }) => `${lag} > 0 and changes(rivven_consumer_committed_offset[${window}]) == 0`,
    evaluate: ({ window }, moment) => {
      const still = rangeOf("rivven_consumer_committed_offset", durationMs(window), moment).filter((series) => changes(series) === 0)
      const stillKeys = new Set(still.map(({ labels }) => keyOf(labels)))
      return where(instant(lag, moment), (value) => value > 0).filter(({ labels }) => stillKeys.has(keyOf(labels)))
    },
    summary: ({ window }) => `Group {{ $labels.group }} committed nothing on {{ $labels.topic }} for ${window} and is behind`,
  }),
  lossDeadline: kind({
    params: z.object({ seconds: count(14_400).describe("Seconds until retention removes what was not read.") }),
    for: "5m",
    severity: "critical",
    metrics: ["rivven_consumer_retention_headroom_seconds"],
    expression: ({ seconds }) => `rivven_consumer_retention_headroom_seconds < ${seconds}`,
    evaluate: ({ seconds }, moment) => where(instant("rivven_consumer_retention_headroom_seconds", moment), (value) => value < seconds),
    summary: () => "Group {{ $labels.group }} is about to lose records of {{ $labels.topic }} to retention",
  }),
  underReplicated: above("rivven_partitions_under_replicated", { for: "10m", severity: "warning", words: "under-replicated partitions" }),
  underMinIsr: above("rivven_partitions_under_min_isr", { for: "1m", severity: "critical", words: "partitions below min.insync.replicas" }),
  offline: above("rivven_partitions_offline", { for: "1m", severity: "critical", words: "offline partitions" }),
  quorum: kind({
    params: none,
    for: "1m",
    severity: "critical",
    metrics: ["rivven_controller_active"],
    expression: () => "sum by (namespace) (rivven_controller_active) != 1",
    evaluate: (_, moment) => where(sumBy(instant("rivven_controller_active", moment), ["namespace"]), (value) => value !== 1),
    summary: () => "The quorum in {{ $labels.namespace }} has no single active controller",
  }),
  logDirReadOnly: kind({
    params: none,
    for: "0m",
    severity: "critical",
    metrics: ["rivven_log_dir_read_only"],
    expression: () => "rivven_log_dir_read_only == 1",
    evaluate: (_, moment) => where(instant("rivven_log_dir_read_only", moment), (value) => value === 1),
    summary: () => "A log directory of {{ $labels.pod }} is read-only after a failed write",
  }),
  latency: kind({
    params: z.object({ seconds: z.number().min(0).max(3600).default(1).describe("99th percentile of a request's time.") }),
    for: "10m",
    severity: "warning",
    metrics: ["rivven_request_seconds_bucket"],
    expression: ({ seconds }) => `histogram_quantile(0.99, sum by (le,pod,api) (rate(rivven_request_seconds_bucket[5m]))) > ${seconds}`,
    evaluate: ({ seconds }, moment) => {
      const rates = rangeOf("rivven_request_seconds_bucket", 300_000, moment).flatMap((series) => {
        const value = rate(series)
        return value === undefined ? [] : [{ labels: series.labels, value }]
      })
      return where(histogramQuantile(0.99, sumBy(rates, ["le", "pod", "api"])), (value) => value > seconds)
    },
    summary: ({ seconds }) => `{{ $labels.api }} on {{ $labels.pod }} takes more than ${seconds} s (99th percentile)`,
  }),
  connectorFailed: kind({
    params: none,
    for: "5m",
    severity: "warning",
    metrics: ["rivven_connect_state"],
    expression: () => 'rivven_connect_state{state="Failed"} == 1',
    evaluate: (_, moment) =>
      instant("rivven_connect_state", moment).filter(({ labels, value }) => labels.state === "Failed" && value === 1),
    summary: () => "Connector {{ $labels.connector }} has a failed task",
  }),
  slotRetention: kind({
    params: z.object({ bytes: count(10_737_418_240).describe("WAL that a slot may hold back.") }),
    for: "15m",
    severity: "warning",
    metrics: ["rivven_connect_slot_retained_bytes"],
    expression: ({ bytes }) => `rivven_connect_slot_retained_bytes > ${bytes}`,
    evaluate: ({ bytes }, moment) => where(instant("rivven_connect_slot_retained_bytes", moment), (value) => value > bytes),
    summary: () => "The slot of {{ $labels.connector }} holds back much WAL",
  }),
  certificate: kind({
    params: z.object({ days: days(30).describe("Days left.") }),
    for: "0m",
    severity: "warning",
    metrics: ["rivven_certificate_not_after_seconds"],
    expression: (params) => `rivven_certificate_not_after_seconds - time() < ${params.days}*86400`,
    evaluate: (params, moment) => {
      const left = instant("rivven_certificate_not_after_seconds", moment).map(({ labels, value }) => ({
        labels,
        value: value - moment.nowMs / 1000,
      }))
      return where(left, (value) => value < params.days * 86_400)
    },
    summary: (params) => `A certificate expires within ${params.days} days`,
  }),
  backupTooOld: kind({
    params: z.object({ hours: z.number().min(0).max(87_600).default(26).describe("Hours since the last good backup.") }),
    for: "0m",
    severity: "warning",
    metrics: ["rivven_backup_last_success_timestamp_seconds"],
    expression: ({ hours }) => `time() - rivven_backup_last_success_timestamp_seconds > ${hours}*3600`,
    evaluate: ({ hours }, moment) => {
      const ages = instant("rivven_backup_last_success_timestamp_seconds", moment).map(({ labels, value }) => ({
        labels,
        value: moment.nowMs / 1000 - value,
      }))
      return where(ages, (value) => value > hours * 3600)
    },
    summary: ({ hours }) => `The last good backup is older than ${hours} hours`,
  }),
  condition: kind({
    params: z.object({
      kind: text({ min: 1, max: 63, pattern: /^[A-Za-z]+$/ }).describe("Kind of the resource."),
      type: text({ min: 1, max: 63, pattern: /^[A-Za-z]+$/ }).describe("Type of the condition."),
    }),
    for: "10m",
    severity: "warning",
    metrics: ["rivven_resource_condition"],
    expression: ({ kind: of, type }) => `rivven_resource_condition{kind="${of}",type="${type}"} == ${badValue(type)}`,
    evaluate: ({ kind: of, type }, moment) =>
      instant("rivven_resource_condition", moment).filter(
        ({ labels, value }) => labels.kind === of && labels.type === type && value === badValue(type),
      ),
    summary: ({ kind: of, type }) => `${of} {{ $labels.namespace }}/{{ $labels.name }} ${type === "Ready" ? "is not Ready" : `is ${type}`}`,
  }),
} as const

/** Ready is good when true, every other condition that is worth an alert is bad. */
function badValue(type: string): 0 | 1 {
  return type === "Ready" ? 0 : 1
}

function above(metric: string, { for: pending, severity, words }: { for: string; severity: Severity; words: string }) {
  return kind({
    params: none,
    for: pending,
    severity,
    metrics: [metric],
    expression: () => `${metric} > 0`,
    evaluate: (_, moment) => where(instant(metric, moment), (value) => value > 0),
    summary: () => `{{ $labels.pod }} leads ${words}`,
  })
}

export type AlertKindName = keyof typeof alertKinds
