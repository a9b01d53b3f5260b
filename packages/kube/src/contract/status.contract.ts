import { describe, expect, it } from "vitest"
import { cluster, clustersIn, readyCondition, topic, topicsIn, type Use } from "./api-under-test.ts"

export function statusContract(use: Use): void {
  const created = async (spec: object = {}) => {
    const namespace = await use().namespace()
    const { body } = await use().post(topicsIn(namespace), topic("orders", spec))
    return { path: `${topicsIn(namespace)}/orders`, body }
  }

  const createdCluster = async () => {
    const path = `${clustersIn(await use().namespace())}/main`
    await use().post(path.replace(/\/main$/, ""), cluster("main", { engine: "kafka", replicas: 3 }))
    return path
  }

  describe("status", () => {
    it("is dropped on creation", async () => {
      const path = topicsIn(await use().namespace())
      const { body } = await use().post(path, { ...topic("orders"), status: { phase: "Ready" } })
      expect(body.status).toBeUndefined()
    })

    it("stays as it is through the object itself", async () => {
      const { path } = await created()
      await use().merge(`${path}/status`, { status: { phase: "Ready" } })
      const { body } = await use().merge(path, { status: { phase: "Failed" }, spec: { partitions: 3 } })
      expect(body.status.phase).toBe("Ready")
      expect(body.spec.partitions).toBe(3)
    })

    it("is all that changes through /status", async () => {
      const { path, body: first } = await created()
      const change = { metadata: { labels: { a: "b" } }, spec: { partitions: 9 }, status: { phase: "Ready" } }
      const { status, body } = await use().merge(`${path}/status`, change)
      expect(status).toBe(200)
      expect(body.status).toEqual({ phase: "Ready" })
      expect(body.spec).toEqual(first.spec)
      expect(body.metadata.labels).toBeUndefined()
    })

    it("does not move the generation", async () => {
      const { path } = await created()
      const { body } = await use().merge(`${path}/status`, { status: { phase: "Ready" } })
      expect(body.metadata.generation).toBe(1)
    })

    it("is replaced by PUT", async () => {
      const { path } = await created()
      const { body: live } = await use().merge(`${path}/status`, { status: { phase: "Ready", message: "x" } })
      const { body } = await use().put(`${path}/status`, { ...live, status: { phase: "Failed" } })
      expect(body.status).toEqual({ phase: "Failed" })
    })

    it("refuses a stale PUT", async () => {
      const { path, body: first } = await created()
      await use().merge(`${path}/status`, { status: { phase: "Ready" } })
      expect((await use().put(`${path}/status`, { ...first, status: { phase: "Failed" } })).status).toBe(409)
    })

    it("is validated", async () => {
      const { path } = await created()
      const { status, body } = await use().merge(`${path}/status`, { status: { phase: "Wonderful" } })
      expect(status).toBe(422)
      expect(body.message).toContain("status.phase: Unsupported value")
    })

    it("keeps one condition per type", async () => {
      const { path } = await created()
      const { status } = await use().merge(`${path}/status`, { status: { conditions: [readyCondition(), readyCondition("False")] } })
      expect(status).toBe(422)
    })

    it("is answered by GET of /status with the whole object", async () => {
      const { path, body: first } = await created()
      const { body } = await use().get(`${path}/status`)
      expect(body).toEqual(first)
    })

    it("of what is not there is 404", async () => {
      const path = topicsIn(await use().namespace())
      expect((await use().merge(`${path}/orders/status`, { status: {} })).status).toBe(404)
    })

    it("takes part in rules at the root", async () => {
      const path = await createdCluster()
      const { status } = await use().merge(`${path}/status`, { status: { engine: "embedded" } })
      expect(status).toBe(422)
    })
  })

  describe("scale", () => {
    it("shows replicas as a Scale", async () => {
      const path = await createdCluster()
      const { status, body } = await use().get(`${path}/scale`)
      expect(status).toBe(200)
      expect(body).toMatchObject({ kind: "Scale", apiVersion: "autoscaling/v1", spec: { replicas: 3 }, metadata: { name: "main" } })
    })

    it("changes replicas by patch, and the generation with it", async () => {
      const path = await createdCluster()
      const { status, body } = await use().merge(`${path}/scale`, { spec: { replicas: 5 } })
      expect(status).toBe(200)
      expect(body.spec.replicas).toBe(5)
      const { body: live } = await use().get(path)
      expect(live.spec.replicas).toBe(5)
      expect(live.metadata.generation).toBe(2)
    })

    it("changes replicas by PUT, but not from a stale one", async () => {
      const path = await createdCluster()
      const { body: scale } = await use().get(`${path}/scale`)
      expect((await use().put(`${path}/scale`, { ...scale, spec: { replicas: 4 } })).status).toBe(200)
      expect((await use().put(`${path}/scale`, { ...scale, spec: { replicas: 5 } })).status).toBe(409)
    })

    it("is bound by the schema of the object", async () => {
      const path = await createdCluster()
      const { status, body } = await use().merge(`${path}/scale`, { spec: { replicas: 0 } })
      expect(status).toBe(422)
      expect(body.message).toContain("spec.replicas")
    })

    it("does not exist for kinds without replicas", async () => {
      const { path } = await created()
      expect((await use().get(`${path}/scale`)).status).toBe(404)
    })

    it("records its own part of the API as owner", async () => {
      const path = await createdCluster()
      await use().merge(`${path}/scale?fieldManager=scaler`, { spec: { replicas: 5 } })
      const { body } = await use().get(path)
      const entry = body.metadata.managedFields.find((each: { manager: string }) => each.manager === "scaler")
      expect(entry).toMatchObject({ operation: "Update", subresource: "scale", fieldsV1: { "f:spec": { "f:replicas": {} } } })
    })
  })
}
