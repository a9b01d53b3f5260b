// Structural schemas as CustomResourceDefinitions hold them, compiled once: patterns, rules, and what each list and map is for merging.
import { isRecord } from "../../object.ts"
import type { CompiledRule } from "./rules.ts"

export type CelRule = {
  rule: string
  message?: string
  messageExpression?: string
  reason?: string
  fieldPath?: string
  optionalOldSelf?: boolean
}

/** The part of JSON schema that a structural schema may use. */
export type JsonSchema = {
  type?: "object" | "array" | "string" | "integer" | "number" | "boolean"
  description?: string
  format?: string
  pattern?: string
  enum?: unknown[]
  default?: unknown
  nullable?: boolean
  minimum?: number
  maximum?: number
  exclusiveMinimum?: boolean
  exclusiveMaximum?: boolean
  multipleOf?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  maxProperties?: number
  required?: string[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  "x-kubernetes-int-or-string"?: boolean
  "x-kubernetes-preserve-unknown-fields"?: boolean
  "x-kubernetes-list-type"?: "map" | "set" | "atomic"
  "x-kubernetes-list-map-keys"?: string[]
  "x-kubernetes-map-type"?: "atomic" | "granular"
  "x-kubernetes-validations"?: CelRule[]
}

export type Schema = {
  json: JsonSchema
  type: JsonSchema["type"] | "intOrString" | "any"
  isNullable: boolean
  pattern: RegExp | undefined
  properties: ReadonlyMap<string, Schema> | undefined
  /** Schema of the values of a map. */
  values: Schema | undefined
  items: Schema | undefined
  /** Fields that the schema does not declare stay. */
  keepsUnknown: boolean
  listType: "map" | "set" | "atomic"
  listKeys: readonly string[]
  isAtomicMap: boolean
  rules: readonly CompiledRule[]
  /** Whether there is a rule here or below. */
  hasRules: boolean
}

/** A node that nothing is known about: free-form JSON. Objects in it are merged by key, lists are replaced as a whole. */
export const anySchema: Schema = Object.freeze({
  json: {},
  type: "any",
  isNullable: true,
  pattern: undefined,
  properties: undefined,
  values: undefined,
  items: undefined,
  keepsUnknown: true,
  listType: "atomic",
  listKeys: [],
  isAtomicMap: false,
  rules: [],
  hasRules: false,
} satisfies Schema)

/** The schema of a child, `undefined` where the parent does not declare it. */
export function childSchema(schema: Schema, name: string): Schema | undefined {
  return schema.properties?.get(name) ?? schema.values ?? (schema.keepsUnknown ? anySchema : undefined)
}

export function itemSchema(schema: Schema): Schema {
  return schema.items ?? anySchema
}

/** What the value is merged as: one value, a map by key, a list by item, or as a whole. */
export function isAtomic(schema: Schema, value: unknown): boolean {
  if (Array.isArray(value)) return schema.listType === "atomic"
  return schema.isAtomicMap
}

/** What tells the items of a list apart. */
export function listKey(schema: Schema, item: unknown): string {
  return JSON.stringify(schema.listType === "map" ? keysOf(schema, item) : item)
}

/** The values of an item's keys, with their defaults where they are absent. */
export function keysOf(schema: Schema, item: unknown): Record<string, unknown> {
  const fields = isRecord(item) ? item : {}
  return Object.fromEntries(schema.listKeys.map((key) => [key, fields[key] ?? schema.items?.properties?.get(key)?.json.default ?? null]))
}
