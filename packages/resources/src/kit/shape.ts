// Looking into a zod schema: wrappers taken off, children named. Everything derived from a schema (CRD, form, docs, rules) walks it with this.
import type { z } from "zod"
import { extensionOf } from "./extension.ts"

export type Schema = z.core.$ZodType

/** Wrapper types that a structural schema expresses as "not required" and `default`. */
const wrapperTypes = new Set(["optional", "default", "prefault"])

export type Unwrapped = {
  schema: Schema
  /** The wrappers from outside in, then the schema itself: where hints may have been registered. */
  chain: readonly Schema[]
  isOptional: boolean
  /** What the API server fills in, as written (nested defaults not expanded). */
  defaultValue: unknown
}

export function isWrapper(schema: Schema): boolean {
  return wrapperTypes.has(schema._zod.def.type)
}

export function unwrap(schema: Schema): Unwrapped {
  const chain: Schema[] = [schema]
  let inner = schema
  let defaultValue: unknown
  while (isWrapper(inner)) {
    const def = inner._zod.def as z.core.$ZodOptionalDef & { defaultValue?: unknown }
    if (defaultValue === undefined) defaultValue = def.defaultValue
    inner = def.innerType
    chain.push(inner)
  }
  return { schema: inner, chain, isOptional: chain.length > 1, defaultValue }
}

export function typeOf(schema: Schema): string {
  return schema._zod.def.type
}

/** The fields of an object schema in the order they are written; empty for every other schema. */
export function fieldsOf(schema: Schema): [name: string, schema: Schema][] {
  if (typeOf(schema) !== "object" || isOpaque(schema)) return []
  return Object.entries((schema._zod.def as z.core.$ZodObjectDef).shape)
}

export function elementOf(schema: Schema): Schema | undefined {
  return typeOf(schema) === "array" ? (schema._zod.def as z.core.$ZodArrayDef).element : undefined
}

export function mapValueOf(schema: Schema): Schema | undefined {
  return typeOf(schema) === "record" && !isOpaque(schema) ? (schema._zod.def as z.core.$ZodRecordDef).valueType : undefined
}

/** Nothing below is looked at: free-form objects and int-or-string. */
export function isOpaque(schema: Schema): boolean {
  const extension = extensionOf(schema)
  return extension.preserveUnknown === true || extension.intOrString !== undefined
}

/** The schema and everything below it, wrappers left out, with paths like `spec.acls[].principal`. */
export function* walk(schema: Schema, path = ""): Generator<{ path: string; schema: Schema }> {
  const { schema: inner } = unwrap(schema)
  yield { path, schema: inner }
  for (const [name, field] of fieldsOf(inner)) yield* walk(field, path === "" ? name : `${path}.${name}`)
  const element = elementOf(inner)
  if (element) yield* walk(element, `${path}[]`)
  const value = mapValueOf(inner)
  if (value) yield* walk(value, `${path}{}`)
}
