import { describe, expect, it } from "vitest"
import { type Answer, topic, topicsIn, type Use } from "./api-under-test.ts"

type Entry = { manager: string; operation: string; fieldsV1: Record<string, unknown> }
const ownerOf = ({ body }: Answer, manager: string): Entry | undefined =>
  body.metadata.managedFields?.find((entry: Entry) => entry.manager === manager)

export function ownersContract(use: Use): void {
  describe("managed fields of updates", () => {
    it("are named after the user agent where no manager is", async () => {
      const { body } = await use().post(topicsIn(await use().namespace()), topic("orders"))
      expect(body.metadata.managedFields[0]).toMatchObject({ manager: "contract", operation: "Update", fieldsType: "FieldsV1" })
    })

    it("of a creation hold everything, defaults and parents included", async () => {
      const answer = await use().post(`${topicsIn(await use().namespace())}?fieldManager=a`, topic("orders", { topicLabels: { x: "1" } }))
      expect(ownerOf(answer, "a")?.fieldsV1).toMatchObject({
        "f:spec": { ".": {}, "f:clusterRef": {}, "f:topicLabels": { ".": {}, "f:x": {} }, "f:config": { ".": {}, "f:retentionMs": {} } },
      })
    })

    it("move to whoever changes the value", async () => {
      const path = topicsIn(await use().namespace())
      await use().post(`${path}?fieldManager=a`, topic("orders", { partitions: 3 }))
      const answer = await use().merge(`${path}/orders?fieldManager=b`, { spec: { partitions: 4 } })
      expect(ownerOf(answer, "b")?.fieldsV1).toEqual({ "f:spec": { "f:partitions": {} } })
      expect(ownerOf(answer, "a")?.fieldsV1["f:spec"]).not.toHaveProperty("f:partitions")
    })

    it("end with the field", async () => {
      const path = topicsIn(await use().namespace())
      await use().post(`${path}?fieldManager=a`, topic("orders"))
      await use().merge(`${path}/orders?fieldManager=b`, { spec: { topicLabels: { x: "1" } } })
      const answer = await use().merge(`${path}/orders?fieldManager=c`, { spec: { topicLabels: null } })
      expect(ownerOf(answer, "b")).toBeUndefined()
      expect(ownerOf(answer, "c")).toBeUndefined()
    })

    it("can be reset by one empty entry", async () => {
      const path = topicsIn(await use().namespace())
      const { body: first } = await use().post(`${path}?fieldManager=a`, topic("orders"))
      const metadata = { ...first.metadata, managedFields: [{}] }
      const { body } = await use().put(`${path}/orders`, { ...first, metadata })
      expect(body.metadata.managedFields ?? []).toEqual([])
    })

    it("cannot be lost by a client that does not know them", async () => {
      const path = topicsIn(await use().namespace())
      const { body: first } = await use().post(`${path}?fieldManager=a`, topic("orders"))
      const { managedFields: _owned, ...metadata } = first.metadata
      const { body } = await use().put(`${path}/orders?fieldManager=b`, { ...first, metadata: { ...metadata, labels: { x: "1" } } })
      expect(body.metadata.managedFields.map((entry: Entry) => entry.manager)).toEqual(expect.arrayContaining(["a", "b"]))
    })

    it("can be handed from an updater to an applier, as kubectl does", async () => {
      const path = topicsIn(await use().namespace())
      const { body: first } = await use().post(`${path}?fieldManager=kubectl-client-side-apply`, topic("orders", { partitions: 3 }))
      const managedFields = first.metadata.managedFields.map((entry: Entry) => ({ ...entry, manager: "kubectl", operation: "Apply" }))
      const patched = await use().jsonPatch(`${path}/orders`, [
        { op: "replace", path: "/metadata/managedFields", value: managedFields },
        { op: "replace", path: "/metadata/resourceVersion", value: first.metadata.resourceVersion },
      ])
      expect(patched.status).toBe(200)
      expect(patched.body.metadata.managedFields[0]).toMatchObject({ manager: "kubectl", operation: "Apply" })
      const applied = await use().apply(`${path}/orders`, topic("orders", { partitions: 4 }), "fieldManager=kubectl")
      expect(applied.status).toBe(200)
    })

    it("give way to kubectl's apply for what its client-side apply had set", async () => {
      const path = topicsIn(await use().namespace())
      const config = topic("orders", { partitions: 3 })
      const annotations = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(config) }
      await use().post(`${path}?fieldManager=kubectl-client-side-apply`, { ...config, metadata: { ...config.metadata, annotations } })
      const other = await use().apply(`${path}/orders`, topic("orders", { partitions: 4 }), "fieldManager=other")
      const kubectl = await use().apply(`${path}/orders`, topic("orders", { partitions: 4 }), "fieldManager=kubectl")
      expect([other.status, kubectl.status]).toEqual([409, 200])
    })

    it("refuse a manager with a name that cannot be printed, or is too long", async () => {
      const path = topicsIn(await use().namespace())
      expect((await use().post(`${path}?fieldManager=${"a".repeat(129)}`, topic("orders"))).status).toBe(422)
      expect((await use().post(`${path}?fieldManager=a%00b`, topic("orders"))).status).toBe(422)
    })
  })
}
