// The life of a rule: inactive → pending for the time it says → firing; or "cannot fire", because a metric it needs has no series. A pure step
// from one status to the next, so that a restart with the stored status goes on where it was.
import { durationMs } from "../kit/duration.ts"
import { type AlertRule, evaluateExpression, metricsOf, summaryOf } from "./rules.ts"
import { keyOf, type Labels, lookbackMs, type Moment, type SeriesSource } from "./series.ts"

export type AlertInstance = {
  labels: Labels
  value: number
  state: "pending" | "firing"
  /** Since when the expression has held without a gap. */
  activeSinceMs: number
  summary: string
}

export type AlertStatus = {
  rule: AlertRule
  state: "inactive" | "pending" | "firing" | "cannot-fire"
  instances: readonly AlertInstance[]
  /** Metrics without series, if it cannot fire. */
  missingMetrics: readonly string[]
}

export type EvaluateOptions = {
  source: SeriesSource
  nowMs: number
  /** The status of the evaluation before, of the same rule. */
  previous?: AlertStatus
}

export function evaluateRule(rule: AlertRule, { source, nowMs, previous }: EvaluateOptions): AlertStatus {
  const moment: Moment = { source, nowMs }
  const missingMetrics = metricsOf(rule).filter((metric) => source(metric, { fromMs: nowMs - lookbackMs, toMs: nowMs }).length === 0)
  if (missingMetrics.length > 0) return { rule, state: "cannot-fire", instances: [], missingMetrics }
  const since = new Map(previous?.instances.map(({ labels, activeSinceMs }) => [keyOf(labels), activeSinceMs]))
  const pendingMs = durationMs(rule.for)
  const instances = evaluateExpression(rule, moment).map(({ labels, value }): AlertInstance => {
    const activeSinceMs = since.get(keyOf(labels)) ?? nowMs
    const state = nowMs - activeSinceMs >= pendingMs ? "firing" : "pending"
    return { labels, value, state, activeSinceMs, summary: summaryOf(rule, labels) }
  })
  return { rule, state: stateOf(instances), instances, missingMetrics: [] }
}

/** One round over all rules; `previous` is the round before. */
export function evaluateRules(
  rules: readonly AlertRule[],
  { previous = [], ...moment }: Omit<EvaluateOptions, "previous"> & { previous?: readonly AlertStatus[] },
): AlertStatus[] {
  const before = new Map(previous.map((status) => [status.rule.name, status]))
  return rules.map((rule) => evaluateRule(rule, { ...moment, previous: before.get(rule.name) }))
}

function stateOf(instances: readonly AlertInstance[]): AlertStatus["state"] {
  if (instances.some(({ state }) => state === "firing")) return "firing"
  return instances.length > 0 ? "pending" : "inactive"
}
