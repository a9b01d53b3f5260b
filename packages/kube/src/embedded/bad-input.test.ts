// Bad input generated from the schemas: every declared field of the three kinds is given values that its schema forbids, and every way of
// sending a body is given one that is none. Each must be answered with a Status that names the field, and change nothing.
import { crds } from "@rivven/resources"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ApiUnderTest, cluster, connect, topic } from "../contract/api-under-test.ts"
import type { AnyObject } from "../object.ts"
import { startTempApi, type TempApi } from "../testing/index.ts"
import type { JsonSchema } from "./schema/schema.ts"

type Bad = { path: (string | number)[]; value: unknown; what: string }

const samples: Record<string, AnyObject> = { RivvenTopic: topic("x"), RivvenCluster: cluster("x"), RivvenConnect: connect("x") }
const depthLimit = 4

/** Values that the schema forbids at its own place, then those of its children. */
function badValues(schema: JsonSchema, path: (string | number)[]): Bad[] {
  if (path.length > depthLimit + 1) return []
  const own = wrongHere(schema).map(([what, value]) => ({ path, value, what }))
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => badValues(child, [...path, name]))
  const items = schema.items ? badValues(schema.items, [...path, 0]).slice(0, 6) : []
  const values = typeof schema.additionalProperties === "object" ? badValues(schema.additionalProperties, [...path, "key"]).slice(0, 2) : []
  return [...own, ...fields, ...items, ...values]
}

function wrongHere(schema: JsonSchema): [string, unknown][] {
  if (schema["x-kubernetes-preserve-unknown-fields"] && schema.type === undefined) return []
  const wrong: [string, unknown][] = []
  const { type, minimum, maximum, maxLength, minLength, pattern, maxItems, maxProperties, enum: values } = schema
  if (schema["x-kubernetes-int-or-string"]) wrong.push(["a list for a number or text", []])
  else if (type === "string") wrong.push(["a number for text", 5], ["an object for text", {}])
  else if (type === "integer") wrong.push(["text for a number", "many"], ["a fraction", 1.5], ["a number too large to be exact", 2 ** 60])
  else if (type === "boolean") wrong.push(["text for a truth value", "yes"])
  else if (type === "array") wrong.push(["an object for a list", { a: 1 }])
  else if (type === "object") wrong.push(["a list for an object", [1]])
  if (minimum !== undefined) wrong.push(["too small", minimum - 1])
  if (maximum !== undefined && Number.isSafeInteger(maximum + 1)) wrong.push(["too large", maximum + 1])
  if (maxLength !== undefined && !values) wrong.push(["too long", "a".repeat(maxLength + 1)])
  if (minLength !== undefined && minLength > 0) wrong.push(["empty", ""])
  if (pattern !== undefined) wrong.push(["not as the pattern says", " \u0000 "])
  if (values) wrong.push(["outside the enumeration", "something-else"])
  if (maxItems !== undefined && maxItems < 100) wrong.push(["too many items", Array.from({ length: maxItems + 1 }, (_, i) => i)])
  if (maxProperties !== undefined) {
    wrong.push(["too many keys", Object.fromEntries(Array.from({ length: maxProperties + 1 }, (_, i) => [`k${i}`, "v"]))])
  }
  return wrong
}

function withValue(sample: AnyObject, { path, value }: Bad): AnyObject {
  const object = structuredClone(sample)
  let parent: Record<string | number, unknown> = object
  for (const [index, part] of path.slice(0, -1).entries()) {
    const isItem = typeof path[index + 1] === "number"
    parent[part] ??= isItem ? [] : {}
    parent = parent[part] as Record<string | number, unknown>
  }
  parent[path.at(-1) ?? ""] = value
  return object
}

const kinds = crds().map(({ spec: { names, versions } }) => {
  const schema = versions[0]?.schema.openAPIV3Schema.properties?.spec as JsonSchema
  return { ...names, cases: badValues(schema, ["spec"]) }
})

let api: TempApi
let http: ApiUnderTest

beforeAll(async () => {
  api = await startTempApi()
  http = new ApiUnderTest({ server: api.server, ca: api.caPem, token: api.token })
})

