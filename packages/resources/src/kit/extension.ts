// What a Kubernetes structural schema can say and zod cannot: kept in a registry of its own, because every own key of `.meta` would be
// copied into the schema. Also the set of zod checks that have such a twin: the converter refuses every other custom check.
import { z } from "zod"

export type CelRule = {
  rule: string
  message: string
  /** A path below the object that carries the rule, such as `.config.minInsyncReplicas`: where the API server reports the error. */
  fieldPath?: string
  optionalOldSelf?: true
}

/** The zod side of a rule that looks at the value before the change. `previous` is absent only for rules with `optionalOldSelf`. */
export type TransitionCheck = {
  check: (next: unknown, previous: unknown) => boolean
  message: string
  field: string
  optionalOldSelf: boolean
}

export type Extension = {
  rules?: readonly CelRule[]
  transitions?: readonly TransitionCheck[]
  listType?: "map" | "set" | "atomic"
  listMapKeys?: readonly string[]
  mapType?: "atomic" | "granular"
  maxProperties?: number
  format?: "int64" | "date-time"
  /** Unknown fields are kept and nothing below is looked at. */
  preserveUnknown?: true
  intOrString?: { maxLength: number; pattern?: string }
  /** The names a Secret, never its value. */
  secretRef?: true
  /** How a value of this field is written, for error texts and documentation. */
  accepts?: string
}

const extensions = z.registry<Extension>()
const twinChecks = new WeakSet<object>()

export function extensionOf(schema: z.core.$ZodType): Extension {
  return extensions.get(schema as z.ZodType) ?? {}
}

/** Adds to what is already known about the schema. The schema itself is returned, for use in an expression. */
export function extend<S extends z.ZodType>(schema: S, more: Extension): S {
  extensions.add(schema, { ...extensionOf(schema), ...more })
  return schema
}

/** Adds a check that the structural schema expresses in its own words. */
export function checkWithTwin<S extends z.ZodType>(schema: S, run: (value: z.output<S>, report: ReportIssue) => void): S {
  const checked = schema.superRefine((value, context) => {
    run(value as z.output<S>, (path, message) => context.addIssue({ code: "custom", path: [...path], message }))
  }) as S
  const added = checked._zod.def.checks?.at(-1)
  if (added) twinChecks.add(added)
  return checked
}

export type ReportIssue = (path: readonly (string | number)[], message: string) => void

export function hasTwin(check: object): boolean {
  return twinChecks.has(check)
}
