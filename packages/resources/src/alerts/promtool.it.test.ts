// Prometheus itself judges the generated expressions on the same series that the console's evaluator is tested with.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { stringify } from "yaml"
import { type AlertFixture, alertFixtures, type FixtureSeries, judgedAtS } from "../testing/alert-fixtures.ts"
import { builtInPrometheusRules, toPrometheusAlert } from "./prometheus-rule.ts"
import { summaryOf } from "./rules.ts"

let dir = ""

beforeAll(() => {
  if (spawnSync("promtool", ["--version"]).error) throw new Error("promtool is missing; apt-get install -y prometheus")
  dir = mkdtempSync(join(tmpdir(), "rivven-promtool-"))
})

afterAll(() => rmSync(dir, { recursive: true, force: true }))

function promtool(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8" })
  return { status, output: `${stdout}${stderr}` }
}

function write(name: string, content: object): string {
  const file = join(dir, name)
  writeFileSync(file, stringify(content))
  return file
}

function inputOf({ metric, labels, values }: FixtureSeries): object {
  const selector = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return { series: `${metric}{${selector.join(",")}}`, values: values.join(" ") }
}

/** The labels that the evaluator's instances carry are those of the series that made it fire. */
function expectedAlerts({ rule }: AlertFixture): object[] {
  const labels: Record<string, Record<string, string>> = {
    quorum: { namespace: "a" },
    latency: { pod: "rivven-0", api: "Fetch" },
  }
  const fixture = alertFixtures.find((each) => each.rule === rule)
  const found = labels[rule.kind] ?? fixture?.firing[0]?.labels ?? {}
  return [{ exp_labels: { ...found, severity: rule.severity }, exp_annotations: { summary: summaryOf(rule, found) } }]
}

test.each(alertFixtures)("promtool gives the evaluator's verdicts for $rule.kind $rule.name", (fixture) => {
  const { rule, intervalS } = fixture
  const rules = write(`${rule.name}.rules.yaml`, { groups: [{ name: "g", interval: "15s", rules: [toPrometheusAlert(rule)] }] })
  const judge = (series: FixtureSeries[], alerts: object[]) => ({
    interval: `${intervalS}s`,
    input_series: series.map(inputOf),
    alert_rule_test: [{ eval_time: `${judgedAtS(fixture)}s`, alertname: rule.name, exp_alerts: alerts }],
  })
  const tests = [judge(fixture.firing, expectedAlerts(fixture)), judge(fixture.silent, [])]
  const file = write(`${rule.name}.test.yaml`, { rule_files: [rules], evaluation_interval: "15s", tests })
  expect(promtool("test", "rules", file)).toMatchObject({ status: 0, output: expect.stringContaining("SUCCESS") })
})

test("promtool accepts every built-in rule", () => {
  for (const { metadata, spec } of builtInPrometheusRules()) {
    const checked = promtool("check", "rules", write(`${metadata.name}.yaml`, spec))
    expect(checked).toMatchObject({ status: 0, output: expect.stringContaining("SUCCESS") })
  }
})
