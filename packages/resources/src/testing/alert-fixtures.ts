// For each alert kind one set of series that makes it fire and one that keeps it silent. Evaluator and promtool must give the same verdict.
import { type AlertRule, alertRule } from "../alerts/rules.ts"
import type { Labels } from "../alerts/series.ts"

/** Values at a fixed interval, in promtool's notation too: `undefined` is a gap. */
export type FixtureSeries = { metric: string; labels: Labels; values: number[] }

export type AlertFixture = {
  rule: AlertRule
  /** Seconds between two values. */
  intervalS: number
  firing: FixtureSeries[]
  silent: FixtureSeries[]
}

const minutes = 60
const steady = (value: number, count = 60) => Array.from({ length: count }, () => value)
const ramp = (start: number, step: number, count = 60) => Array.from({ length: count }, (_, at) => start + step * at)
const one = (metric: string, labels: Labels, values: number[]): FixtureSeries[] => [{ metric, labels, values }]

const pod: Labels = { pod: "rivven-0" }
const partition: Labels = { group: "g", topic: "orders", partition: "0" }

type Given = { firing: FixtureSeries[]; silent: FixtureSeries[]; intervalS?: number }

function fixture(rule: Parameters<typeof alertRule>[0], { firing, silent, intervalS = minutes }: Given): AlertFixture {
  return { rule: alertRule(rule), intervalS, firing, silent }
}

function gauge(
  rule: Parameters<typeof alertRule>[0],
  { metric, labels, bad, good }: { metric: string; labels: Labels; bad: number; good: number },
) {
  return fixture(rule, { firing: one(metric, labels, steady(bad)), silent: one(metric, labels, steady(good)) })
}

function buckets(slow: boolean): FixtureSeries[] {
  const labels = { pod: "rivven-0", api: "Fetch" }
  const counts: Record<string, number> = slow
    ? { "0.1": 1, "1": 2, "5": 100, "+Inf": 100 }
    : { "0.1": 100, "1": 100, "5": 100, "+Inf": 100 }
  return Object.entries(counts).map(([le, step]) => ({
    metric: "rivven_request_seconds_bucket",
    labels: { ...labels, le },
    values: ramp(0, step),
  }))
}

export const alertFixtures: AlertFixture[] = [
  gauge({ name: "Down", kind: "nodeDown" }, { metric: "up", labels: { job: "rivven", ...pod }, bad: 0, good: 1 }),
  gauge({ name: "Lag", kind: "highLag" }, { metric: "rivven_consumer_lag_records", labels: partition, bad: 10_001, good: 10_000 }),
  fixture(
    { name: "Disk", kind: "diskUsageHigh" },
    {
      firing: [...one("rivven_storage_bytes_used", pod, steady(86)), ...one("rivven_storage_bytes_total", pod, steady(100))],
      silent: [...one("rivven_storage_bytes_used", pod, steady(85)), ...one("rivven_storage_bytes_total", pod, steady(100))],
    },
  ),
  fixture(
    { name: "Full", kind: "diskFull" },
    {
      intervalS: 120,
      firing: [
        ...one("rivven_storage_bytes_used", pod, ramp(1000, 10, 240)),
        ...one("rivven_storage_bytes_total", pod, steady(20_000, 240)),
      ],
      silent: [
        ...one("rivven_storage_bytes_used", pod, ramp(1000, 1, 240)),
        ...one("rivven_storage_bytes_total", pod, steady(20_000, 240)),
      ],
    },
  ),
  gauge({ name: "Late", kind: "lagSeconds" }, { metric: "rivven_consumer_lag_seconds", labels: partition, bad: 301, good: 300 }),
  fixture(
    { name: "Stalled", kind: "lagStalled" },
    {
      firing: [
        ...one("rivven_consumer_lag_records", partition, steady(5)),
        ...one("rivven_consumer_committed_offset", partition, steady(7)),
      ],
      silent: [
        ...one("rivven_consumer_lag_records", partition, steady(5)),
        ...one("rivven_consumer_committed_offset", partition, ramp(7, 1)),
      ],
    },
  ),
  gauge(
    { name: "Loses", kind: "lossDeadline" },
    { metric: "rivven_consumer_retention_headroom_seconds", labels: partition, bad: 100, good: 14_400 },
  ),
  gauge({ name: "Urp", kind: "underReplicated" }, { metric: "rivven_partitions_under_replicated", labels: pod, bad: 1, good: 0 }),
  gauge({ name: "MinIsr", kind: "underMinIsr" }, { metric: "rivven_partitions_under_min_isr", labels: pod, bad: 2, good: 0 }),
  gauge({ name: "Offline", kind: "offline" }, { metric: "rivven_partitions_offline", labels: pod, bad: 1, good: 0 }),
  fixture(
    { name: "Quorum", kind: "quorum" },
    {
      firing: ["rivven-0", "rivven-1"].flatMap((name) => one("rivven_controller_active", { namespace: "a", pod: name }, steady(1))),
      silent: ["rivven-0", "rivven-1"].flatMap((name, at) => one("rivven_controller_active", { namespace: "a", pod: name }, steady(at))),
    },
  ),
  gauge({ name: "ReadOnly", kind: "logDirReadOnly" }, { metric: "rivven_log_dir_read_only", labels: pod, bad: 1, good: 0 }),
  fixture({ name: "Slow", kind: "latency" }, { firing: buckets(true), silent: buckets(false) }),
  gauge(
    { name: "Failed", kind: "connectorFailed" },
    { metric: "rivven_connect_state", labels: { connector: "c", task: "0", state: "Failed" }, bad: 1, good: 0 },
  ),
  gauge(
    { name: "Slot", kind: "slotRetention" },
    { metric: "rivven_connect_slot_retained_bytes", labels: { connector: "c" }, bad: 10_737_418_241, good: 1 },
  ),
  gauge(
    { name: "Cert", kind: "certificate" },
    { metric: "rivven_certificate_not_after_seconds", labels: pod, bad: 86_400, good: 86_400 * 365 },
  ),
  fixture(
    { name: "Backup", kind: "backupTooOld", params: { hours: 0.5 } },
    {
      firing: one("rivven_backup_last_success_timestamp_seconds", pod, steady(60)),
      silent: one("rivven_backup_last_success_timestamp_seconds", pod, ramp(0, 60)),
    },
  ),
  gauge(
    { name: "NotReady", kind: "condition", params: { kind: "RivvenTopic", type: "Ready" } },
    {
      metric: "rivven_resource_condition",
      labels: { kind: "RivvenTopic", namespace: "default", name: "orders", type: "Ready" },
      bad: 0,
      good: 1,
    },
  ),
  gauge(
    { name: "Drifted", kind: "condition", params: { kind: "RivvenTopic", type: "Drifted" } },
    {
      metric: "rivven_resource_condition",
      labels: { kind: "RivvenTopic", namespace: "default", name: "orders", type: "Drifted" },
      bad: 1,
      good: 0,
    },
  ),
]

/** When the fixture is judged, in seconds from its start: at its last value. */
export function judgedAtS({ intervalS, firing }: AlertFixture): number {
  return intervalS * ((firing[0]?.values.length ?? 1) - 1)
}
