export { builtInRules, furtherRules, guideRules } from "./built-ins.ts"
export { type AlertInstance, type AlertStatus, type EvaluateOptions, evaluateRule, evaluateRules } from "./evaluator.ts"
export { type AlertKindName, alertKinds, type Severity } from "./kinds.ts"
export {
  builtInPrometheusRules,
  type PrometheusAlert,
  type PrometheusRule,
  type RuleGroup,
  toPrometheusAlert,
  toPrometheusRule,
} from "./prometheus-rule.ts"
export {
  type AlertRule,
  type AlertRuleInput,
  alertRule,
  expressionOf,
  metricsOf,
  parseAlertRule,
  severities,
  summaryOf,
  summaryTemplate,
} from "./rules.ts"
export { type Labels, lookbackMs, type Moment, type Sample, type Series, type SeriesSource } from "./series.ts"
