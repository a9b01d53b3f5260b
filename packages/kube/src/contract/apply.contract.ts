import { describe, expect, it } from "vitest"
import { type Answer, connect, connectsIn, readyCondition, topic, topicsIn, type Use } from "./api-under-test.ts"

type Entry = { manager: string; operation: string; subresource?: string; fieldsV1: Record<string, unknown>; time: string }

const ownersOf = ({ body }: Answer): Entry[] => body.metadata.managedFields ?? []
const ownerOf = (answer: Answer, manager: string): Entry | undefined => ownersOf(answer).find((entry) => entry.manager === manager)

export function applyContract(use: Use): void {
  const place = async (): Promise<string> => `${topicsIn(await use().namespace())}/orders`
  const apply = (path: string, spec: object, options: string): Promise<Answer> => use().apply(path, topic("orders", spec), options)

  describe("server-side apply", () => {
    it("creates what is not there", async () => {
      const answer = await apply(await place(), { partitions: 3 }, "fieldManager=a")
      expect(answer.status).toBe(201)
      expect(answer.body.metadata.generation).toBe(1)
    })

    it("needs a field manager", async () => {
      const { status, body } = await use().call("PATCH", await place(), {
        body: topic("orders"),
        contentType: "application/apply-patch+yaml",
      })
      expect(status).toBe(422)
      expect(body.message).toContain("fieldManager: Required value")
    })

    it("takes YAML", async () => {
      const text = "apiVersion: rivven.io/v1alpha1\nkind: RivvenTopic\nmetadata:\n  name: orders\nspec:\n  clusterRef: {name: local}\n"
      const { status } = await use().call("PATCH", `${await place()}?fieldManager=a`, { text, contentType: "application/apply-patch+yaml" })
      expect(status).toBe(201)
    })

    it("owns what it names, not the defaults", async () => {
      const answer = await apply(await place(), { partitions: 3, topicLabels: { x: "1" } }, "fieldManager=a")
      expect(ownersOf(answer)).toEqual([
        {
          manager: "a",
          operation: "Apply",
          apiVersion: "rivven.io/v1alpha1",
          time: expect.any(String),
          fieldsType: "FieldsV1",
          fieldsV1: { "f:spec": { "f:clusterRef": {}, "f:partitions": {}, "f:topicLabels": { "f:x": {} } } },
        },
      ])
      expect(answer.body.spec.config.retentionMs).toBe(604_800_000)
    })

    it("writes nothing when nothing changes", async () => {
      const path = await place()
      const first = await apply(path, { partitions: 3 }, "fieldManager=a")
      const again = await apply(path, { partitions: 3 }, "fieldManager=a")
      expect(again.status).toBe(200)
      expect(again.body).toEqual(first.body)
    })

    it("conflicts where it changes what another manager owns, and names manager and field", async () => {
      const path = await place()
      await apply(path, { partitions: 3 }, "fieldManager=a")
      const { status, body } = await apply(path, { partitions: 4 }, "fieldManager=b")
      expect(status).toBe(409)
      expect(body.reason).toBe("Conflict")
      expect(body.message).toBe('Apply failed with 1 conflict: conflict with "a": .spec.partitions')
      expect(body.details.causes).toEqual([{ reason: "FieldManagerConflict", message: 'conflict with "a"', field: ".spec.partitions" }])
    })

    it("lists several conflicts by manager", async () => {
      const path = await place()
      await apply(path, { partitions: 3, topicLabels: { z: "1", b: "1" }, config: { retentionMs: 1000 } }, "fieldManager=a")
      const { body } = await apply(
        path,
        { partitions: 4, topicLabels: { z: "2", b: "2" }, config: { retentionMs: 2000 } },
        "fieldManager=b",
      )
      const fields = [".spec.partitions", ".spec.config.retentionMs", ".spec.topicLabels.b", ".spec.topicLabels.z"]
      expect(body.message).toBe(`Apply failed with 4 conflicts: conflicts with "a":\n${fields.map((field) => `- ${field}`).join("\n")}`)
    })

    it("conflicts with an update as well, and says of which version", async () => {
      const path = await place()
      await use().post(`${path.replace(/\/orders$/, "")}?fieldManager=editor`, topic("orders", { partitions: 3 }))
      const { body } = await apply(path, { partitions: 4 }, "fieldManager=b")
      expect(body.message).toBe('Apply failed with 1 conflict: conflict with "editor" using rivven.io/v1alpha1: .spec.partitions')
    })

    it("shares ownership of an equal value", async () => {
      const path = await place()
      await apply(path, { partitions: 3 }, "fieldManager=a")
      const answer = await apply(path, { partitions: 3 }, "fieldManager=b")
      expect(answer.status).toBe(200)
      for (const manager of ["a", "b"]) {
        expect(ownerOf(answer, manager)?.fieldsV1).toEqual({ "f:spec": { "f:clusterRef": {}, "f:partitions": {} } })
      }
    })

    it("takes over when forced", async () => {
      const path = await place()
      await apply(path, { partitions: 3 }, "fieldManager=a")
      const answer = await apply(path, { partitions: 4 }, "fieldManager=b&force=true")
      expect(answer.status).toBe(200)
      expect(answer.body.spec.partitions).toBe(4)
      expect(ownerOf(answer, "a")?.fieldsV1).toEqual({ "f:spec": { "f:clusterRef": {} } })
    })

    it("removes what it had applied and applies no longer", async () => {
      const path = await place()
      await apply(path, { topicLabels: { x: "1", y: "2" }, replicationFactor: 1 }, "fieldManager=a")
      const { body } = await apply(path, { topicLabels: { y: "2" } }, "fieldManager=a")
      expect(body.spec.topicLabels).toEqual({ y: "2" })
      expect("replicationFactor" in body.spec).toBe(false)
    })

    it("removes an emptied parent with what was in it", async () => {
      const path = await place()
      await apply(path, { topicLabels: { x: "1" } }, "fieldManager=a")
      const { body } = await apply(path, {}, "fieldManager=a")
      expect("topicLabels" in body.spec).toBe(false)
    })

    it("brings a default back for what it applies no longer", async () => {
      const path = await place()
      await apply(path, { config: { retentionMs: 1000 } }, "fieldManager=a")
      const { body } = await apply(path, {}, "fieldManager=a")
      expect(body.spec.config.retentionMs).toBe(604_800_000)
    })

    it("keeps what it applies no longer while somebody else owns it", async () => {
      const path = await place()
      await apply(path, { replicationFactor: 1, topicLabels: { x: "1" } }, "fieldManager=a")
      await apply(path, { replicationFactor: 1, topicLabels: { x: "1", z: "3" } }, "fieldManager=b")
      const answer = await apply(path, {}, "fieldManager=a")
      expect(answer.body.spec).toMatchObject({ replicationFactor: 1, topicLabels: { x: "1", z: "3" } })
      expect(ownerOf(answer, "a")?.fieldsV1).toEqual({ "f:spec": { "f:clusterRef": {} } })
    })

    it("leaves alone what others set beside it", async () => {
      const path = await place()
      await apply(path, { topicLabels: { x: "1" } }, "fieldManager=a")
      await use().merge(`${path}?fieldManager=editor`, { spec: { topicLabels: { other: "2" } } })
      const { body } = await apply(path, { topicLabels: { x: "5" } }, "fieldManager=a")
      expect(body.spec.topicLabels).toEqual({ x: "5", other: "2" })
    })

    it("replaces an atomic list as a whole", async () => {
      const path = await place()
      const acl = (name: string) => ({ principal: `user:${name}`, operations: ["Read"] })
      const first = await apply(path, { acls: [acl("a"), acl("b")] }, "fieldManager=a")
      expect(ownerOf(first, "a")?.fieldsV1).toMatchObject({ "f:spec": { "f:acls": {} } })
      const conflict = await apply(path, { acls: [acl("c")] }, "fieldManager=b")
      expect(conflict.body.details.causes[0].field).toBe(".spec.acls")
      const { body } = await apply(path, { acls: [acl("c")] }, "fieldManager=b&force=true")
      expect(body.spec.acls).toHaveLength(1)
    })

    it("replaces an atomic map as a whole", async () => {
      const path = await place()
      const { body } = await use().apply(
        path,
        { ...topic("orders"), spec: { clusterRef: { name: "local", namespace: "x" } } },
        "fieldManager=a",
      )
      const conflict = await use().apply(path, { ...topic("orders"), spec: { clusterRef: { name: "local" } } }, "fieldManager=b")
      expect(body.spec.clusterRef).toEqual({ name: "local", namespace: "x" })
      expect(conflict.status).toBe(409)
      expect(conflict.body.details.causes[0].field).toBe(".spec.clusterRef")
    })

    it("merges a list by key: items, their fields, their owners", async () => {
      const path = `${connectsIn(await use().namespace())}/pipes`
      const source = (name: string, extra: object = {}) => ({ name, connector: "custom", topic: "t", ...extra })
      const write = (manager: string, sources: object[]) => use().apply(path, connect("pipes", { sources }), `fieldManager=${manager}`)
      await write("a", [source("one"), source("two")])
      const answer = await write("b", [source("three"), source("two", { topicRouting: "r" })])
      expect(answer.status).toBe(200)
      expect(answer.body.spec.sources.map((each: { name: string }) => each.name)).toEqual(["one", "three", "two"])
      expect(ownerOf(answer, "b")?.fieldsV1).toMatchObject({
        "f:spec": { "f:sources": { 'k:{"name":"two"}': { ".": {}, "f:name": {}, "f:topicRouting": {} } } },
      })
      const conflict = await write("c", [source("one", { topic: "other" })])
      expect(conflict.body.details.causes[0].field).toBe('.spec.sources[name="one"].topic')
      const removed = await write("a", [source("two")])
      expect(removed.body.spec.sources.map((each: { name: string }) => each.name)).toEqual(["three", "two"])
    })

    it("merges a list of distinct values: each item has its owners", async () => {
      const path = await place()
      const write = (manager: string, finalizers: string[]) =>
        use().apply(path, topic("orders", {}, { finalizers }), `fieldManager=${manager}`)
      await write("a", ["rivven.io/a", "rivven.io/both"])
      const both = await write("b", ["rivven.io/b", "rivven.io/both"])
      expect((both.body.metadata.finalizers as string[]).toSorted()).toEqual(["rivven.io/a", "rivven.io/b", "rivven.io/both"])
      expect(ownerOf(both, "b")?.fieldsV1["f:metadata"]).toEqual({
        "f:finalizers": { 'v:"rivven.io/b"': {}, 'v:"rivven.io/both"': {} },
      })
      const { body } = await write("a", [])
      expect((body.metadata.finalizers as string[]).toSorted()).toEqual(["rivven.io/b", "rivven.io/both"])
    })

    it("refuses a field that the schema does not have", async () => {
      const { status, body } = await apply(await place(), { partitons: 3 }, "fieldManager=a")
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body.message).toContain("failed to create typed patch object")
      expect(body.message).toContain(".spec.partitons: field not declared in schema")
    })

    it("refuses a value of another type", async () => {
      const { status, body } = await apply(await place(), { partitions: "three" }, "fieldManager=a")
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body.message).toMatch(/\.spec\.partitions: expected numeric \(int or float\), got string|spec\.partitions/)
    })

    it("refuses managedFields in the configuration", async () => {
      const { status, body } = await use().apply(
        await place(),
        topic("orders", {}, { managedFields: [{ manager: "x" }] }),
        "fieldManager=a",
      )
      expect(status).toBe(400)
      expect(body.message).toContain("metadata.managedFields must be nil")
    })

    it("refuses the uid of another object, and any uid where nothing is", async () => {
      const path = await place()
      const uid = "00000000-0000-4000-8000-000000000000"
      expect((await use().apply(path, topic("orders", {}, { uid }), "fieldManager=a")).status).toBe(409)
      await apply(path, {}, "fieldManager=a")
      const other = await use().apply(path, topic("orders", {}, { uid }), "fieldManager=a")
      expect(other.status).toBe(422)
      expect(other.body.details.causes[0].field).toBe("metadata.uid")
    })

    it("refuses a stale resourceVersion", async () => {
      const path = await place()
      const { body } = await apply(path, { partitions: 3 }, "fieldManager=a")
      await apply(path, { partitions: 4 }, "fieldManager=a")
      const { resourceVersion } = body.metadata
      expect((await use().apply(path, topic("orders", { partitions: 5 }, { resourceVersion }), "fieldManager=a")).status).toBe(409)
    })

    it("of a dry run finds conflicts and keeps nothing", async () => {
      const path = await place()
      const first = await apply(path, { partitions: 3 }, "fieldManager=a")
      expect((await apply(path, { partitions: 4 }, "fieldManager=b&dryRun=All")).status).toBe(409)
      expect((await apply(path, { partitions: 4 }, "fieldManager=a&dryRun=All")).body.spec.partitions).toBe(4)
      expect((await use().get(path)).body).toEqual(first.body)
    })

    it("through /status owns status, recorded under the subresource", async () => {
      const path = await place()
      await apply(path, {}, "fieldManager=a")
      const status = { phase: "Ready", conditions: [readyCondition()] }
      const answer = await use().apply(`${path}/status`, { ...topic("orders"), spec: undefined, status }, "fieldManager=operator")
      expect(answer.status).toBe(200)
      const owner = ownerOf(answer, "operator")
      expect(owner).toMatchObject({ operation: "Apply", subresource: "status" })
      expect(owner?.fieldsV1).toEqual({
        "f:status": {
          "f:phase": {},
          "f:conditions": {
            'k:{"type":"Ready"}': {
              ".": {},
              "f:type": {},
              "f:status": {},
              "f:reason": {},
              "f:message": {},
              "f:lastTransitionTime": {},
            },
          },
        },
      })
    })

    it("through /status does not create", async () => {
      const path = await place()
      const answer = await use().apply(`${path}/status`, { ...topic("orders"), spec: undefined, status: {} }, "fieldManager=operator")
      expect(answer.status).toBe(404)
    })

    it("ignores status through the object itself", async () => {
      const path = await place()
      const answer = await use().apply(path, { ...topic("orders"), status: { phase: "Ready" } }, "fieldManager=a")
      expect(answer.body.status).toBeUndefined()
      expect(ownerOf(answer, "a")?.fieldsV1).not.toHaveProperty("f:status")
    })
  })
}
