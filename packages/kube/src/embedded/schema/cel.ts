// The CEL environment of CustomResourceDefinition rules: cel-js plus the functions that Kubernetes adds and rules may use.
import { Environment } from "@marcbachmann/cel-js"
import { isRecord, textOf } from "../../object.ts"
import { Quantity } from "./quantity.ts"
import { anySchema, childSchema, itemSchema, type Schema } from "./schema.ts"

export type CelProgram = (variables: { self: unknown; oldSelf?: unknown }) => unknown

const environment = makeEnvironment()

/** Throws where the expression is no CEL. */
export function compileCel(expression: string): CelProgram {
  const program = environment.parse(expression)
  return (variables) => program(variables)
}

function makeEnvironment(): Environment {
  const limits = { maxAstNodes: 10_000, maxDepth: 100 }
  const env = new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits })
  env.registerType("Quantity", { ctor: Quantity, fields: {} })
  env.registerFunction("quantity(dyn): Quantity", (text: unknown) => parseQuantity(text))
  env.registerFunction("isQuantity(dyn): bool", (text: unknown) => Quantity.parse(textOf(text)) !== undefined)
  env.registerFunction("Quantity.compareTo(Quantity): int", (a: Quantity, b: Quantity) => BigInt(a.compareTo(b)))
  env.registerFunction("Quantity.isLessThan(Quantity): bool", (a: Quantity, b: Quantity) => a.compareTo(b) < 0)
  env.registerFunction("Quantity.isGreaterThan(Quantity): bool", (a: Quantity, b: Quantity) => a.compareTo(b) > 0)
  env.registerFunction("Quantity.add(Quantity): Quantity", (a: Quantity, b: Quantity) => a.plus(b))
  env.registerFunction("Quantity.sub(Quantity): Quantity", (a: Quantity, b: Quantity) => a.plus(b.negate()))
  env.registerFunction("Quantity.sign(): int", (a: Quantity) => BigInt(a.compareTo(new Quantity(0n, 1n))))
  env.registerFunction("Quantity.isInteger(): bool", (a: Quantity) => a.asInteger() !== undefined)
  env.registerFunction("Quantity.asInteger(): int", (a: Quantity) => asInteger(a))
  env.registerFunction("Quantity.asApproximateFloat(): double", (a: Quantity) => a.asApproximateFloat())
  env.registerFunction("list.isSorted(): bool", (list: unknown[]) => list.every((item, i) => i === 0 || !isLess(item, list[i - 1])))
  env.registerFunction("string.find(string): string", (text: string, pattern: string) => new RegExp(pattern, "u").exec(text)?.[0] ?? "")
  return env
}

function parseQuantity(text: unknown): Quantity {
  const quantity = Quantity.parse(textOf(text))
  if (!quantity) throw new RangeError(`${JSON.stringify(textOf(text))} is no quantity`)
  return quantity
}

function asInteger(quantity: Quantity): bigint {
  const whole = quantity.asInteger()
  if (whole === undefined) throw new RangeError("the quantity is no whole number")
  return whole
}

function isLess(a: unknown, b: unknown): boolean {
  return (a as string | number | bigint) < (b as string | number | bigint)
}

/** JSON → CEL: the schema says which numbers are ints. Free-form numbers are ints where they are whole. */
export function toCel(value: unknown, schema: Schema): unknown {
  if (typeof value === "number") return isInt(value, schema) ? BigInt(value) : value
  if (typeof value === "string") return schema.json.format === "date-time" ? new Date(value) : value
  if (Array.isArray(value)) return value.map((item) => toCel(item, itemSchema(schema)))
  if (!isRecord(value)) return value
  const out: Record<string, unknown> = {}
  for (const [name, child] of Object.entries(value)) out[name] = toCel(child, childSchema(schema, name) ?? anySchema)
  return out
}

function isInt(value: number, schema: Schema): boolean {
  return schema.type !== "number" && Number.isInteger(value)
}
