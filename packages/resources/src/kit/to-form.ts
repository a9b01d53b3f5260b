// zod → a plain description of a form, which is JSON: the browser draws it with one component per kind and never loads the schema itself.
import { z } from "zod"
import { acceptedBy, boundsOf } from "./accepted.ts"
import { extensionOf } from "./extension.ts"
import { type FormHints, formMeta } from "./form-meta.ts"
import { elementOf, fieldsOf, mapValueOf, type Schema, typeOf, unwrap } from "./shape.ts"

type FieldBase = {
  name: string
  label: string
  help: string
  /** In words, for the message under the field. */
  accepted: string
  isRequired: boolean
  /** Set once and never changed after. */
  isImmutable: boolean
  isAdvanced: boolean
  defaultValue?: unknown
  group?: string
  widget?: FormHints["widget"]
  placeholder?: string
}

export type FormField = FieldBase &
  (
    | { kind: "text"; minLength?: number; maxLength?: number; patterns: string[]; isSecretRef: boolean }
    | { kind: "number"; isInteger: boolean; min?: number; max?: number }
    | { kind: "boolean" }
    | { kind: "select"; options: (string | number)[] }
    | { kind: "int-or-string"; maxLength: number; pattern?: string }
    | { kind: "object"; fields: FormField[] }
    | { kind: "list"; minItems?: number; maxItems?: number; isSet: boolean; keys: string[]; item: FormField }
    | { kind: "map"; maxEntries?: number; value: FormField }
    | { kind: "freeform" }
  )

/** The fields of an object schema, in the order of their hints and then of the schema. */
export function toFormFields(schema: Schema): FormField[] {
  const { schema: inner } = unwrap(schema)
  return fieldsOf(inner)
    .map(([name, field]) => ({ field, name, hints: hintsOf(unwrap(field).chain) }))
    .filter(({ hints }) => !hints.hidden)
    .sort((a, b) => (a.hints.order ?? 0) - (b.hints.order ?? 0))
    .map(({ name, field }) => toFormField(name, field))
}

function toFormField(name: string, given: Schema): FormField {
  const { schema, chain, isOptional, defaultValue } = unwrap(given)
  const hints = hintsOf(chain)
  const extension = extensionOf(schema)
  const base: FieldBase = {
    name,
    label: hints.label ?? labelOf(name),
    help: hints.help ?? descriptionOf(chain),
    accepted: acceptedBy(schema),
    isRequired: !isOptional,
    isImmutable: (extension.rules ?? []).some(({ rule }) => rule === "self == oldSelf"),
    isAdvanced: hints.advanced === true,
  }
  if (defaultValue !== undefined) base.defaultValue = defaultValue
  if (hints.group) base.group = hints.group
  if (hints.widget) base.widget = hints.widget
  if (hints.placeholder) base.placeholder = hints.placeholder
  return { ...base, ...kindOf(schema) }
}

type WithoutBase<F> = F extends FieldBase ? Omit<F, keyof FieldBase> : never

function kindOf(schema: Schema): WithoutBase<FormField> {
  const extension = extensionOf(schema)
  if (extension.intOrString) return { kind: "int-or-string", ...extension.intOrString }
  if (extension.preserveUnknown) return { kind: "freeform" }
  const { min, max, patterns, isInt } = boundsOf(schema)
  const element = elementOf(schema)
  const value = mapValueOf(schema)
  if (element) {
    const keys = [...(extension.listMapKeys ?? [])]
    return { kind: "list", minItems: min, maxItems: max, isSet: extension.listType === "set", keys, item: toFormField("", element) }
  }
  if (value) return { kind: "map", maxEntries: extension.maxProperties, value: toFormField("", value) }
  switch (typeOf(schema)) {
    case "string": {
      const sources = patterns.map((pattern) => pattern.source)
      return { kind: "text", minLength: min, maxLength: max, patterns: sources, isSecretRef: extension.secretRef === true }
    }
    case "number":
      return { kind: "number", isInteger: isInt, min, max }
    case "boolean":
      return { kind: "boolean" }
    case "enum":
      return { kind: "select", options: Object.values((schema._zod.def as z.core.$ZodEnumDef).entries) }
    case "literal":
      return { kind: "select", options: [...(schema._zod.def as z.core.$ZodLiteralDef<string | number>).values] }
    default:
      return { kind: "object", fields: toFormFields(schema) }
  }
}

/** Hints on a wrapper win over those on what it wraps. */
function hintsOf(chain: readonly Schema[]): FormHints {
  return Object.assign({}, ...chain.map((schema) => formMeta.get(schema as z.ZodType)).reverse())
}

export function descriptionOf(chain: readonly Schema[]): string {
  for (const schema of chain) {
    const description = z.globalRegistry.get(schema as z.ZodType)?.description
    if (description !== undefined) return description
  }
  return ""
}

/** `minInsyncReplicas` → `Min insync replicas`. */
function labelOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