afterAll(async () => {
  await http?.close()
  await api?.[Symbol.asyncDispose]()
})

const collectionOf = (plural: string): string => `/apis/rivven.io/v1alpha1/namespaces/default/${plural}`

describe("bad values", () => {
  it.each(kinds)("of $kind are refused, each naming its field", async ({ kind, plural, cases }) => {
    expect(cases.length).toBeGreaterThan(50)
    for (const bad of cases) {
      const field = bad.path
        .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
        .join("")
        .slice(1)
      const { status, body } = await http.post(collectionOf(plural), withValue(samples[kind] as AnyObject, bad))
      const context = `${field}: ${bad.what}: ${JSON.stringify(body).slice(0, 500)}`
      expect(status, context).toBe(422)
      const fields: string[] = body.details.causes.map((cause: { field: string }) => cause.field)
      // The field itself, an item in it, or the list that holds it.
      expect(
        fields.some((each) => each.startsWith(field) || field.startsWith(each)),
        context,
      ).toBe(true)
    }
    expect((await http.get(collectionOf(plural))).body.items).toEqual([])
  })

  it.each(kinds)("of $kind are refused by apply and patch as well", async ({ kind, plural, cases }) => {
    const sample = { ...(samples[kind] as AnyObject), metadata: { name: "live" } }
    const path = `${collectionOf(plural)}/live`
    const { body: live } = await http.apply(path, sample, "fieldManager=test")
    for (const bad of cases.filter((_, index) => index % 5 === 0)) {
      const object = withValue(sample, bad)
      const applied = await http.apply(path, object, "fieldManager=test&force=true")
      const patched = await http.merge(path, { spec: object.spec })
      const context = `${bad.path.join(".")}: ${bad.what}`
      expect([400, 422], `${context}: ${JSON.stringify(applied.body).slice(0, 300)}`).toContain(applied.status)
      expect(patched.status, `${context}: ${JSON.stringify(patched.body).slice(0, 300)}`).toBe(422)
      expect(applied.body.message).toContain(String(bad.path[1] ?? "spec"))
    }
    expect((await http.get(path)).body).toEqual(live)
    await http.delete(path)
  })
})

