// The threshold of the alert rule that watches a panel, as a line in the chart.
import { alerts } from "@rivven/resources"
import type { Context } from "../../context.ts"
import { metric } from "../../sources/metrics/names.ts"
import { liveOnes } from "../../sources/metrics/newest.ts"
import type { PanelQuery } from "../../sources/metrics/queries.ts"
import { bytesWords, countWords, durationWords } from "../../words.ts"
import type { Chart } from "./schema.ts"

export function levelOf({ deps }: Context, cluster: string, { ruleKinds }: PanelQuery): Chart["threshold"] {
  const statuses = deps.alerts.statuses(cluster)
  const rules = statuses.length > 0 ? statuses.map(({ rule }) => rule) : alerts.builtInRules
  const rule = rules.find(({ kind }) => ruleKinds.includes(kind))
  if (!rule) return null
  const number = (name: string): number => Number(rule.params[name])
  switch (rule.kind) {
    case "highLag":
      return { value: number("records"), label: `alert above ${countWords(number("records"))} on a partition` }
    case "lagSeconds":
    case "latency":
      return { value: number("seconds"), label: `alert above ${durationWords(number("seconds") * 1000)}` }
    case "diskUsageHigh": {
      const totals = liveOnes(deps.series.select(cluster, metric.storageTotal)).flatMap(({ newest }) =>
        Number.isNaN(newest) ? [] : [newest],
      )
      if (totals.length === 0) return null
      const value = Math.min(...totals) * number("ratio")
      return { value, label: `alert above ${bytesWords(value)}` }
    }
    default:
      return null
  }
}
