import { describe, expect, it } from "vitest"
import { getIn, nameTopic, placeOf, readDraft, setInDraft, topicOf } from "./draft.ts"

const yaml = `apiVersion: rivven.io/v1alpha1
kind: RivvenTopic
metadata:
  name: orders # chosen by the shop team
spec:
  clusterRef: { name: local }
  config:
    retentionMs: 604800000`

const resourceOf = (text: string) => {
  const draft = readDraft(text)
  if (!draft.isReadable) throw new Error(draft.problem.message)
  return draft.resource
}

describe("one value behind form and YAML", () => {
  it("sets a field and leaves comments and order alone", () => {
    const next = setInDraft(yaml, ["spec", "config", "retentionMs"], 3_600_000)
    expect(next).toBe(yaml.replace("604800000", "3600000"))
  })

  it("adds fields and the parents they need", () => {
    const next = setInDraft(yaml, ["spec", "partitions"], 6)
    expect(getIn(resourceOf(next), ["spec", "partitions"])).toBe(6)
    expect(getIn(resourceOf(setInDraft(yaml, ["spec", "topicLabels", "team"], "shop")), ["spec", "topicLabels"])).toEqual({ team: "shop" })
  })

  it("removes a field and the parents that become empty", () => {
    const next = setInDraft(yaml, ["spec", "config", "retentionMs"], undefined)
    expect(next).not.toContain("config")
    expect(resourceOf(next).spec).toEqual({ clusterRef: { name: "local" } })
  })

  it("does not touch text that cannot be read", () => {
    const broken = "spec:\n  a: [1,"
    expect(setInDraft(broken, ["spec", "partitions"], 3)).toBe(broken)
  })

  it.each([
    ["a: [1,", 1],
    ["a: 1\nb: : 2", 2],
    ["a: 1\na: 2", 2],
    ["- 1", 1],
    ["", 1],
  ])("says where %j cannot be read", (text, line) => {
    const draft = readDraft(text)
    expect(draft.isReadable).toBe(false)
    if (!draft.isReadable) expect(draft.problem.line).toBe(line)
  })

  it.each([
    ["name: *abc", 1, '"*abc"'],
    ["a: &x 1\nb: *x\nc: *y", 3, '"*y"'],
    ["spec:\n  principal: *", 2, "quotes"],
    [`a: &x [1]\nb: [${Array.from({ length: 21 }, () => "*x").join(", ")}]`, 2, "More than 20"],
    ["a: &x\n  b: *x", 2, "inside the value"],
  ])("says what to do about the aliases of %j", (text, line, words) => {
    const draft = readDraft(text)
    expect(draft.isReadable).toBe(false)
    if (draft.isReadable) return
    expect(draft.problem.line).toBe(line)
    expect(draft.problem.message).toContain(words)
  })

  it("reads aliases that name something", () => {
    expect(resourceOf("a: &x 1\nb: *x")).toEqual({ a: 1, b: 1 })
  })

  it("sets fields below a parent that is empty, and leaves a parent alone that is an alias", () => {
    expect(resourceOf(setInDraft("spec:", ["spec", "config", "retentionMs"], 1))).toEqual({ spec: { config: { retentionMs: 1 } } })
    const aliased = "a: &x { b: 1 }\nspec: *x"
    expect(setInDraft(aliased, ["spec", "b"], 2)).toBe(aliased)
  })

  it("finds a field, or its nearest parent, in the text", () => {
    const { from, to } = placeOf(yaml, "spec.config.retentionMs")
    expect(yaml.slice(from, to)).toBe("604800000")
    const parent = placeOf(yaml, "spec.config.segmentBytes")
    expect(yaml.slice(parent.from, parent.to)).toContain("retentionMs")
  })
})

describe("names", () => {
  it("are the resource's own where they can be", () => {
    expect(topicOf(resourceOf(nameTopic(yaml, "orders.v2")))).toBe("orders.v2")
    expect(nameTopic(yaml, "orders.v2")).not.toContain("topicName")
  })

  it("stand in topicName where a resource may not have them", () => {
    const next = resourceOf(nameTopic(yaml, "Orders_V2"))
    expect(getIn(next, ["metadata", "name"])).toBe("orders-v2")
    expect(topicOf(next)).toBe("Orders_V2")
  })
})
