import { z } from "zod"
import { envelope, epochMs } from "../../envelope.ts"
import { clusterName, entityRef } from "../../view-model.ts"

export const clusterInput = z.object({ cluster: clusterName })

export const severity = z.enum(["info", "warning", "critical"])

export const alertRow = z.object({
  /** Rule and subject: stable while it lasts. */
  id: z.string(),
  rule: z.string(),
  severity,
  state: z.enum(["pending", "firing"]),
  subject: entityRef,
  /** What is wrong, in one sentence. */
  summary: z.string(),
  value: z.number(),
  threshold: z.number(),
  /** With unit: "12 400 records". */
  valueText: z.string(),
  thresholdText: z.string(),
  /** When the condition began to hold. */
  pendingSince: epochMs,
  firingSince: epochMs.nullable(),
})
export type AlertRow = z.output<typeof alertRow>
/** Firing first, then pending; critical first. */
export const list = envelope(
  z.object({
    rows: z.array(alertRow),
    counts: z.object({ firing: z.int(), pending: z.int() }),
    /** Null: not evaluated yet. */ evaluatedAt: epochMs.nullable(),
  }),
)
export type AlertList = z.output<typeof list>

export const ruleRow = z.object({
  name: z.string(),
  kind: z.string(),
  severity,
  description: z.string(),
  /** How long the condition must hold. */
  forMs: z.int(),
  params: z.array(z.object({ name: z.string(), value: z.number(), text: z.string() })),
  /** Worst state over all subjects. */
  state: z.enum(["inactive", "pending", "firing", "cannot-fire"]),
  /** Names the metric without samples; empty otherwise. */
  cannotFireReason: z.string(),
  firing: z.int(),
  pending: z.int(),
  /** The same rule for Prometheus. */
  promql: z.string(),
  runbookUrl: z.string().nullable(),
  isBuiltIn: z.boolean(),
})
export type RuleRow = z.output<typeof ruleRow>
export const rules = envelope(z.array(ruleRow))
