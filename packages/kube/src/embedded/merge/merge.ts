// Merging an apply configuration into the live object, and taking fields out of an object again. Both make new values.
import { isRecord } from "../../object.ts"
import { anySchema, childSchema, itemSchema, type Schema } from "../schema/schema.ts"
import { type FieldSet, fieldElement } from "./field-set.ts"
import { isGranular, itemElement } from "./typed.ts"

export function merge(live: unknown, applied: unknown, schema: Schema): unknown {
  if (applied === undefined) return live
  if (live === undefined || live === null || !isGranular(applied, schema) || !isGranular(live, schema)) return applied
  if (Array.isArray(live) && Array.isArray(applied)) return mergeLists(live, applied, schema)
  if (isRecord(live) && isRecord(applied)) return mergeMaps(live, applied, schema)
  return applied
}

function mergeMaps(live: Record<string, unknown>, applied: Record<string, unknown>, schema: Schema): Record<string, unknown> {
  const out = { ...live }
  for (const [name, value] of Object.entries(applied)) out[name] = merge(live[name], value, childSchema(schema, name) ?? anySchema)
  return out
}

/** Items of both stand in the order of the configuration, items of the live list alone where they were among them. */
function mergeLists(live: unknown[], applied: unknown[], schema: Schema): unknown[] {
  const items = itemSchema(schema)
  const liveByElement = new Map(live.map((item) => [itemElement(schema, item), item]))
  const elements = applied.map((item) => itemElement(schema, item))
  const isApplied = new Set(elements)
  const shared = elements.filter((element) => liveByElement.has(element))
  const out: unknown[] = []
  let taken = 0
  const takeThrough = (end: number): void => {
    for (; taken < end; taken += 1) out.push(merge(liveByElement.get(elements[taken] ?? ""), applied[taken], items))
  }
  for (const item of live) {
    const element = itemElement(schema, item)
    if (!isApplied.has(element)) out.push(item)
    else if (element === shared[0]) {
      shared.shift()
      takeThrough(elements.indexOf(element) + 1)
    }
  }
  takeThrough(applied.length)
  return out
}

/** Without the members of the set. An emptied map or list becomes null, which a field that may not be null then loses. */
export function removeFields(value: unknown, set: FieldSet, schema: Schema): unknown {
  if (set.children.size === 0 || !isGranular(value, schema)) return value
  if (Array.isArray(value)) {
    const kept = value.flatMap((item) => {
      const node = set.children.get(itemElement(schema, item))
      if (node?.isMember) return []
      return [node ? removeFields(item, node, itemSchema(schema)) : item]
    })
    return kept.length > 0 || value.length === 0 ? kept : null
  }
  const entries = Object.entries(value as object)
  const kept = entries.flatMap(([name, child]): [string, unknown][] => {
    const node = set.children.get(fieldElement(name))
    if (node?.isMember) return []
    return [[name, node ? removeFields(child, node, childSchema(schema, name) ?? anySchema) : child]]
  })
  return kept.length > 0 || entries.length === 0 ? Object.fromEntries(kept) : null
}
