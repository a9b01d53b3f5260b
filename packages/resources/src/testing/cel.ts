// Runs the CEL rules of a structural schema over a value, as an API server does after defaulting: the judge of the zod twins.
import { Environment } from "@marcbachmann/cel-js"
import { compareQuantities } from "../kit/quantity.ts"
import type { JsonSchema } from "../kit/to-crd.ts"

class Quantity {
  readonly written: string

  constructor(written: string) {
    this.written = written
  }
}

const environment = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true })
  .registerType("Quantity", Quantity)
  .registerFunction("quantity(string): Quantity", (written: string) => new Quantity(written))
  .registerFunction("Quantity.compareTo(Quantity): int", (a: Quantity, b: Quantity) =>
    BigInt(compareQuantities(a.written, b.written) ?? Number.NaN),
  )

type Compiled = (context: Record<string, unknown>) => unknown
const compiled = new Map<string, Compiled>()

export type Broken = { path: string; rule: string; message: string }
type Values = { next: unknown; previous: unknown; path?: string }

/** The rules that the value breaks. `previous` undefined means the object is new. */
export function brokenRules(schema: JsonSchema, { next, previous, path = "" }: Values): Broken[] {
  if (next === undefined) return []
  const broken = ownBroken(schema, { next, previous, path })
  const [now, before] = [next as Record<string, unknown>, (previous ?? {}) as Record<string, unknown>]
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    broken.push(...brokenRules(field, { next: now[name], previous: before[name], path: path === "" ? name : `${path}.${name}` }))
  }
  if (schema.items && Array.isArray(next)) {
    const { items } = schema
    next.forEach((item, at) => {
      broken.push(...brokenRules(items, { next: item, previous: itemBefore(schema, { item, previous }), path: `${path}[${at}]` }))
    })
  }
  return broken
}

function itemBefore(schema: JsonSchema, { item, previous }: { item: unknown; previous: unknown }): unknown {
  const keys = schema["x-kubernetes-list-map-keys"]
  if (!keys || !Array.isArray(previous)) return undefined
  return previous.find((old) => keys.every((key) => old[key] === (item as Record<string, unknown>)[key]))
}

function ownBroken(schema: JsonSchema, { next, previous, path = "" }: Values): Broken[] {
  const [self, oldSelf] = [toCel(schema, next), toCel(schema, previous)]
  return (schema["x-kubernetes-validations"] ?? []).flatMap(({ rule, message, fieldPath, optionalOldSelf }) => {
    if (rule.includes("oldSelf") && previous === undefined && !optionalOldSelf) return []
    const old = optionalOldSelf ? optionalOf(oldSelf) : oldSelf
    return run(rule, { self, oldSelf: old }) === true ? [] : [{ path: `${path}${fieldPath ?? ""}`, rule, message }]
  })
}

function optionalOf(value: unknown): unknown {
  return value === undefined ? environment.evaluate("optional.none()") : environment.evaluate("optional.of(v)", { v: value })
}

function run(rule: string, context: Record<string, unknown>): unknown {
  const parsed = compiled.get(rule) ?? (environment.parse(rule) as Compiled)
  compiled.set(rule, parsed)
  return parsed(context)
}

/** JSON → CEL values by the schema: integers are int, sets compare without order. */
function toCel(schema: JsonSchema, value: unknown): unknown {
  if (value === undefined || value === null) return value
  if (schema["x-kubernetes-int-or-string"]) return typeof value === "number" ? BigInt(value) : value
  if (schema.type === "integer") return BigInt(value as number)
  if (Array.isArray(value)) {
    const items = value.map((item) => toCel(schema.items ?? {}, item))
    return schema["x-kubernetes-list-type"] === "set" ? items.toSorted((a, b) => String(a).localeCompare(String(b))) : items
  }
  if (typeof value !== "object") return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(
    entries.map(([name, field]) => [name, toCel(schema.properties?.[name] ?? schema.additionalProperties ?? {}, field)]),
  )
}
