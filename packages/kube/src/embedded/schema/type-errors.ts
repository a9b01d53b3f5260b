// Whether a configuration has the shape of its schema at all, in the words of server-side apply. Bounds and rules are checked later, on the
// merged object; here only what merging needs: declared fields, types, and list items that can be told apart.
import { isRecord } from "../../object.ts"
import { childSchema, itemSchema, listKey, type Schema } from "./schema.ts"

export type TypeError = { path: string; why: string }

export function findTypeErrors(value: unknown, schema: Schema, path = ""): TypeError[] {
  if (value === null || value === undefined) return []
  switch (schema.type) {
    case "object":
      return isRecord(value) ? fieldErrors(value, schema, path) : [expected("map", value, path)]
    case "array":
      return Array.isArray(value) ? itemErrors(value, schema, path) : [expected("list", value, path)]
    case "string":
      return typeof value === "string" ? [] : [expected("string", value, path)]
    case "boolean":
      return typeof value === "boolean" ? [] : [expected("boolean", value, path)]
    case "integer":
    case "number":
      return typeof value === "number" ? [] : [expected("numeric (int or float)", value, path)]
    default:
      return []
  }
}

function expected(type: string, value: unknown, path: string): TypeError {
  const actual = Array.isArray(value) ? "list" : isRecord(value) ? "map" : typeof value
  return { path, why: `expected ${type}, got ${actual}` }
}

function fieldErrors(value: Record<string, unknown>, schema: Schema, path: string): TypeError[] {
  return Object.entries(value).flatMap(([name, child]) => {
    const declared = childSchema(schema, name)
    const at = `${path}.${name}`
    return declared ? findTypeErrors(child, declared, at) : [{ path: at, why: "field not declared in schema" }]
  })
}

function itemErrors(value: unknown[], schema: Schema, path: string): TypeError[] {
  const seen = new Set<string>()
  return value.flatMap((item, index) => {
    const at = `${path}[${index}]`
    const missing = schema.listType === "map" ? missingKey(item, schema) : undefined
    if (missing !== undefined) return [{ path: at, why: `associative list with keys has an element that omits key field "${missing}"` }]
    const key = listKey(schema, item)
    const isDuplicate = schema.listType !== "atomic" && seen.has(key)
    seen.add(key)
    if (isDuplicate) return [{ path: at, why: `duplicate entries for key ${key}` }]
    return findTypeErrors(item, itemSchema(schema), at)
  })
}

function missingKey(item: unknown, schema: Schema): string | undefined {
  if (!isRecord(item)) return undefined
  return schema.listKeys.find((key) => item[key] === undefined && schema.items?.properties?.get(key)?.json.default === undefined)
}
