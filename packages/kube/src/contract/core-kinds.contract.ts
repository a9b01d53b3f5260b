import { describe, expect, it } from "vitest"
import type { Use } from "./api-under-test.ts"

export function coreKindsContract(use: Use): void {
  const inNamespace = async (plural: string, prefix = "/api/v1"): Promise<string> =>
    `${prefix}/namespaces/${await use().namespace()}/${plural}`

  describe("Kubernetes' own kinds", () => {
    it("namespaces are active and labelled with their name", async () => {
      const name = await use().namespace()
      const { body } = await use().get(`/api/v1/namespaces/${name}`)
      expect(body.status.phase).toBe("Active")
      expect(body.metadata.labels).toMatchObject({ "kubernetes.io/metadata.name": name })
      expect(body.spec.finalizers).toEqual(["kubernetes"])
    })

    it("ConfigMaps take a strategic merge patch", async () => {
      const path = await inNamespace("configmaps")
      await use().post(path, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { a: "1", b: "2" } })
      const { status, body } = await use().call("PATCH", `${path}/settings`, {
        body: { data: { a: null, c: "3" } },
        contentType: "application/strategic-merge-patch+json",
      })
      expect(status).toBe(200)
      expect(body.data).toEqual({ b: "2", c: "3" })
    })

    it("a strategic merge patch adds to finalizers and takes single ones away", async () => {
      const path = await inNamespace("configmaps")
      const metadata = { name: "settings", finalizers: ["rivven.io/a", "rivven.io/b"] }
      await use().post(path, { apiVersion: "v1", kind: "ConfigMap", metadata })
      const { body } = await use().call("PATCH", `${path}/settings`, {
        body: { metadata: { "$deleteFromPrimitiveList/finalizers": ["rivven.io/a"], finalizers: ["rivven.io/c"] } },
        contentType: "application/strategic-merge-patch+json",
      })
      expect((body.metadata.finalizers as string[]).toSorted()).toEqual(["rivven.io/b", "rivven.io/c"])
    })

    it("ConfigMaps may be replaced without a resourceVersion", async () => {
      const path = await inNamespace("configmaps")
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { a: "1" } }
      await use().post(path, object)
      const { status, body } = await use().put(`${path}/settings`, { ...object, data: { a: "2" } })
      expect(status).toBe(200)
      expect(body.data).toEqual({ a: "2" })
    })

    it("ConfigMaps that are immutable stay as they are", async () => {
      const path = await inNamespace("configmaps")
      await use().post(path, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { a: "1" }, immutable: true })
      const { status, body } = await use().merge(`${path}/settings`, { data: { a: "2" } })
      expect(status).toBe(422)
      expect(body.message).toContain("field is immutable when `immutable` is set")
    })

    it("ConfigMaps refuse keys that are none", async () => {
      const path = await inNamespace("configmaps")
      const { status, body } = await use().post(path, {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "x" },
        data: { "a b": "1" },
      })
      expect(status).toBe(422)
      expect(body.message).toContain("a valid config key must consist of")
    })

    it("Secrets turn text into bytes and have a type", async () => {
      const path = await inNamespace("secrets")
      const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "login" }, stringData: { password: "geheim" } }
      const { body } = await use().post(path, secret)
      expect(body).toMatchObject({ type: "Opaque", data: { password: Buffer.from("geheim").toString("base64") } })
      expect(body.stringData).toBeUndefined()
    })

    it("Secrets refuse bytes that are no base64", async () => {
      const path = await inNamespace("secrets")
      const { status } = await use().post(path, { apiVersion: "v1", kind: "Secret", metadata: { name: "x" }, data: { a: "!!!" } })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    })

    it("Events are one thing seen in two forms", async () => {
      const namespace = await use().namespace()
      const event = {
        apiVersion: "events.k8s.io/v1",
        kind: "Event",
        metadata: { name: "orders.1" },
        eventTime: "2026-01-31T12:00:00.000000Z",
        reportingController: "rivven.io/operator",
        reportingInstance: "one",
        type: "Normal",
        reason: "Created",
        action: "Create",
        note: "topic created",
        regarding: { apiVersion: "rivven.io/v1alpha1", kind: "RivvenTopic", name: "orders", namespace },
      }
      const { status } = await use().post(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`, event)
      expect(status).toBe(201)
      const core = await use().get(`/api/v1/namespaces/${namespace}/events/orders.1`)
      expect(core.body).toMatchObject({ apiVersion: "v1", message: "topic created", reportingComponent: "rivven.io/operator" })
      expect(core.body.involvedObject).toMatchObject({ kind: "RivvenTopic", name: "orders" })
      const again = await use().get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`)
      expect(again.body.items[0]).toMatchObject({ note: "topic created", regarding: { name: "orders" } })
      const selected = await use().get(`/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3Dother`)
      expect(selected.body.items).toEqual([])
    })

    it("Leases are taken by PUT under their resourceVersion", async () => {
      const path = await inNamespace("leases", "/apis/coordination.k8s.io/v1")
      const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "leader" }, spec: { holderIdentity: "a" } }
      const { body: first } = await use().post(path, lease)
      const taken = await use().put(`${path}/leader`, { ...first, spec: { holderIdentity: "b", leaseDurationSeconds: 15 } })
      const late = await use().put(`${path}/leader`, { ...first, spec: { holderIdentity: "c" } })
      expect([taken.status, late.status]).toEqual([200, 409])
    })
  })
}
