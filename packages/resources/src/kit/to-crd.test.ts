import { describe, expect, test } from "vitest"
import { z } from "zod"
import { atomicList, int, int64, listMap, text, textMap, withDefaults } from "./fields.ts"
import { formMeta } from "./form-meta.ts"
import { freeform } from "./freeform.ts"
import { intOrString } from "./int-or-string.ts"
import { rule } from "./rule.ts"
import { toCrdSchema, UnrepresentableError } from "./to-crd.ts"

const short = () => text({ max: 10 })
const recursive: z.ZodType = z.lazy(() => z.object({ child: recursive.optional() }))

const refused: [name: string, schema: z.ZodType, path: string][] = [
  ["a union", z.union([short(), int(1, 2)]), "a.b"],
  ["a discriminated union", z.discriminatedUnion("t", [z.object({ t: z.literal("x") })]), "a.b"],
  ["a tuple", z.tuple([short()]), "a.b"],
  ["an intersection", z.intersection(z.object({ x: int(1, 2) }), z.object({})), "a.b"],
  ["a strict object", z.strictObject({ c: short() }), "a.b"],
  ["a loose object", z.looseObject({ c: short() }), "a.b"],
  ["a refinement", short().refine(() => true), "a.b"],
  ["a refinement of an object", z.object({ c: short() }).superRefine(() => {}), "a.b"],
  ["a transform", short().transform((value) => value.length), "a.b"],
  ["a preprocess", z.preprocess((value) => value, short()), "a.b"],
  ["trim", short().trim(), "a.b"],
  ["a fallback", short().catch("x"), "a.b"],
  ["a .meta id", short().meta({ id: "x" }), "a.b"],
  ["an own key in .meta", short().meta({ secret: true }), "a.b"],
  ["recursion", recursive, "a.b"],
  ["bigint", z.bigint(), "a.b"],
  ["a date", z.date(), "a.b"],
  ["any", z.any(), "a.b"],
  ["unknown", z.unknown(), "a.b"],
  ["nullable", short().nullable(), "a.b"],
  ["a look-ahead", text({ max: 9, pattern: /^(?!x)/ }), "a.b"],
  ["a back reference", text({ max: 9, pattern: /^(a)\1$/ }), "a.b"],
  ["a pattern with flags", text({ max: 9, pattern: /^a$/i }), "a.b"],
  ["a text without a maximum", z.string(), "a.b"],
  ["a list without a maximum", z.array(short()), "a.b"],
  ["a list that does not say how it is merged", z.array(short()).max(3), "a.b"],
  ["a map without a maximum", z.record(z.string(), short()), "a.b"],
  ["something wrong inside a list", atomicList(z.object({ c: z.any() }), { max: 2 }), "a.b[].c"],
  ["something wrong below a default", withDefaults(z.object({ c: z.date() })), "a.b.c"],
]

describe("refuses, with the path,", () => {
  test.each(refused)("%s", (_, schema, path) => {
    const convert = () => toCrdSchema(z.object({ a: z.object({ b: schema }) }))
    expect(convert).toThrow(UnrepresentableError)
    expect(convert).toThrow(new RegExp(`^${path.replace(/[[\].]/g, "\\$&")}: `))
  })
})

test("writes bounds, formats and required fields, and no bound that only says safe integer", () => {
  const schema = z.object({
    size: int64(1),
    name: short(),
    kind: z.literal([1, 3, 5]).optional(),
    state: z.enum(["on", "off"]).default("on"),
  })
  expect(toCrdSchema(schema)).toEqual({
    type: "object",
    required: ["size", "name"],
    properties: {
      size: { type: "integer", format: "int64", minimum: 1 },
      name: { type: "string", maxLength: 10 },
      kind: { type: "integer", enum: [1, 3, 5] },
      state: { type: "string", enum: ["on", "off"], default: "on" },
    },
  })
})

test("writes list types, map bounds, int-or-string and free-form objects", () => {
  const schema = z.object({
    list: listMap(z.object({ name: short() }), { max: 2, keys: ["name"] }),
    map: textMap({ max: 4, maxValue: 8 }),
    amount: intOrString({ maxLength: 16, accepts: "an amount" }),
    free: freeform(),
  })
  const { properties = {} } = toCrdSchema(schema)
  expect(properties.list).toMatchObject({ maxItems: 2, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] })
  expect(properties.map).toEqual({ type: "object", maxProperties: 4, additionalProperties: { type: "string", maxLength: 8 } })
  expect(properties.amount).toEqual({ "x-kubernetes-int-or-string": true, maxLength: 16 })
  expect(properties.free).toEqual({ type: "object", "x-kubernetes-preserve-unknown-fields": true })
})

test("gives an object without rules the default {} and one with rules its expanded default", () => {
  const inner = z.object({ a: int(1, 9).default(2), b: int(1, 9).optional(), c: withDefaults(z.object({ d: z.boolean().default(true) })) })
  const ruled = rule(inner, { cel: "self.a < 9", message: "too big", check: ({ a }) => a < 9 })
  const { properties = {} } = toCrdSchema(z.object({ plain: withDefaults(inner), ruled: withDefaults(ruled) }))
  expect(properties.plain?.default).toEqual({})
  expect(properties.ruled?.default).toEqual({ a: 2, c: { d: true } })
})

test("keeps form hints out of the schema and the rule's field in it", () => {
  const schema = rule(z.object({ a: short().register(formMeta, { label: "A", widget: "yaml" }) }), {
    cel: "self.a != ''",
    message: "a is empty",
    field: "a",
    check: ({ a }) => a !== "",
  })
  expect(toCrdSchema(schema)).toEqual({
    type: "object",
    required: ["a"],
    properties: { a: { type: "string", maxLength: 10 } },
    "x-kubernetes-validations": [{ rule: "self.a != ''", message: "a is empty", fieldPath: ".a" }],
  })
})

test("refuses a rule on a wrapper, where it would be lost", () => {
  expect(() => rule(short().optional(), { cel: "true", message: "", check: () => true })).toThrow(/before \.optional/)
})
