// Random values of a structural schema, legal by type and bounds, so that only rules can refuse them.
import fc from "fast-check"
import type { JsonSchema } from "../kit/to-crd.ts"

const words = [
  "a",
  "ab",
  "abc",
  "x1",
  "1.2",
  "10Gi",
  "5Gi",
  "15s",
  "/a",
  "http://a",
  "host:92",
  "User:a",
  "Ready",
  "2026-01-31T12:00:00Z",
  "b",
  ".",
]

export function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema["x-kubernetes-preserve-unknown-fields"]) return fc.constant({ any: "thing" })
  if (schema["x-kubernetes-int-or-string"]) return fc.constantFrom<unknown>(1, schema.pattern ? "50%" : "500m")
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case "boolean":
      return fc.boolean()
    case "integer":
    case "number":
      return arbitraryNumber(schema)
    case "string":
      return arbitraryText(schema)
    case "array":
      return arbitraryList(schema)
    default:
      return arbitraryObject(schema)
  }
}

function arbitraryNumber({ minimum = -1000, maximum = minimum + 10_000 }: JsonSchema): fc.Arbitrary<number> {
  const near = [minimum, minimum + 1, minimum + 2, maximum, 1, 2, 3].filter((value) => value >= minimum && value <= maximum)
  return fc.oneof(fc.constantFrom(...near), fc.integer({ min: minimum, max: Math.min(maximum, minimum + 10_000) }))
}

function arbitraryText({ pattern, minLength = 0, maxLength = 1000 }: JsonSchema): fc.Arbitrary<string> {
  const regex = new RegExp(pattern ?? "")
  const fitting = words.filter((word) => regex.test(word) && word.length >= minLength && word.length <= maxLength)
  if (fitting.length === 0) throw new Error(`no sample text fits ${pattern}`)
  return fc.constantFrom(...fitting)
}

function arbitraryList(schema: JsonSchema): fc.Arbitrary<unknown[]> {
  const items = arbitraryOf(schema.items ?? {})
  const keys = schema["x-kubernetes-list-map-keys"]
  const minLength = schema.minItems ?? 0
  const maxLength = Math.max(minLength, 3)
  if (keys) return fc.uniqueArray(items, { minLength, maxLength, selector: (item) => keys.map((key) => (item as Keyed)[key]).join("/") })
  return schema["x-kubernetes-list-type"] === "set"
    ? fc.uniqueArray(items, { minLength, maxLength })
    : fc.array(items, { minLength, maxLength })
}

type Keyed = Record<string, unknown>

function arbitraryObject({ properties, additionalProperties, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  if (additionalProperties)
    return fc.dictionary(fc.constantFrom("a", "b", "retention.ms"), arbitraryOf(additionalProperties), { maxKeys: 3 })
  const fields = Object.entries(properties ?? {}).map(([name, field]) => [name, arbitraryOf(field)] as const)
  return fc.record(Object.fromEntries(fields), { requiredKeys: required })
}