describe("bad requests", () => {
  const path = collectionOf("rivventopics")

  const deep = `${'{"a":'.repeat(500)}1${"}".repeat(500)}`
  const bodies: [string, string, string, number][] = [
    ["nothing", "", "application/json", 400],
    ["half an object", '{"apiVersion":', "application/json", 400],
    ["a number", "5", "application/json", 400],
    ["text", '"hello"', "application/json", 400],
    ["a list", "[]", "application/json", 400],
    ["null", "null", "application/json", 400],
    ["another kind", JSON.stringify({ ...topic("a"), kind: "Pod" }), "application/json", 422],
    ["another version", JSON.stringify({ ...topic("a"), apiVersion: "v1" }), "application/json", 400],
    ["metadata that is text", JSON.stringify({ ...topic("a"), metadata: "a" }), "application/json", 400],
    ["labels that are a list", JSON.stringify(topic("a", {}, { labels: ["a"] })), "application/json", 422],
    ["finalizers that are text", JSON.stringify(topic("a", {}, { finalizers: "a" })), "application/json", 422],
    ["a name that is a number", JSON.stringify({ ...topic("a"), metadata: { name: 5 } }), "application/json", 422],
    ["a prototype", JSON.stringify(topic("a")).replace('"spec":{', '"spec":{"__proto__":{"x":1},'), "application/json", 400],
    ["an object that is nested too deep", deep, "application/json", 400],
    ["YAML that ends in the middle", "spec: {a: [", "application/yaml", 400],
    ["YAML with a key twice", "a: 1\na: 2\n", "application/yaml", 400],
    [
      "YAML that multiplies itself",
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\n`,
      "application/yaml",
      400,
    ],
    ["a tab in YAML", "spec:\n\tpartitions: 3\n", "application/yaml", 400],
    ["bytes that are no protobuf", "k8s\u0000\u0001\u0002", "application/vnd.kubernetes.protobuf", 400],
    ["XML", "<a/>", "text/xml", 415],
  ]

  it.each(bodies.map(([what, text, contentType, status]) => ({ what, text, contentType, status })))(
    "with $what for a body are refused",
    async ({ text, contentType, status }) => {
      const answer = await http.call("POST", path, { text, contentType })
      expect(answer.status, JSON.stringify(answer.body)).toBe(status)
      expect(answer.body).toMatchObject({ kind: "Status", status: "Failure", code: status })
      expect(answer.body.message.length).toBeGreaterThan(10)
    },
  )

  const patches: [string, unknown, string][] = [
    ["a JSON patch that is an object", {}, "application/json-patch+json"],
    ["an operation without op", [{ path: "/spec" }], "application/json-patch+json"],
    ["an unknown operation", [{ op: "frob", path: "/spec" }], "application/json-patch+json"],
    ["an operation without path", [{ op: "remove" }], "application/json-patch+json"],
    ["a path without slash", [{ op: "remove", path: "spec" }], "application/json-patch+json"],
    ["a path to nowhere", [{ op: "remove", path: "/spec/a/b/c" }], "application/json-patch+json"],
    ["a place outside a list", [{ op: "add", path: "/spec/acls/5", value: 1 }], "application/json-patch+json"],
    ["a move into itself", [{ op: "move", from: "/spec", path: "/spec/a" }], "application/json-patch+json"],
    ["a removal of everything", [{ op: "remove", path: "" }], "application/json-patch+json"],
    ["a replacement of everything by text", [{ op: "replace", path: "", value: "x" }], "application/json-patch+json"],
    ["a removal of the kind", [{ op: "remove", path: "/kind" }], "application/json-patch+json"],
    ["a prototype", [{ op: "add", path: "/spec/__proto__/x", value: 1 }], "application/json-patch+json"],
    [
      "more operations than anybody needs",
      Array.from({ length: 10_001 }, () => ({ op: "test", path: "/kind", value: "RivvenTopic" })),
      "application/json-patch+json",
    ],
    ["a merge patch that is a list", [], "application/merge-patch+json"],
    ["a merge patch that removes the spec", { spec: null }, "application/merge-patch+json"],
    ["a merge patch of another name", { metadata: { name: "b" } }, "application/merge-patch+json"],
    ["a configuration of another name", topic("b"), "application/apply-patch+yaml"],
    ["a configuration without kind", { ...topic("a"), kind: undefined }, "application/apply-patch+yaml"],
    ["a configuration with managed fields", topic("a", {}, { managedFields: [] }), "application/apply-patch+yaml"],
  ]

  it.each(patches.map(([what, body, contentType]) => ({ what, body, contentType })))(
    "with $what for a patch are refused and change nothing",
    async ({ body, contentType }) => {
      const { body: live } = await http.apply(`${path}/a`, topic("a", { acls: [] }), "fieldManager=test")
      const answer = await http.call("PATCH", `${path}/a?fieldManager=test`, { body, contentType })
      expect([400, 422], JSON.stringify(answer.body)).toContain(answer.status)
      expect(answer.body.kind).toBe("Status")
      expect((await http.get(`${path}/a`)).body).toEqual(live)
    },
  )

  it("with a body beyond the limit are refused, and the server goes on", async () => {
    const answer = await http.post(path, topic("large", {}, { annotations: { a: "x".repeat(4_000_000) } }))
    expect(answer.status).toBe(413)
    expect(answer.body.reason).toBe("RequestEntityTooLarge")
    expect((await http.get("/readyz")).status).toBe(200)
  })

  it.each([
    "?limit=-1",
    "?limit=x",
    "?continue=%00",
    "?resourceVersion=-5",
    "?watch=1&timeoutSeconds=never",
    "?labelSelector=%2C%2C%3D",
    "?fieldSelector=%3D%3D",
    "?includeObject=Everything",
    "/%E0%A4%A",
  ])("to %s are refused", async (suffix) => {
    const { status, body } = await http.get(`${path}${suffix}`)
    expect(status, JSON.stringify(body)).toBe(400)
    expect(body.kind).toBe("Status")
  })
})
