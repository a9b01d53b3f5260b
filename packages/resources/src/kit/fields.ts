// The building blocks of a kind: every string, list and map is bounded here, because the API server estimates the cost of CEL for the worst
// case, and every list says how server-side apply merges it.
import { z } from "zod"
import { checkWithTwin, extend } from "./extension.ts"

export function int(min: number, max: number): z.ZodInt {
  return z.int().min(min).max(max)
}

/** An integer of up to 2^53. Without a maximum the schema states none. */
export function int64(min: number, max = Number.MAX_SAFE_INTEGER): z.ZodInt {
  return extend(z.int().min(min).max(max), { format: "int64" })
}

export type TextOptions = { min?: number; max: number; pattern?: RegExp; accepts?: string }

export function text({ min = 0, max, pattern, accepts }: TextOptions): z.ZodString {
  let schema = z.string().max(max)
  if (min > 0) schema = schema.min(min)
  if (pattern) schema = schema.regex(pattern)
  return accepts === undefined ? schema : extend(schema, { accepts })
}

export const namePattern: RegExp = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
export const dottedNamePattern: RegExp = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

export function dns63(): z.ZodString {
  return text({ min: 1, max: 63, pattern: namePattern, accepts: "a name of 1 to 63 lower-case letters, digits and -" })
}

export function dns253(): z.ZodString {
  return text({ min: 1, max: 253, pattern: dottedNamePattern, accepts: "a name of 1 to 253 lower-case letters, digits, - and ." })
}

export type MapOptions = { max: number; maxValue: number }

export type TextMap = z.ZodRecord<z.ZodString, z.ZodString>

export function textMap({ max, maxValue }: MapOptions): TextMap {
  return boundedMap(text({ max: maxValue }), max)
}

export function boundedMap<V extends z.ZodType>(value: V, max: number): z.ZodRecord<z.ZodString, V> {
  const schema = checkWithTwin(z.record(z.string(), value), (map, report) => {
    const count = Object.keys(map).length
    if (count > max) report([], `has ${count} entries; at most ${max} are accepted`)
  })
  return extend(schema, { maxProperties: max })
}

export type ListOptions = { min?: number; max: number }

/** Merged as one value. */
export function atomicList<E extends z.ZodType>(element: E, options: ListOptions): z.ZodArray<E> {
  return extend(bounded(element, options), { listType: "atomic" })
}

/** Scalars without duplicates, merged one by one. */
export function setOf<E extends z.ZodType>(element: E, options: ListOptions): z.ZodArray<E> {
  const schema = checkWithTwin(bounded(element, options), (items, report) => {
    items.forEach((item, at) => {
      if (items.indexOf(item) !== at) report([at], `${JSON.stringify(item)} stands twice in the list`)
    })
  })
  return extend(schema, { listType: "set" })
}

/** Objects told apart by `keys`, merged one by one. */
export function listMap<E extends z.ZodObject>(element: E, options: ListOptions & { keys: readonly string[] }): z.ZodArray<E> {
  const keyOf = (item: unknown) => JSON.stringify(options.keys.map((key) => (item as Record<string, unknown>)[key]))
  const schema = checkWithTwin(bounded(element, options), (items, report) => {
    const seen = new Set<string>()
    items.forEach((item, at) => {
      const key = keyOf(item)
      if (seen.has(key)) report([at, options.keys[0] ?? ""], `${options.keys.join(" and ")} ${key} stands twice in the list`)
      seen.add(key)
    })
  })
  return extend(schema, { listType: "map", listMapKeys: options.keys })
}

/** A field of an object whose missing fields have defaults: absent means `{}`, and the defaults below it are then filled in. */
export function withDefaults<S extends z.ZodObject>(schema: S): z.ZodPrefault<S> {
  return z.prefault(schema, {} as never)
}

function bounded<E extends z.ZodType>(element: E, { min = 0, max }: ListOptions): z.ZodArray<E> {
  const schema = z.array(element).max(max)
  return min > 0 ? schema.min(min) : schema
}
