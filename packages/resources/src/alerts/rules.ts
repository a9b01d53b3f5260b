// A rule is a typed value, never PromQL typed by hand: `{ name, kind, params, for, severity, labels, runbookUrl }`.
import { z } from "zod"
import { duration } from "../kit/duration.ts"
import { text, textMap } from "../kit/fields.ts"
import { type Validated, validate } from "../kit/validate.ts"
import { type AlertKindName, alertKinds, type Severity } from "./kinds.ts"
import type { Moment, Sample } from "./series.ts"

export const severities = ["critical", "warning", "info"] as const satisfies readonly Severity[]

export type AlertRule = {
  name: string
  kind: AlertKindName
  params: Record<string, unknown>
  /** How long the condition must hold before the rule fires, such as `5m`. */
  for: string
  severity: Severity
  labels: Record<string, string>
  runbookUrl?: string
}

/** What is common to all kinds; `params` is checked by the kind's own schema. */
const frame = z.object({
  name: text({ min: 1, max: 128, pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, accepts: "a name of letters, digits and underscores" }),
  kind: z.enum(Object.keys(alertKinds) as [AlertKindName, ...AlertKindName[]]),
  params: z.record(z.string(), z.unknown()).default({}),
  for: duration().optional(),
  severity: z.enum(severities).optional(),
  labels: textMap({ max: 32, maxValue: 256 }).default({}),
  runbookUrl: text({ max: 2048, pattern: /^https?:\/\//, accepts: "an http:// or https:// address" }).optional(),
})

export type AlertRuleInput = z.input<typeof frame>

/** Fills in the kind's defaults. */
export function parseAlertRule(input: unknown): Validated<AlertRule> {
  const framed = validate(frame, input, { unknownFields: "error" })
  if (!framed.ok) return framed
  const definition = alertKinds[framed.value.kind]
  const params = validate(definition.params, framed.value.params, { unknownFields: "error" })
  if (!params.ok) {
    const errors = params.errors.map((error) => ({ ...error, path: ["params", ...error.path], field: `params.${error.field}` }))
    return { ok: false, errors }
  }
  const { for: pending = definition.for, severity = definition.severity, ...rest } = framed.value
  return { ok: true, value: { ...rest, params: params.value, for: pending, severity } }
}

/** A rule of ours, which is right or a bug. */
export function alertRule(input: AlertRuleInput): AlertRule {
  const parsed = parseAlertRule(input)
  if (!parsed.ok)
    throw new Error(`alert rule ${input.name}: ${parsed.errors.map(({ field, message }) => `${field} ${message}`).join("; ")}`)
  return parsed.value
}

export function expressionOf(rule: AlertRule): string {
  return definitionOf(rule).expression(rule.params)
}

export function metricsOf(rule: AlertRule): readonly string[] {
  return definitionOf(rule).metrics
}

export function evaluateExpression(rule: AlertRule, moment: Moment): Sample[] {
  return definitionOf(rule).evaluate(rule.params, moment)
}

export function summaryTemplate(rule: AlertRule): string {
  return definitionOf(rule).summary(rule.params)
}

/** The summary of one firing instance. */
export function summaryOf(rule: AlertRule, labels: Readonly<Record<string, string>>): string {
  return summaryTemplate(rule).replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? "")
}

type AnyDefinition = {
  metrics: readonly string[]
  expression: (params: Record<string, unknown>) => string
  evaluate: (params: Record<string, unknown>, moment: Moment) => Sample[]
  summary: (params: Record<string, unknown>) => string
}

/** The params were checked by the kind's schema in `parseAlertRule`, so the kind may be forgotten here. */
function definitionOf(rule: AlertRule): AnyDefinition {
  return alertKinds[rule.kind] as unknown as AnyDefinition
}
