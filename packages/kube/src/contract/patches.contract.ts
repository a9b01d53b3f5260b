import { describe, expect, it } from "vitest"
import { topic, topicsIn, type Use } from "./api-under-test.ts"

export function patchesContract(use: Use): void {
  const created = async (spec: object = {}, metadata: object = {}) => {
    const namespace = await use().namespace()
    const { body } = await use().post(topicsIn(namespace), topic("orders", spec, metadata))
    return { path: `${topicsIn(namespace)}/orders`, namespace, body }
  }

  describe("merge patch", () => {
    it("sets and removes fields, and replaces lists", async () => {
      const acl = (name: string) => ({ principal: `user:${name}`, operations: ["Read"] })
      const { path } = await created({ acls: [acl("a"), acl("b")], topicLabels: { keep: "1", drop: "1" } })
      const { status, body } = await use().merge(path, { spec: { topicLabels: { drop: null, add: "2" }, acls: [acl("c")] } })
      expect(status).toBe(200)
      expect(body.spec.topicLabels).toEqual({ keep: "1", add: "2" })
      expect(body.spec.acls.map((each: { principal: string }) => each.principal)).toEqual(["user:c"])
    })

    it("brings a default back when its field is removed", async () => {
      const { path } = await created({ config: { retentionMs: 5000 } })
      const { body } = await use().merge(path, { spec: { config: { retentionMs: null } } })
      expect(body.spec.config.retentionMs).toBe(604_800_000)
    })

    it("is refused when it names a stale resourceVersion", async () => {
      const { path, body: first } = await created()
      await use().merge(path, { metadata: { labels: { a: "b" } } })
      const { resourceVersion } = first.metadata
      const { status, body } = await use().merge(path, { metadata: { resourceVersion, labels: { a: "c" } } })
      expect(status).toBe(409)
      expect(body.reason).toBe("Conflict")
    })

    it("answers 404 where nothing is", async () => {
      const namespace = await use().namespace()
      expect((await use().merge(`${topicsIn(namespace)}/orders`, { metadata: {} })).status).toBe(404)
    })

    it("writes nothing when it changes nothing", async () => {
      const { path, body: first } = await created({ partitions: 3 })
      const { body } = await use().merge(path, { spec: { partitions: 3 } })
      expect(body.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
    })

    it("of a dry run shows the outcome and keeps nothing", async () => {
      const { path, body: first } = await created({ partitions: 3 })
      const { body } = await use().merge(`${path}?dryRun=All`, { spec: { partitions: 5 } })
      expect(body.spec.partitions).toBe(5)
      expect((await use().get(path)).body).toEqual(first)
    })

    it("does not become another object", async () => {
      const { path } = await created()
      const { status } = await use().merge(path, { metadata: { name: "other" } })
      expect(status).toBe(400)
    })
  })

  describe("JSON patch", () => {
    it("adds, replaces, removes, moves, copies and tests", async () => {
      const { path } = await created({ partitions: 3, topicLabels: { a: "1", b: "2" } })
      const { status, body } = await use().jsonPatch(path, [
        { op: "test", path: "/spec/partitions", value: 3 },
        { op: "replace", path: "/spec/partitions", value: 4 },
        { op: "move", from: "/spec/topicLabels/a", path: "/spec/topicLabels/c" },
        { op: "copy", from: "/spec/topicLabels/b", path: "/spec/topicLabels/d" },
        { op: "remove", path: "/spec/topicLabels/b" },
        { op: "add", path: "/metadata/labels", value: { "rivven.io/x": "y" } },
        { op: "add", path: "/metadata/labels/rivven.io~1z", value: "w" },
      ])
      expect(status).toBe(200)
      expect(body.spec).toMatchObject({ partitions: 4, topicLabels: { c: "1", d: "2" } })
      expect(body.metadata.labels).toEqual({ "rivven.io/x": "y", "rivven.io/z": "w" })
    })

    it("changes nothing when a test fails", async () => {
      const { path, body: first } = await created({ partitions: 3 })
      const { status, body } = await use().jsonPatch(path, [
        { op: "replace", path: "/spec/partitions", value: 4 },
        { op: "test", path: "/metadata/resourceVersion", value: "1" },
      ])
      expect(status).toBe(422)
      expect(body.reason).toBe("Invalid")
      expect((await use().get(path)).body).toEqual(first)
    })

    it("is refused when its path is not there", async () => {
      const { path } = await created()
      expect((await use().jsonPatch(path, [{ op: "remove", path: "/spec/nothing/here" }])).status).toBe(422)
    })

    it("is refused when it is no list of operations", async () => {
      const { path } = await created()
      expect((await use().jsonPatch(path, { op: "remove", path: "/spec" })).status).toBe(400)
    })

    it("appends to a list and puts into its middle", async () => {
      const acl = (name: string) => ({ principal: `user:${name}`, operations: ["Read"] })
      const { path } = await created({ acls: [acl("a"), acl("c")] })
      const { body } = await use().jsonPatch(path, [
        { op: "add", path: "/spec/acls/1", value: acl("b") },
        { op: "add", path: "/spec/acls/-", value: acl("d") },
      ])
      expect(body.spec.acls.map((each: { principal: string }) => each.principal)).toEqual(["user:a", "user:b", "user:c", "user:d"])
    })
  })

  describe("other patches", () => {
    it("are refused as strategic merge patch of a kind that has no strategies", async () => {
      const { path } = await created()
      const { status } = await use().call("PATCH", path, {
        body: { spec: { partitions: 5 } },
        contentType: "application/strategic-merge-patch+json",
      })
      expect(status).toBe(415)
    })

    it("are refused as a media type that is no patch", async () => {
      const { path } = await created()
      expect((await use().call("PATCH", path, { body: {}, contentType: "application/json" })).status).toBe(415)
    })

    it("may not be forced unless they are an apply", async () => {
      const { path } = await created()
      const { status, body } = await use().merge(`${path}?force=true`, { spec: { partitions: 5 } })
      expect(status).toBe(422)
      expect(body.message).toContain("may not be specified for non-apply patch")
    })
  })
}
