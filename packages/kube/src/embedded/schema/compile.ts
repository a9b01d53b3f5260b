// JSON schema of a CustomResourceDefinition → `Schema`. Refuses what a structural schema may not hold and what this server would
// otherwise ignore without a word: an unknown keyword, a pattern or rule that does not compile, a default that breaks its own schema.
import { KubeError } from "../../errors.ts"
import { fillDefaults } from "./defaults.ts"
import { type FieldPath, formatPath, sumUp } from "./problem.ts"
import { type CompiledRule, compileRule } from "./rules.ts"
import type { JsonSchema, Schema } from "./schema.ts"
import { findUnknown } from "./unknown.ts"
import { validate } from "./validate.ts"

const keywords: ReadonlySet<string> = new Set<keyof JsonSchema>([
  "type",
  "description",
  "format",
  "pattern",
  "enum",
  "default",
  "nullable",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "required",
  "properties",
  "additionalProperties",
  "items",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-validations",
])

const types: ReadonlySet<string> = new Set(["object", "array", "string", "integer", "number", "boolean"])

/** Throws `BadCrd` naming the path. */
export function compileSchema(json: JsonSchema, path: FieldPath = []): Schema {
  for (const key of Object.keys(json)) if (!keywords.has(key)) throw refusal(path, `the keyword ${key} is not supported`)
  const properties = json.properties && compileProperties(json.properties, path)
  const values = typeof json.additionalProperties === "object" ? compileSchema(json.additionalProperties, [...path, "*"]) : undefined
  if (properties && json.additionalProperties) throw refusal(path, "additionalProperties beside properties")
  const items = json.items && compileSchema(json.items, [...path, 0])
  const rules = (json["x-kubernetes-validations"] ?? []).map((rule) => compiled(() => compileRule(rule), path))
  const children = [...(properties?.values() ?? []), values, items]
  const schema: Schema = {
    json,
    type: typeOf(json, path),
    isNullable: json.nullable === true,
    pattern: json.pattern === undefined ? undefined : compilePattern(json.pattern, path),
    properties,
    values,
    items,
    keepsUnknown: json["x-kubernetes-preserve-unknown-fields"] === true || json.additionalProperties === true,
    listType: json["x-kubernetes-list-type"] ?? "atomic",
    listKeys: json["x-kubernetes-list-map-keys"] ?? [],
    isAtomicMap: json["x-kubernetes-map-type"] === "atomic",
    rules,
    hasRules: rules.length > 0 || children.some((child) => child?.hasRules === true),
  }
  checkList(schema, path)
  checkDefault(schema, path)
  return schema
}

function compileProperties(properties: Record<string, JsonSchema>, path: FieldPath): ReadonlyMap<string, Schema> {
  return new Map(Object.entries(properties).map(([name, child]) => [name, compileSchema(child, [...path, name])]))
}

function typeOf(json: JsonSchema, path: FieldPath): Schema["type"] {
  if (json["x-kubernetes-int-or-string"]) return "intOrString"
  if (json.type === undefined) {
    if (json["x-kubernetes-preserve-unknown-fields"]) return "any"
    throw refusal(path, "has no type")
  }
  if (!types.has(json.type)) throw refusal(path, `the type ${json.type} does not exist`)
  return json.type
}

function compilePattern(pattern: string, path: FieldPath): RegExp {
  return compiled(() => new RegExp(pattern, "u"), path)
}

function compiled<T extends RegExp | CompiledRule>(compile: () => T, path: FieldPath): T {
  try {
    return compile()
  } catch (error) {
    throw refusal(path, error instanceof Error ? error.message : String(error))
  }
}

function checkList(schema: Schema, path: FieldPath): void {
  if (schema.type !== "array") return
  if (!schema.items) throw refusal(path, "a list without items")
  if (schema.listType !== "map") return
  if (schema.listKeys.length === 0) throw refusal(path, "x-kubernetes-list-type map needs x-kubernetes-list-map-keys")
  for (const key of schema.listKeys) {
    const field = schema.items.properties?.get(key)
    if (!field) throw refusal(path, `the items have no field ${key}, which x-kubernetes-list-map-keys names`)
    if (!schema.items.json.required?.includes(key) && field.json.default === undefined) {
      throw refusal(path, `the key ${key} of the items is neither required nor has a default`)
    }
  }
}

/** The default is looked at as it stands, before defaults below it are filled: what the API server does. */
function checkDefault(schema: Schema, path: FieldPath): void {
  const { default: value } = schema.json
  if (value === undefined) return
  const unknown = findUnknown(value, schema)[0]
  if (unknown !== undefined) throw refusal(path, `the default has the unknown field ${unknown}`)
  // Children come first, so a child's own default is known to be good; only rules of this node see the unfilled value.
  const problems = [
    ...validate({ value: fillDefaults(structuredClone(value), schema), schema: { ...schema, rules: [], hasRules: false } }),
    ...(schema.rules.length > 0 ? validate({ value, schema }) : []),
  ]
  if (problems.length > 0) throw refusal(path, `the default breaks the schema: ${sumUp(problems)}`)
}

function refusal(path: FieldPath, why: string): KubeError {
  return new KubeError("BadCrd", `schema at ${path.length === 0 ? "the root" : formatPath(path)}: ${why}`)
}
