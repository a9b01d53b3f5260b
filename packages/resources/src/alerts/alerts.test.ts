import { describe, expect, test } from "vitest"
import { alertFixtures, type FixtureSeries, judgedAtS } from "../testing/alert-fixtures.ts"
import { builtInRules, guideRules } from "./built-ins.ts"
import { type AlertStatus, evaluateRule, evaluateRules } from "./evaluator.ts"
import { alertKinds } from "./kinds.ts"
import { builtInPrometheusRules } from "./prometheus-rule.ts"
import { alertRule, expressionOf, parseAlertRule, summaryOf } from "./rules.ts"
import type { SeriesSource } from "./series.ts"

function sourceOf(series: readonly FixtureSeries[], intervalS: number): SeriesSource {
  return (metric, { fromMs, toMs }) =>
    series
      .filter((each) => each.metric === metric)
      .map(({ labels, values }) => ({
        labels,
        points: values.map((value, at) => [at * intervalS * 1000, value] as const).filter(([at]) => at >= fromMs && at <= toMs),
      }))
      .filter(({ points }) => points.length > 0)
}

/** Rounds every 15 s until `endS`, as the console does. */
function runUntil(fixture: { rule: AlertStatus["rule"]; series: FixtureSeries[]; intervalS: number; endS: number }): AlertStatus {
  const source = sourceOf(fixture.series, fixture.intervalS)
  let previous: AlertStatus | undefined
  for (let at = 0; at <= fixture.endS; at += 15) previous = evaluateRule(fixture.rule, { source, nowMs: at * 1000, previous })
  if (!previous) throw new Error("no round")
  return previous
}

describe.each(alertFixtures)("$rule.kind $rule.name", (fixture) => {
  const endS = judgedAtS(fixture)

  test("fires on its firing fixture", () => {
    expect(runUntil({ ...fixture, series: fixture.firing, endS }).state).toBe("firing")
  })

  test("is silent on its silent fixture", () => {
    expect(runUntil({ ...fixture, series: fixture.silent, endS }).state).toBe("inactive")
  })

  test("cannot fire without its metrics, and names them", () => {
    expect(evaluateRule(fixture.rule, { source: () => [], nowMs: 0 })).toMatchObject({
      state: "cannot-fire",
      missingMetrics: alertKinds[fixture.rule.kind].metrics,
    })
  })
})

test("every kind has a fixture", () => {
  expect(new Set(alertFixtures.map(({ rule }) => rule.kind))).toEqual(new Set(Object.keys(alertKinds)))
})

test("is pending for as long as the rule says, then fires, and starts again after a gap", () => {
  const rule = alertRule({ name: "Lag", kind: "highLag", for: "1m" })
  const values = [20_000, 20_000, 20_000, 20_000, 20_000, 0, 20_000]
  const states = values.map((_, at) => {
    const series = [{ metric: "rivven_consumer_lag_records", labels: { topic: "t" }, values }]
    return runUntil({ rule, series, intervalS: 15, endS: at * 15 }).state
  })
  expect(states).toEqual(["pending", "pending", "pending", "pending", "firing", "inactive", "pending"])
})

test("goes on with the stored status of the round before", () => {
  const rule = alertRule({ name: "Lag", kind: "highLag" })
  const source = sourceOf([{ metric: "rivven_consumer_lag_records", labels: { topic: "t" }, values: Array(100).fill(20_000) }], 15)
  const first = evaluateRules([rule], { source, nowMs: 0 })
  const restored = JSON.parse(JSON.stringify(first)) as AlertStatus[]
  const [later] = evaluateRules([rule], { source, nowMs: 300_000, previous: restored })
  expect(later).toMatchObject({ state: "firing", instances: [{ activeSinceMs: 0, value: 20_000, summary: "High consumer lag on t" }] })
})

test("keeps exactly the user guide's three alerts in their group", () => {
  const [guide] = builtInPrometheusRules()
  expect(guide).toEqual({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "rivven-alerts" },
    spec: {
      groups: [
        {
          name: "rivven",
          rules: [
            {
              alert: "RivvenNodeDown",
              expr: 'up{job="rivven"} == 0',
              for: "1m",
              labels: { severity: "critical" },
              annotations: { summary: "Rivven node {{ $labels.pod }} is down" },
            },
            {
              alert: "RivvenHighLag",
              expr: "rivven_consumer_lag_records > 10000",
              for: "5m",
              labels: { severity: "warning" },
              annotations: { summary: "High consumer lag on {{ $labels.topic }}" },
            },
            {
              alert: "RivvenDiskUsageHigh",
              expr: "(rivven_storage_bytes_used / rivven_storage_bytes_total) > 0.85",
              for: "10m",
              labels: { severity: "warning" },
              annotations: { summary: "Disk usage > 85% on {{ $labels.pod }}" },
            },
          ],
        },
      ],
    },
  })
})

test("the built-ins have distinct names and the guide's come first", () => {
  expect(new Set(builtInRules.map(({ name }) => name)).size).toBe(builtInRules.length)
  expect(builtInRules.slice(0, 3)).toEqual(guideRules)
})

test("refuses a rule with the field and what it accepts", () => {
  expect(parseAlertRule({ name: "x y", kind: "highLag" })).toMatchObject({ ok: false, errors: [{ field: "name" }] })
  expect(parseAlertRule({ name: "x", kind: "nope" })).toMatchObject({ ok: false, errors: [{ field: "kind" }] })
  expect(parseAlertRule({ name: "x", kind: "highLag", params: { records: -1 } })).toMatchObject({
    ok: false,
    errors: [{ field: "params.records", message: "-1 is not accepted: an integer of at least 0" }],
  })
  expect(parseAlertRule({ name: "x", kind: "highLag", params: { record: 1 } })).toMatchObject({
    ok: false,
    errors: [{ field: "params.record", message: "unknown field; did you mean records?" }],
  })
  expect(parseAlertRule({ name: "x", kind: "condition", params: { kind: 'A"} or vector(1', type: "Ready" } }).ok).toBe(false)
})

test("puts numbers into the expression and labels into the summary", () => {
  const rule = alertRule({ name: "Late", kind: "lagSeconds", params: { seconds: 60 } })
  expect(expressionOf(rule)).toBe("rivven_consumer_lag_seconds > 60")
  expect(summaryOf(rule, { group: "g", topic: "t" })).toBe("Group g is more than 60 s behind on t")
})
