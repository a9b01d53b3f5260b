// Typed rules → PrometheusRule objects.
import { furtherRules, guideRules } from "./built-ins.ts"
import { type AlertRule, expressionOf, summaryTemplate } from "./rules.ts"

export type PrometheusRule = {
  apiVersion: "monitoring.coreos.com/v1"
  kind: "PrometheusRule"
  metadata: { name: string }
  spec: { groups: { name: string; rules: PrometheusAlert[] }[] }
}

export type PrometheusAlert = {
  alert: string
  expr: string
  for: string
  labels: Record<string, string>
  annotations: Record<string, string>
}

export function toPrometheusAlert(rule: AlertRule): PrometheusAlert {
  return {
    alert: rule.name,
    expr: expressionOf(rule),
    for: rule.for,
    labels: { ...rule.labels, severity: rule.severity },
    annotations: { summary: summaryTemplate(rule), ...(rule.runbookUrl !== undefined && { runbook_url: rule.runbookUrl }) },
  }
}

export type RuleGroup = { resource: string; group: string; rules: readonly AlertRule[] }

export function toPrometheusRule({ resource, group, rules }: RuleGroup): PrometheusRule {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: resource },
    spec: { groups: [{ name: group, rules: rules.map(toPrometheusAlert) }] },
  }
}

/** The built-ins: the user guide's resource and group hold exactly its three alerts, the rest has its own. */
export function builtInPrometheusRules(): PrometheusRule[] {
  return [
    toPrometheusRule({ resource: "rivven-alerts", group: "rivven", rules: guideRules }),
    toPrometheusRule({ resource: "rivven-alerts-extended", group: "rivven-extended", rules: furtherRules }),
  ]
}
