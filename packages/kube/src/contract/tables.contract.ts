import { describe, expect, it } from "vitest"
import { topic, topicsIn, type Use } from "./api-under-test.ts"

const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

export function tablesContract(use: Use): void {
  const created = async (): Promise<string> => {
    const path = topicsIn(await use().namespace())
    await use().post(path, topic("orders"))
    await use().merge(`${path}/orders/status`, { status: { phase: "Ready", currentPartitions: 12, currentReplicationFactor: 3 } })
    return path
  }

  describe("tables", () => {
    it("have the columns of the user guide, the others with a lower priority", async () => {
      const { body } = await use().get(await created(), { accept })
      expect(body).toMatchObject({ kind: "Table", apiVersion: "meta.k8s.io/v1" })
      const shown = body.columnDefinitions.filter((each: { priority: number }) => each.priority === 0)
      expect(shown.map((each: { name: string }) => each.name)).toEqual(["Name", "Cluster", "Partitions", "Replication", "Phase", "Age"])
      const wide = body.columnDefinitions.filter((each: { priority: number }) => each.priority === 1)
      expect(wide.map((each: { name: string }) => each.name)).toEqual(["Ready", "Reason"])
    })

    it("have typed cells, null where there is no value, and an age", async () => {
      const { body } = await use().get(await created(), { accept })
      const [row] = body.rows
      const byName = Object.fromEntries(
        body.columnDefinitions.map((each: { name: string }, index: number) => [each.name, row.cells[index]]),
      )
      expect(byName).toMatchObject({ Name: "orders", Cluster: "local", Partitions: 12, Replication: 3, Phase: "Ready", Ready: null })
      expect(byName.Age).toMatch(/^\d+s$/)
    })

    it("carry the version and the token of the next page", async () => {
      const path = await created()
      await use().post(path, topic("payments"))
      const { body } = await use().get(`${path}?limit=1`, { accept })
      expect(body.rows).toHaveLength(1)
      expect(body.metadata.resourceVersion).toMatch(/^\d+$/)
      expect(body.metadata.continue).not.toBe("")
    })

    it("of one object have one row", async () => {
      const { body } = await use().get(`${await created()}/orders`, { accept })
      expect(body.kind).toBe("Table")
      expect(body.rows).toHaveLength(1)
    })

    it("carry metadata, the object, or nothing of it", async () => {
      const path = await created()
      const [metadata, object, none] = await Promise.all(
        ["Metadata", "Object", "None"].map(
          async (include) => (await use().get(`${path}?includeObject=${include}`, { accept })).body.rows[0],
        ),
      )
      expect(metadata.object).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "orders" } })
      expect(metadata.object.spec).toBeUndefined()
      expect(object.object.spec.clusterRef.name).toBe("local")
      expect(none.object ?? null).toBeNull()
    })

    it("have the columns of Kubernetes' own kinds", async () => {
      const namespace = await use().namespace()
      const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { a: "1", b: "2" } }
      await use().post(`/api/v1/namespaces/${namespace}/configmaps`, configMap)
      const { body } = await use().get(`/api/v1/namespaces/${namespace}/configmaps/settings`, { accept })
      expect(body.columnDefinitions.map((each: { name: string }) => each.name)).toEqual(["Name", "Data", "Age"])
      expect(body.rows[0].cells.slice(0, 2)).toEqual(["settings", 2])
    })
  })

  describe("metadata alone", () => {
    it("is answered for a list and for one object", async () => {
      const path = await created()
      const list = await use().get(path, { accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" })
      expect(list.body.kind).toBe("PartialObjectMetadataList")
      expect(list.body.items[0].metadata.name).toBe("orders")
      expect(list.body.items[0].spec).toBeUndefined()
      const one = await use().get(`${path}/orders`, { accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" })
      expect(one.body.kind).toBe("PartialObjectMetadata")
    })
  })
}
