// What differs between two versions of an object, as sets of fields.
import { isRecord } from "../../object.ts"
import { isEqual } from "../schema/equal.ts"
import { anySchema, childSchema, itemSchema, type Schema } from "../schema/schema.ts"
import { FieldSet, fieldElement } from "./field-set.ts"
import { isGranular, itemElement } from "./typed.ts"

export type Comparison = { added: FieldSet; removed: FieldSet; modified: FieldSet }

export function compare({ before, after, schema }: { before: unknown; after: unknown; schema: Schema }): Comparison {
  const out = { added: new FieldSet(), removed: new FieldSet(), modified: new FieldSet() }
  walk({ before, after, schema }, out)
  return out
}

type Pair = { before: unknown; after: unknown; schema: Schema }

function walk({ before, after, schema }: Pair, out: Comparison): void {
  if (before === after) return
  const beforeParts = parts(before, schema)
  const afterParts = parts(after, schema)
  const isOfAnotherSort = !mayDescend(before, after, schema)
  if (isOfAnotherSort || (beforeParts.size === 0 && afterParts.size === 0)) compareWhole(before, after, out)
  // Of free-form values that became another sort of value, the old parts go and the new ones come.
  const kept = isOfAnotherSort ? new Map<string, Part>() : afterParts
  for (const [element, { value, schema: child }] of beforeParts) {
    descend({ element, before: value, after: kept.get(element)?.value, schema: child }, out)
  }
  for (const [element, { value, schema: child }] of afterParts) {
    if (isOfAnotherSort || !beforeParts.has(element)) descend({ element, before: undefined, after: value, schema: child }, out)
  }
}

function compareWhole(before: unknown, after: unknown, out: Comparison): void {
  if (before === undefined) out.added.isMember = true
  else if (after === undefined) out.removed.isMember = true
  else if (!isEqual(before, after)) out.modified.isMember = true
}

function mayDescend(before: unknown, after: unknown, schema: Schema): boolean {
  const isOk = (value: unknown): boolean => value === undefined || value === null || isGranular(value, schema)
  return isOk(before) && isOk(after) && !(Array.isArray(before) && isRecord(after)) && !(isRecord(before) && Array.isArray(after))
}

function descend({ element, ...pair }: Pair & { element: string }, out: Comparison): void {
  const below: Comparison = { added: new FieldSet(), removed: new FieldSet(), modified: new FieldSet() }
  walk(pair, below)
  // Every node that came or went as a whole counts itself, not only the leaves in it.
  if (pair.before === undefined) below.added.isMember = true
  else if (pair.after === undefined) below.removed.isMember = true
  if (!below.added.isEmpty) out.added.children.set(element, below.added)
  if (!below.removed.isEmpty) out.removed.children.set(element, below.removed)
  if (!below.modified.isEmpty) out.modified.children.set(element, below.modified)
}

type Part = { value: unknown; schema: Schema }

function parts(value: unknown, schema: Schema): Map<string, Part> {
  const found = new Map<string, Part>()
  if (!isGranular(value, schema)) return found
  if (Array.isArray(value)) {
    for (const item of value) found.set(itemElement(schema, item), { value: item, schema: itemSchema(schema) })
  } else {
    for (const [name, child] of Object.entries(value as object)) {
      if (child !== undefined) found.set(fieldElement(name), { value: child, schema: childSchema(schema, name) ?? anySchema })
    }
  }
  return found
}
