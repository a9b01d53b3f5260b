// Every generated CustomResourceDefinition obeys the rules of structural schemas and the house's own: bounds everywhere, typed lists, RE2 patterns.
import { RE2JS } from "re2js"
import { describe, expect, test } from "vitest"
import { extensionOf } from "../kit/extension.ts"
import { typeOf, walk } from "../kit/shape.ts"
import type { JsonSchema } from "../kit/to-crd.ts"
import { brokenRules } from "../testing/cel.ts"
import { crds, kinds } from "./index.ts"

type Node = { path: string; schema: JsonSchema; isBelowAtomic: boolean }

function* nodes(schema: JsonSchema, path: string, isBelowAtomic = false): Generator<Node> {
  yield { path, schema, isBelowAtomic }
  const listType = schema["x-kubernetes-list-type"]
  const atomic = isBelowAtomic || listType === "atomic" || listType === "set"
  for (const [name, field] of Object.entries(schema.properties ?? {})) yield* nodes(field, `${path}.${name}`, isBelowAtomic)
  if (schema.items) yield* nodes(schema.items, `${path}[]`, atomic)
  if (schema.additionalProperties) yield* nodes(schema.additionalProperties, `${path}{}`, isBelowAtomic)
}

describe.each(crds())("$metadata.name", (crd) => {
  const version = crd.spec.versions[0]
  if (!version) throw new Error("no version")
  const all = [...nodes(version.schema.openAPIV3Schema, "")]
  const below = all.filter(({ path }) => /^\.(spec|status)/.test(path))

  test("has a type on every node", () => {
    expect(all.filter(({ schema }) => !schema.type && !schema["x-kubernetes-int-or-string"]).map(({ path }) => path)).toEqual([])
  })

  test("bounds every text, list and map", () => {
    const unbounded = below.filter(({ schema }) => {
      if (schema.type === "string") return schema.maxLength === undefined && !schema.enum && schema.format !== "date-time"
      if (schema.type === "array") return schema.maxItems === undefined
      return schema.additionalProperties !== undefined && schema.maxProperties === undefined
    })
    expect(unbounded.map(({ path }) => path)).toEqual([])
  })

  test("says how every list is merged, and list maps have required or defaulted keys", () => {
    for (const { path, schema } of below.filter(({ schema: { type } }) => type === "array")) {
      const listType = schema["x-kubernetes-list-type"]
      expect(listType, path).toBeDefined()
      for (const key of schema["x-kubernetes-list-map-keys"] ?? []) {
        const item = schema.items
        expect(item?.required?.includes(key) || item?.properties?.[key]?.default !== undefined, `${path} ${key}`).toBe(true)
      }
    }
  })

  test("never has properties and additionalProperties side by side", () => {
    expect(all.filter(({ schema }) => schema.properties && schema.additionalProperties)).toEqual([])
  })

  test("has patterns that RE2 compiles", () => {
    for (const { path, schema } of all)
      if (schema.pattern !== undefined) expect(() => RE2JS.compile(schema.pattern ?? ""), path).not.toThrow()
  })

  test("gives each default inside an object that has a default itself or is required", () => {
    for (const { path, schema } of below.filter((node) => node.schema.default !== undefined)) {
      expect(schema.type === "object" || schema.properties === undefined, path).toBe(true)
    }
  })

  test("expands the default of an object that has rules of its own, so that the default passes them", () => {
    for (const { path, schema } of below.filter((node) => node.schema.default !== undefined && node.schema["x-kubernetes-validations"])) {
      const { properties = {}, default: given } = schema
      for (const [name, field] of Object.entries(properties)) {
        if (field.default !== undefined) expect((given as Record<string, unknown>)[name], `${path}.${name}`).toBeDefined()
      }
      expect(brokenRules({ ...schema, properties: {} }, { next: given, previous: undefined }), path).toEqual([])
    }
  })

  test("looks at the old value only where it can be found", () => {
    const lost = all.filter(
      ({ schema, isBelowAtomic }) => isBelowAtomic && schema["x-kubernetes-validations"]?.some(({ rule }) => rule.includes("oldSelf")),
    )
    expect(lost).toEqual([])
  })

  test("has at most eight columns and no rule without a message", () => {
    expect(version.additionalPrinterColumns.length).toBeLessThanOrEqual(8)
    for (const { schema } of all) for (const { message } of schema["x-kubernetes-validations"] ?? []) expect(message).not.toBe("")
  })
})

test("a secret is only ever spoken of by the name of its Secret", () => {
  const suspicious = /(password|secret|token|key)(name|ref)?$/i
  for (const kind of Object.values(kinds)) {
    for (const { path, schema } of walk(kind.schema)) {
      const name = path.split(".").at(-1) ?? ""
      if (typeOf(schema) === "string" && suspicious.test(name)) expect(extensionOf(schema).secretRef, `${kind.kind} ${path}`).toBe(true)
    }
  }
})

test("kubectl shows the table of the user guide", () => {
  const wide = kinds.topic.columns.filter(({ priority }) => priority === undefined)
  expect(wide.map(({ name }) => name.toUpperCase())).toEqual(["CLUSTER", "PARTITIONS", "REPLICATION", "PHASE", "AGE"])
})
