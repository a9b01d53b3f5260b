import { describe, expect, it } from "vitest"
import { topic, topicsIn, type Use } from "./api-under-test.ts"

const finalizers = ["rivven.io/test"]

export function deletionContract(use: Use): void {
  const created = async (metadata: object = {}) => {
    const path = topicsIn(await use().namespace())
    const { body } = await use().post(path, topic("orders", {}, metadata))
    return { collection: path, path: `${path}/orders`, body }
  }

  describe("deletion", () => {
    it("answers a Status that names what is gone", async () => {
      const { path, body: first } = await created()
      const { status, body } = await use().delete(path)
      expect(status).toBe(200)
      expect(body).toMatchObject({
        kind: "Status",
        status: "Success",
        details: { name: "orders", group: "rivven.io", kind: "rivventopics", uid: first.metadata.uid },
      })
      expect((await use().get(path)).status).toBe(404)
    })

    it("as a dry run deletes nothing, whether the body or the query says so", async () => {
      const { path } = await created()
      expect((await use().delete(path, { dryRun: ["All"] })).status).toBe(200)
      expect((await use().delete(`${path}?dryRun=All`)).status).toBe(200)
      expect((await use().get(path)).status).toBe(200)
    })

    it("with a dryRun that is not known is refused and deletes nothing", async () => {
      const { path } = await created()
      const { status, body } = await use().delete(path, { dryRun: ["Some"] })
      expect(status).toBe(422)
      expect(body.message).toContain("dryRun")
      expect((await use().get(path)).status).toBe(200)
    })

    it("of the namespace default is forbidden", async () => {
      const { status, body } = await use().delete("/api/v1/namespaces/default")
      expect(status).toBe(403)
      expect(body).toMatchObject({ reason: "Forbidden", message: expect.stringContaining("this namespace may not be deleted") })
    })

    it("of what is not there is 404", async () => {
      const path = topicsIn(await use().namespace())
      expect((await use().delete(`${path}/orders`)).status).toBe(404)
    })

    it("waits for finalizers, and the generation says so", async () => {
      const { path } = await created({ finalizers })
      const { status, body } = await use().delete(path)
      expect(status).toBe(200)
      expect(body.metadata).toMatchObject({ finalizers, deletionGracePeriodSeconds: 0, generation: 2 })
      expect(body.metadata.deletionTimestamp).toMatch(/Z$/)
    })

    it("is finished by the removal of the last finalizer", async () => {
      const { path } = await created({ finalizers: ["rivven.io/a", "rivven.io/b"] })
      await use().delete(path)
      await use().merge(path, { metadata: { finalizers: ["rivven.io/b"] } })
      expect((await use().get(path)).status).toBe(200)
      await use().merge(path, { metadata: { finalizers: null } })
      expect((await use().get(path)).status).toBe(404)
    })

    it("takes no new finalizers once it began", async () => {
      const { path } = await created({ finalizers })
      await use().delete(path)
      const { status, body } = await use().merge(path, { metadata: { finalizers: [...finalizers, "rivven.io/late"] } })
      expect(status).toBe(422)
      expect(body.message).toContain("no new finalizers can be added if the object is being deleted")
    })

    it("asked for twice keeps its first time", async () => {
      const { path } = await created({ finalizers })
      const first = await use().delete(path)
      const second = await use().delete(path)
      expect(second.body.metadata.deletionTimestamp).toBe(first.body.metadata.deletionTimestamp)
    })

    it("cannot be taken back", async () => {
      const { path } = await created({ finalizers })
      await use().delete(path)
      const { body } = await use().merge(path, { metadata: { deletionTimestamp: null, labels: { a: "b" } } })
      expect(body.metadata.deletionTimestamp).toMatch(/Z$/)
    })

    it("keeps to its preconditions", async () => {
      const { path, body: live } = await created()
      const { uid, resourceVersion } = live.metadata
      const other = await use().delete(path, { preconditions: { uid: "00000000-0000-4000-8000-000000000000" } })
      expect(other.status).toBe(409)
      expect(other.body.message).toContain("does not match the UID in record")
      expect((await use().delete(path, { preconditions: { resourceVersion: "1" } })).status).toBe(409)
      expect((await use().delete(path, { preconditions: { uid, resourceVersion } })).status).toBe(200)
    })

    it("of a dry run leaves the object", async () => {
      const { path } = await created()
      expect((await use().delete(`${path}?dryRun=All`)).status).toBe(200)
      expect((await use().get(path)).status).toBe(200)
    })

    it("refuses a way of propagation that does not exist", async () => {
      const { path } = await created()
      const { status, body } = await use().delete(`${path}?propagationPolicy=Sideways`)
      expect(status).toBe(422)
      expect(body.message).toContain("propagationPolicy")
    })

    it("of a collection takes what the selector selects", async () => {
      const { collection } = await created({ labels: { team: "a" } })
      await use().post(collection, topic("payments", {}, { labels: { team: "b" } }))
      const { status } = await use().delete(`${collection}?labelSelector=team%3Da`)
      expect(status).toBe(200)
      const { body } = await use().get(collection)
      expect(body.items.map((each: { metadata: { name: string } }) => each.metadata.name)).toEqual(["payments"])
    })

    it("frees the name for another object", async () => {
      const { collection, path, body: first } = await created()
      await use().delete(path)
      const { status, body } = await use().post(collection, topic("orders"))
      expect(status).toBe(201)
      expect(body.metadata.uid).not.toBe(first.metadata.uid)
    })
  })
}
