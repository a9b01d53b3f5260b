// Static defaults of a schema, filled from the outside in. Nulls in fields that may not be null count as absent, as the API server has it.
import { isRecord } from "../../object.ts"
import type { Schema } from "./schema.ts"

/** Changes the value in place and answers it. */
export function fillDefaults(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) fillDefaults(item, schema.items)
  } else if (isRecord(value)) {
    for (const [name, child] of schema.properties ?? []) fillProperty(value, name, child)
    if (schema.values) fillValues(value, schema.values)
  }
  return value
}

function fillProperty(parent: Record<string, unknown>, name: string, schema: Schema): void {
  const isAbsent = parent[name] === undefined || (parent[name] === null && !schema.isNullable && schema.type !== "any")
  if (isAbsent) {
    delete parent[name]
    if (schema.json.default !== undefined) parent[name] = structuredClone(schema.json.default)
  }
  if (parent[name] !== undefined) fillDefaults(parent[name], schema)
}

function fillValues(map: Record<string, unknown>, schema: Schema): void {
  for (const [key, value] of Object.entries(map)) {
    if (value === null && !schema.isNullable && schema.type !== "any") {
      delete map[key]
      if (schema.json.default !== undefined) map[key] = structuredClone(schema.json.default)
    }
    fillDefaults(map[key], schema)
  }
}
