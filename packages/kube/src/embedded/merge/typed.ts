// How values are seen for merging: which of them are taken as a whole, how items of a list are found again, and which fields a value sets.
import { isRecord } from "../../object.ts"
import { childSchema, itemSchema, keysOf, type Schema } from "../schema/schema.ts"
import { FieldSet, fieldElement, keyElement, type PathElement, valueElement } from "./field-set.ts"

/** Named child values of a granular map or list; `undefined` for scalars and what is replaced as a whole. */
export function isGranular(value: unknown, schema: Schema): boolean {
  if (Array.isArray(value)) return schema.listType !== "atomic"
  return isRecord(value) && !schema.isAtomicMap
}

export function itemElement(schema: Schema, item: unknown): PathElement {
  return schema.listType === "map" ? keyElement(keysOf(schema, item)) : valueElement(item)
}

/** A key of a map (not a declared field) is a member besides what it holds, as is an item of a list. */
function isFreeKey(schema: Schema, name: string): boolean {
  return schema.properties?.has(name) !== true
}

/** An empty list claims nothing: it has no items. */
function isEmptyValue(value: unknown): boolean {
  return value === null || (isRecord(value) && Object.keys(value).length === 0)
}

/** The fields that a value sets: what an apply configuration claims. */
export function toFieldSet(value: unknown, schema: Schema): FieldSet {
  const set = new FieldSet()
  collect(value, schema, set)
  return set
}

function collect(value: unknown, schema: Schema, into: FieldSet): void {
  if (!isGranular(value, schema)) {
    into.isMember = true
    return
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      const node = into.descend(itemElement(schema, item))
      collect(item, itemSchema(schema), node)
      node.isMember = true
    }
    return
  }
  for (const [name, child] of Object.entries(value as object)) {
    const declared = childSchema(schema, name)
    if (!declared) continue
    const node = into.descend(fieldElement(name))
    collect(child, declared, node)
    if (isEmptyValue(child) || isFreeKey(schema, name)) node.isMember = true
  }
}

/** Adds every parent that has members below it and is a declared field, so that a removal takes the emptied parent with it. */
export function withNamedParents(set: FieldSet, schema: Schema): FieldSet {
  const out = new FieldSet()
  out.isMember = set.isMember
  for (const [element, child] of set.children) {
    const declared = element.startsWith("f:") ? childSchema(schema, element.slice(2)) : itemSchema(schema)
    const named = withNamedParents(child, declared ?? schema)
    if (element.startsWith("f:") && schema.properties?.has(element.slice(2)) === true) named.isMember = true
    out.children.set(element, named)
  }
  return out
}
