// Fields that a schema does not declare: found for the strict answer, removed before anything is stored.
import { isRecord } from "../../object.ts"
import { childSchema, itemSchema, type Schema } from "./schema.ts"

/** Paths of undeclared fields, such as `spec.sources[0].topik`. */
export function findUnknown(value: unknown, schema: Schema): string[] {
  const found: string[] = []
  walk({ value, schema, path: "" }, (path) => {
    found.push(path)
    return false
  })
  return found
}

/** Removes undeclared fields in place and answers their paths. */
export function prune(value: unknown, schema: Schema): string[] {
  const found: string[] = []
  walk({ value, schema, path: "" }, (path) => {
    found.push(path)
    return true
  })
  return found
}

type Place = { value: unknown; schema: Schema; path: string }

/** `visit` answers whether the field is to be removed. */
function walk({ value, schema, path }: Place, visit: (path: string) => boolean): void {
  if (Array.isArray(value)) {
    const items = itemSchema(schema)
    for (const [index, item] of value.entries()) walk({ value: item, schema: items, path: `${path}[${index}]` }, visit)
    return
  }
  if (!isRecord(value) || schema.type === "any") return
  for (const [name, child] of Object.entries(value)) {
    const at = path === "" ? name : `${path}.${name}`
    const declared = childSchema(schema, name)
    if (declared) walk({ value: child, schema: declared, path: at }, visit)
    else if (schema.type === "object" && visit(at)) delete value[name]
  }
}
