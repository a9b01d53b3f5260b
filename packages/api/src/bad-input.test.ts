// Bad input by generation: whatever a procedure takes is in here. Each gets an error that names the field; nothing answers with a failure of ours.

import { kinds, toFormFields } from "@rivven/resources"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { appRouter } from "./root.ts"
import { parseDraft } from "./routers/topics/plan/parse-draft.ts"
import { asCluster, type ClusterObject } from "./sources/kube/objects.ts"
import { World } from "./testing/world.ts"

const odd: readonly unknown[] = [
  null,
  7,
  "x",
  [],
  { cluster: {} },
  { cluster: "x".repeat(10_000) },
  { cluster: "local", topic: ["a"], group: 5, draft: 7 },
  JSON.parse('{"__proto__":{"cluster":"local"}}'),
]

type AnyProcedure = { _def: { type: string; inputs: unknown[] } }
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, AnyProcedure>).filter(
  ([, { _def }]) => _def.inputs.length > 0 && _def.type !== "subscription",
)

let world: World
let call: (path: string, input: unknown) => Promise<unknown>

beforeAll(async () => {
  world = await World.start()
  const caller = (await world.signedIn()) as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>
  call = (path, input) => {
    const [router = "", name = ""] = path.split(".")
    const procedure = caller[router]?.[name]
    if (!procedure) throw new Error(`there is no procedure ${path}`)
    return procedure(input)
  }
})
afterAll(() => world[Symbol.asyncDispose]())

describe("every procedure with an input", () => {
  it.each(procedures.map(([path]) => path))("%s refuses what it does not take, and names the field", async (path) => {
    for (const input of odd) {
      const error: unknown = await call(path, input).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      // `{}` with defaults is an input for some.
      if (error !== undefined) expect(error).toMatchObject({ code: expect.stringMatching(/^(BAD_REQUEST|NOT_FOUND)$/) })
    }
  })
})

const object = {
  apiVersion: "rivven.io/v1alpha1",
  kind: "RivvenCluster",
  metadata: { name: "local", namespace: "default" },
  spec: {},
} as unknown as ClusterObject
const context = { cluster: asCluster(object, "default"), topic: "orders", existing: undefined, defaultNamespace: "default" }

describe("drafts of topics", () => {
  const fields = toFormFields(kinds.topic.schema.shape.spec)
  const config = fields.find(({ name }) => name === "config")
  const paths = [
    ...fields.map(({ name }) => [name]),
    ...(config?.kind === "object" ? config.fields.map(({ name }) => ["config", name]) : []),
  ].filter(([name]) => name !== "clusterRef" && name !== "topicName")

  it.each(paths.map((path) => [path.join("."), path] as const))("names %s when its value is of another kind", (_, path) => {
    for (const value of [null, true, -5.5, "", {}, [[]], "9".repeat(400), { a: { b: 1 } }]) {
      const spec = path.length === 1 ? { [path[0] ?? ""]: value } : { config: { [path[1] ?? ""]: value } }
      const parsed = parseDraft({ resource: { spec } }, context)
      if (!parsed.ok) for (const error of parsed.errors) expect(error.path).toContain(`spec.${path[0]}`)
    }
  })

  it("are refused with a sentence or taken, never more, whatever they hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const parsed = parseDraft({ resource: { spec: value as never } }, context)
        if (!parsed.ok) for (const { message } of parsed.errors) expect(message.length).toBeGreaterThan(3)
      }),
      { numRuns: 300 },
    )
  })

  it("of any text are refused with a line, or taken", () => {
    const yaml = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom("a", ":", " ", "\n", "-", "{", "}", "[", "]", "&", "*", "!", "'", '"', "spec", "|") }),
    )
    fc.assert(
      fc.property(yaml, (text) => {
        const parsed = parseDraft({ yaml: text }, context)
        if (!parsed.ok) expect(parsed.errors.length).toBeGreaterThan(0)
      }),
      { numRuns: 300 },
    )
  })

  it("do not expand a bomb of aliases", () => {
    const levels = Array.from(
      { length: 12 },
      (_, at) => `a${at + 1}: &a${at + 1} [${Array.from({ length: 9 }, () => `*a${at}`).join(", ")}]`,
    )
    const parsed = parseDraft({ yaml: `a0: &a0 [x, x]\n${levels.join("\n")}\n` }, context)
    expect(parsed).toMatchObject({ ok: false, errors: [{ accepted: "YAML with fewer aliases" }] })
  })
})
