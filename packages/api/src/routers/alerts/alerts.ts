import { type AlertInstance, type AlertRule, type AlertStatus, alerts } from "@rivven/resources"
import { durationMs } from "@rivven/resources/kit"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { findCluster } from "../../sources/cluster.ts"
import { labelsText } from "../../sources/metrics/series-book.ts"
import { paramWords, subjectOf, thresholdOf, valueWords, whereWords } from "./alert-words.ts"
import type * as schema from "./schema.ts"
import type { AlertRow, RuleRow } from "./schema.ts"

type Input = z.output<typeof schema.clusterInput>

const severityRank: Record<AlertRow["severity"], number> = { critical: 0, warning: 1, info: 2 }

export async function listAlerts(ctx: Context, { cluster }: Input): Promise<z.output<typeof schema.list>> {
  await findCluster(ctx.deps, cluster)
  const rows = alertRows(ctx, cluster)
  const evaluatedAt = ctx.deps.alerts.evaluatedAt(cluster)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall())
  if (evaluatedAt !== null) builder.used(evaluatedAt)
  const count = (state: AlertRow["state"]): number => rows.filter((row) => row.state === state).length
  return builder.answer({ rows, counts: { firing: count("firing"), pending: count("pending") }, evaluatedAt })
}

/** Firing first, critical first, oldest first. */
export function alertRows({ deps }: Context, cluster: string): AlertRow[] {
  return deps.alerts
    .statuses(cluster)
    .flatMap(({ rule, instances }) => instances.map((instance) => viewAlert(cluster, rule, instance)))
    .sort(
      (a, b) =>
        Number(a.state === "pending") - Number(b.state === "pending") ||
        severityRank[a.severity] - severityRank[b.severity] ||
        a.pendingSince - b.pendingSince,
    )
}

function viewAlert(cluster: string, rule: AlertRule, { labels, value, state, activeSinceMs, summary }: AlertInstance): AlertRow {
  const threshold = thresholdOf(rule)
  return {
    id: `${rule.name} ${labelsText(labels)}`,
    rule: rule.name,
    severity: rule.severity,
    state,
    subject: subjectOf(cluster, labels),
    summary: `${summary}${whereWords(rule, labels)}`,
    value,
    threshold: threshold.value,
    valueText: valueWords(rule, value),
    thresholdText: threshold.text,
    pendingSince: activeSinceMs,
    firingSince: state === "firing" ? activeSinceMs + durationMs(rule.for) : null,
  }
}

export async function listRules(ctx: Context, { cluster }: Input): Promise<z.output<typeof schema.rules>> {
  await findCluster(ctx.deps, cluster)
  const statuses = ctx.deps.alerts.statuses(cluster)
  const evaluatedAt = ctx.deps.alerts.evaluatedAt(cluster)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall())
  if (evaluatedAt !== null) builder.used(evaluatedAt)
  return builder.answer(
    alerts.builtInRules.map((rule) =>
      viewRule(
        rule,
        statuses.find((status) => status.rule.name === rule.name),
      ),
    ),
  )
}

function viewRule(rule: AlertRule, status: AlertStatus | undefined): RuleRow {
  const count = (state: AlertInstance["state"]): number => status?.instances.filter((instance) => instance.state === state).length ?? 0
  const missing = status?.missingMetrics ?? []
  return {
    name: rule.name,
    kind: rule.kind,
    severity: rule.severity,
    description: alerts.summaryTemplate(rule).replace(/\{\{ \$labels\.(\w+) \}\}/g, "<$1>"),
    forMs: durationMs(rule.for),
    params: paramWords(rule),
    state: status?.state ?? "inactive",
    cannotFireReason: missing.length === 0 ? "" : `no samples of ${missing.join(", ")}`,
    firing: count("firing"),
    pending: count("pending"),
    promql: alerts.expressionOf(rule),
    runbookUrl: rule.runbookUrl ?? null,
    isBuiltIn: true,
  }
}
