// What a field accepts, in words: the second half of every error text, and a column of the reference documentation.
import type { z } from "zod"
import { extensionOf } from "./extension.ts"
import { elementOf, mapValueOf, type Schema, typeOf, unwrap } from "./shape.ts"

type Bounds = { min?: number; max?: number; patterns: RegExp[]; isInt: boolean }

export function acceptedBy(given: Schema): string {
  const { schema } = unwrap(given)
  const { accepts } = extensionOf(schema)
  if (accepts !== undefined) return accepts
  switch (typeOf(schema)) {
    case "string":
      return acceptedText(boundsOf(schema))
    case "number":
      return acceptedNumber(boundsOf(schema))
    case "boolean":
      return "true or false"
    case "enum":
      return oneOf(Object.values((schema._zod.def as z.core.$ZodEnumDef).entries))
    case "literal":
      return oneOf((schema._zod.def as z.core.$ZodLiteralDef<z.core.util.Literal>).values)
    case "array":
      return acceptedList(schema)
    case "record":
      return acceptedMap(schema)
    default:
      return "an object"
  }
}

export function boundsOf(schema: Schema): Bounds {
  const bounds: Bounds = { patterns: [], isInt: false }
  const checks = [schema, ...(schema._zod.def.checks ?? [])] as z.core.$ZodCheck[]
  for (const check of checks) addBound(bounds, check._zod.def as CheckDef)
  if (bounds.min === Number.MIN_SAFE_INTEGER) delete bounds.min
  if (bounds.max === Number.MAX_SAFE_INTEGER) delete bounds.max
  return bounds
}

type CheckDef = { check?: string; value?: number; minimum?: number; maximum?: number; pattern?: RegExp; format?: string }

function addBound(bounds: Bounds, def: CheckDef): void {
  if (def.check === "greater_than") bounds.min = def.value
  if (def.check === "less_than") bounds.max = def.value
  if (def.check === "min_length") bounds.min = def.minimum
  if (def.check === "max_length") bounds.max = def.maximum
  if (def.check === "number_format" && def.format?.includes("int")) bounds.isInt = true
  if (def.check === "string_format" && def.pattern) bounds.patterns.push(def.pattern)
}

function acceptedText({ min, max, patterns }: Bounds): string {
  const length = textLength(min, max)
  return patterns.length === 0 ? length : `${length} matching ${patterns.map((pattern) => pattern.source).join(" and ")}`
}

function textLength(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return max === undefined ? "a text" : `a text of at most ${max} characters`
  return max === undefined ? `a text of at least ${min} characters` : `a text of ${range(min, max)} characters`
}

function acceptedNumber({ min, max, isInt }: Bounds): string {
  const noun = isInt ? "an integer" : "a number"
  if (min === undefined && max === undefined) return noun
  if (max === undefined) return `${noun} of at least ${min}`
  return min === undefined ? `${noun} of at most ${max}` : `${noun} from ${min} to ${max}`
}

function acceptedList(schema: Schema): string {
  const { min, max } = boundsOf(schema)
  const element = elementOf(schema)
  const count = min === undefined ? `at most ${max}` : range(min, max)
  const distinct = extensionOf(schema).listType === "set" ? ", each once" : ""
  return `a list of ${count} entries${distinct}${element ? `: ${acceptedBy(element)}` : ""}`
}

function acceptedMap(schema: Schema): string {
  const value = mapValueOf(schema)
  return `a map of at most ${extensionOf(schema).maxProperties} entries${value ? `: ${acceptedBy(value)}` : ""}`
}

function range(min: number, max: number | undefined): string {
  return max === min ? `exactly ${min}` : `${min} to ${max}`
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(", ")}`
}
