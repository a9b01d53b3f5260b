// Every CEL rule of every kind refuses and accepts, and its zod twin agrees: by a table that names each rule, and by random values.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { z } from "zod"
import { validate } from "../kit/validate.ts"
import { arbitraryOf } from "../testing/arbitrary.ts"
import { type Broken, brokenRules } from "../testing/cel.ts"
import { type RuleCase, ruleCases } from "../testing/rule-cases.ts"
import { kinds } from "./index.ts"
import { apiVersion, crdOf, type Kind } from "./kind.ts"

type Verdict = { field: string; message: string }[]

function rootSchemaOf(kind: Kind) {
  const schema = crdOf(kind).spec.versions[0]?.schema.openAPIV3Schema
  if (!schema) throw new Error("no schema")
  return schema
}

function celVerdict(kind: Kind, { next, previous }: { next: unknown; previous: unknown }): { plain: Verdict; transitions: Verdict } {
  const broken = brokenRules(rootSchemaOf(kind), { next, previous })
  const verdictOf = (list: Broken[]) => sorted(list.map(({ path, message }) => ({ field: path.replace(/^\./, ""), message })))
  return {
    plain: verdictOf(broken.filter(({ rule }) => !rule.includes("oldSelf"))),
    transitions: verdictOf(broken.filter(({ rule }) => rule.includes("oldSelf"))),
  }
}

function zodVerdict(kind: Kind, { next, previous }: { next: unknown; previous: unknown }): Verdict {
  const validated = validate(kind.schema, next, { previous: previous as z.output<typeof kind.schema> })
  if (validated.ok) return []
  // The API server reports a rule about metadata at the root, because a schema may not point into metadata.
  return sorted(validated.errors.map(({ field, message }) => ({ field: field.replace(/^metadata\.name$/, ""), message })))
}

function sorted(verdict: Verdict): Verdict {
  return verdict.toSorted((a, b) => `${a.field}${a.message}`.localeCompare(`${b.field}${b.message}`))
}

function defaulted(kind: Kind, value: unknown): unknown {
  const loose = JSON.parse(JSON.stringify(value)) as Record<string, unknown>
  return fillDefaults(rootSchemaOf(kind), loose)
}

/** As the API server: absent fields with a default, top down. */
function fillDefaults(schema: ReturnType<typeof rootSchemaOf>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => fillDefaults(schema.items ?? {}, item))
  if (typeof value !== "object" || value === null || !schema.properties) return value
  const filled: Record<string, unknown> = { ...value }
  for (const [name, field] of Object.entries(schema.properties)) {
    if (filled[name] === undefined && field.default !== undefined) filled[name] = structuredClone(field.default)
    if (filled[name] !== undefined) filled[name] = fillDefaults(field, filled[name])
  }
  return filled
}

const tested = [
  ["RivvenCluster", kinds.cluster],
  ["RivvenTopic", kinds.topic],
  ["RivvenConnect", kinds.connect],
] as unknown as [keyof typeof ruleCases, Kind][]

describe.each(tested)("%s", (name, kind) => {
  const { base, cases } = ruleCases[name]
  const full = (value: object) => defaulted(kind, { apiVersion, kind: name, metadata: { name: "x1" }, ...value })

  test("the base of the table breaks nothing", () => {
    const next = full(base)
    expect(celVerdict(kind, { next, previous: next })).toEqual({ plain: [], transitions: [] })
    expect(zodVerdict(kind, { next, previous: next })).toEqual([])
  })

  test.each(cases)("refuses: $message $note", ({ message, next, previous, accepts }: RuleCase) => {
    const values = { next: full({ ...base, ...next }), previous: previous && full({ ...base, ...previous }) }
    const cel = celVerdict(kind, values)
    expect([...cel.plain, ...cel.transitions].map((broken) => broken.message)).toEqual([message])
    expect(zodVerdict(kind, values)).toEqual([...cel.plain, ...cel.transitions])
    const good = { ...values, next: full({ ...base, ...accepts }) }
    expect(celVerdict(kind, good)).toEqual({ plain: [], transitions: [] })
    expect(zodVerdict(kind, good)).toEqual([])
  })

  test("the table covers every rule", () => {
    const messages = new Set<string>()
    JSON.stringify(rootSchemaOf(kind), (key, value) => {
      if (key === "x-kubernetes-validations") for (const { message } of value) messages.add(message)
      return value
    })
    expect(new Set(cases.map(({ message }) => message))).toEqual(messages)
  })

  test("CEL and zod agree on random values and changes", () => {
    const schema = rootSchemaOf(kind)
    const spec = arbitraryOf(schema.properties?.spec ?? {})
    const names = fc.constantFrom("x1", "a".repeat(60), "1x", "x".repeat(48))
    const random = fc.record({ spec, name: names }).map((value) => full({ spec: value.spec, metadata: { name: value.name } }))
    fc.assert(
      fc.property(random, fc.option(random, { nil: undefined }), (next, previous) => {
        const cel = celVerdict(kind, { next, previous })
        expect(zodVerdict(kind, { next, previous })).toEqual(cel.plain.length > 0 ? cel.plain : cel.transitions)
      }),
      { numRuns: 40 },
    )
  })

  test("zod fills in the defaults that the API server fills in", () => {
    const spec = arbitraryOf(rootSchemaOf(kind).properties?.spec ?? {})
    fc.assert(
      fc.property(spec, (value) => {
        const given = { apiVersion, kind: name, metadata: { name: "x1" }, spec: value }
        const parsed = kind.schema.safeParse(given)
        if (parsed.success) expect(parsed.data).toEqual(defaulted(kind, given))
      }),
      { numRuns: 60 },
    )
  })
})
