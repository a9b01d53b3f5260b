import { describe, expect, test } from "vitest"
import { z } from "zod"
import { kinds, validateTopic } from "../kinds/index.ts"
import { crdOf, type Kind } from "../kinds/kind.ts"
import { text } from "./fields.ts"
import type { JsonSchema } from "./to-crd.ts"
import { fieldName, unknownFields, validate } from "./validate.ts"

const resource = (spec: unknown) => ({ apiVersion: "rivven.io/v1alpha1", kind: "RivvenTopic", metadata: { name: "t" }, spec })

test("names the field, the value's shape and what is accepted", () => {
  const result = validateTopic(resource({ clusterRef: { name: "Local" }, partitions: 0, acls: [{ principal: "x", operations: [] }] }))
  expect(result.ok ? [] : result.errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'spec.clusterRef.name: "Local" is not accepted: a name of 1 to 63 lower-case letters, digits and -',
    "spec.partitions: 0 is not accepted: an integer from 1 to 10000",
    'spec.acls[0].principal: "x" is not accepted: * or a principal such as user:order-service',
    "spec.acls[0].operations: a list of 0 entries is not accepted: a list of 1 to 9 entries, each once: one of Read, Write, Create, Delete, Alter, Describe, DescribeConfigs, AlterConfigs, All",
  ])
})

test("says of a missing field that it is required", () => {
  const result = validateTopic(resource({}))
  expect(result).toMatchObject({ ok: false, errors: [{ field: "spec.clusterRef", message: "is required: an object" }] })
})

test("suggests the nearest name for an unknown field when asked to", () => {
  const value = resource({ clusterRef: { name: "local" }, partitons: 3, config: { retentionMS: 5000, custom: { any: "1" } } })
  expect(validateTopic(value).ok).toBe(true)
  const strict = validateTopic(value, { unknownFields: "error" })
  expect(strict.ok ? [] : strict.errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    "spec.partitons: unknown field; did you mean partitions?",
    "spec.config.retentionMS: unknown field; did you mean retentionMs?",
  ])
})

test("never repeats a long value", () => {
  const result = validate(text({ max: 3 }), "s".repeat(500))
  expect(result).toMatchObject({
    ok: false,
    errors: [{ message: "a text of 500 characters is not accepted: a text of at most 3 characters" }],
  })
})

test("reports a duplicate in a set and in a list map at its entry", () => {
  const acl = { principal: "*", operations: ["Read", "Write", "Read"] }
  expect(validateTopic(resource({ clusterRef: { name: "a" }, acls: [acl] }))).toMatchObject({
    ok: false,
    errors: [{ field: "spec.acls[0].operations[2]", message: '"Read" stands twice in the list' }],
  })
})

test("looks at the value before the change, also inside list maps", () => {
  const next = resource({ clusterRef: { name: "b" }, partitions: 2 })
  const previous = validateTopic(resource({ clusterRef: { name: "a" }, partitions: 3 }))
  if (!previous.ok) throw new Error("the base is valid")
  const result = validateTopic(next, { previous: previous.value })
  expect(result.ok ? [] : result.errors.map(({ field }) => field)).toEqual(["spec.clusterRef", "spec.partitions"])
})

test("writes paths as the API server does", () => {
  expect(fieldName(["spec", "acls", 0, "host"])).toBe("spec.acls[0].host")
  expect(fieldName(["spec", "config", "custom", "retention.ms"])).toBe("spec.config.custom[retention.ms]")
  expect(fieldName([])).toBe("")
})

test("takes what is inside a free-form object as it is", () => {
  expect(unknownFields(z.object({ kind: kinds.connect.schema.shape.spec }), { kind: { affinity: { nodeAffinity: {} } } })).toEqual([])
})

/** One wrong value per scalar of the schema: of the wrong type and out of bounds. */
function* wrongValues(schema: JsonSchema, path: (string | number)[]): Generator<{ path: (string | number)[]; value: unknown }> {
  if (schema["x-kubernetes-preserve-unknown-fields"]) return
  yield { path, value: schema.type === "boolean" ? "yes" : true }
  if (schema.minimum !== undefined) yield { path, value: schema.minimum - 1 }
  if (schema.maximum !== undefined) yield { path, value: schema.maximum + 1 }
  if (schema.maxLength !== undefined && schema.type === "string") yield { path, value: "x".repeat(schema.maxLength + 1) }
  if (schema.pattern !== undefined) yield { path, value: "not\u0000this" }
  if (schema.enum) yield { path, value: "none of them" }
  for (const [name, field] of Object.entries(schema.properties ?? {})) yield* wrongValues(field, [...path, name])
  if (schema.items) yield* wrongValues(schema.items, [...path, 0])
}

function put(path: readonly (string | number)[], value: unknown): unknown {
  const [first, ...rest] = path
  if (first === undefined) return value
  return typeof first === "number" ? [put(rest, value)] : { [first]: put(rest, value) }
}

describe.each(Object.values(kinds) as unknown as Kind[])("$kind", (kind) => {
  const spec = crdOf(kind).spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {}
  const wrong = [...wrongValues(spec, ["spec"])]

  test(`refuses each of ${wrong.length} wrong values at its own field`, () => {
    for (const { path, value } of wrong) {
      const result = validate(kind.schema, put(path, value))
      const errors = result.ok ? [] : result.errors.filter(({ field }) => field === fieldName(path))
      expect(errors.length, fieldName(path)).toBeGreaterThan(0)
      expect(errors[0]?.accepted, fieldName(path)).not.toBe("")
    }
    expect(wrong.length).toBeGreaterThan(40)
  })
})
