import { describe, expect, it } from "vitest"
import { topic, topicsIn, type Use } from "./api-under-test.ts"

export function objectsContract(use: Use): void {
  describe("creating", () => {
    it("answers 201 with what the server sets", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().post(topicsIn(namespace), topic("orders"))
      expect(status).toBe(201)
      expect(body.metadata).toMatchObject({ name: "orders", namespace, generation: 1 })
      expect(body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
      expect(body.metadata.resourceVersion).toMatch(/^\d+$/)
      expect(body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    })

    it("refuses a name that is taken", async () => {
      const namespace = await use().namespace()
      await use().post(topicsIn(namespace), topic("orders"))
      const { status, body } = await use().post(topicsIn(namespace), topic("orders"))
      expect(status).toBe(409)
      expect(body).toMatchObject({
        reason: "AlreadyExists",
        message: 'rivventopics.rivven.io "orders" already exists',
        details: { name: "orders", group: "rivven.io", kind: "rivventopics" },
      })
    })

    it("completes generateName", async () => {
      const namespace = await use().namespace()
      const { name: _name, ...metadata } = topic("x").metadata
      const { body } = await use().post(topicsIn(namespace), { ...topic("x"), metadata: { ...metadata, generateName: "orders-" } })
      expect(body.metadata.name).toMatch(/^orders-[a-z0-9]{5}$/)
    })

    it("refuses a namespace that does not exist", async () => {
      const { status, body } = await use().post(topicsIn("nowhere"), topic("orders"))
      expect(status).toBe(404)
      expect(body.message).toBe('namespaces "nowhere" not found')
    })

    it("refuses an object of another namespace", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().post(topicsIn(namespace), topic("orders", {}, { namespace: "default" }))
      expect(status).toBe(400)
      expect(body.message).toContain("the namespace of the provided object does not match the namespace sent on the request")
    })

    it("refuses an object of another kind", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().post(topicsIn(namespace), { ...topic("orders"), kind: "RivvenCluster" })
      expect(status).toBe(422)
      expect(body.details.causes[0]).toMatchObject({ field: "kind", message: 'Invalid value: "RivvenCluster": must be RivvenTopic' })
    })

    it("refuses an object without kind", async () => {
      const namespace = await use().namespace()
      const { kind: _kind, ...rest } = topic("orders")
      const { status, body } = await use().post(topicsIn(namespace), rest)
      expect(status).toBe(400)
      expect(body.message).toContain("Object 'Kind' is missing")
    })

    it("refuses a name that is no DNS subdomain, and names the field", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().post(topicsIn(namespace), topic("Orders_1"))
      expect(status).toBe(422)
      expect(body.details.causes[0].field).toBe("metadata.name")
      expect(body.message).toContain("a lowercase RFC 1123 subdomain must consist of")
    })

    it("refuses an object without a name", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().post(topicsIn(namespace), { ...topic("x"), metadata: {} })
      expect(status).toBe(422)
      expect(body.message).toContain("name or generateName is required")
    })

    it("refuses labels that are none", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().post(topicsIn(namespace), topic("orders", {}, { labels: { "a b": "c d" } }))
      expect(status).toBe(422)
      expect(body.message).toContain("metadata.labels")
    })

    it("refuses a body that is not JSON", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().call("POST", topicsIn(namespace), { text: '{"apiVersion": ' })
      expect(status).toBe(400)
      expect(body.reason).toBe("BadRequest")
    })

    it("takes YAML", async () => {
      const namespace = await use().namespace()
      const text = "apiVersion: rivven.io/v1alpha1\nkind: RivvenTopic\nmetadata: {name: orders}\nspec:\n  clusterRef: {name: local}\n"
      const { status, body } = await use().call("POST", topicsIn(namespace), { text, contentType: "application/yaml" })
      expect(status).toBe(201)
      expect(body.spec.clusterRef.name).toBe("local")
    })

    it("refuses a media type that it does not know", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().call("POST", topicsIn(namespace), { text: "<a/>", contentType: "application/xml" })
      expect(status).toBe(415)
      expect(body.reason).toBe("UnsupportedMediaType")
    })

    it("keeps nothing of a dry run, but answers as if it did", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().post(`${topicsIn(namespace)}?dryRun=All`, topic("orders"))
      expect(status).toBe(201)
      expect(body.spec.config.retentionMs).toBe(604_800_000)
      expect((await use().get(`${topicsIn(namespace)}/orders`)).status).toBe(404)
    })

    it("refuses a dry run of an unknown sort", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().post(`${topicsIn(namespace)}?dryRun=Some`, topic("orders"))
      expect(status).toBe(422)
      expect(body.message).toContain("dryRun")
    })
  })

  describe("replacing", () => {
    it("needs a resourceVersion", async () => {
      const namespace = await use().namespace()
      await use().post(topicsIn(namespace), topic("orders"))
      const { status, body } = await use().put(`${topicsIn(namespace)}/orders`, topic("orders"))
      expect(status).toBe(422)
      expect(body.details.causes[0].field).toBe("metadata.resourceVersion")
      expect(body.message).toContain("must be specified for an update")
    })

    it("refuses a stale resourceVersion", async () => {
      const namespace = await use().namespace()
      const { body: first } = await use().post(topicsIn(namespace), topic("orders"))
      await use().merge(`${topicsIn(namespace)}/orders`, { metadata: { labels: { a: "b" } } })
      const { status, body } = await use().put(`${topicsIn(namespace)}/orders`, first)
      expect(status).toBe(409)
      expect(body.reason).toBe("Conflict")
      expect(body.message).toContain("the object has been modified; please apply your changes to the latest version and try again")
    })

    it("moves resourceVersion and generation with the spec", async () => {
      const namespace = await use().namespace()
      const { body: first } = await use().post(topicsIn(namespace), topic("orders", { partitions: 1 }))
      const { status, body } = await use().put(`${topicsIn(namespace)}/orders`, { ...first, spec: { ...first.spec, partitions: 2 } })
      expect(status).toBe(200)
      expect(body.metadata.generation).toBe(2)
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion))
    })

    it("writes nothing when nothing changes", async () => {
      const namespace = await use().namespace()
      const { body: first } = await use().post(topicsIn(namespace), topic("orders"))
      const { body } = await use().put(`${topicsIn(namespace)}/orders`, first)
      expect(body.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
    })

    it("leaves generation alone when only metadata changes", async () => {
      const namespace = await use().namespace()
      const { body: first } = await use().post(topicsIn(namespace), topic("orders"))
      const { body } = await use().put(`${topicsIn(namespace)}/orders`, { ...first, metadata: { ...first.metadata, labels: { a: "b" } } })
      expect(body.metadata.generation).toBe(1)
      expect(body.metadata.labels).toEqual({ a: "b" })
    })

    it("keeps uid, creation time and generation whatever the body says", async () => {
      const namespace = await use().namespace()
      const { body: first } = await use().post(topicsIn(namespace), topic("orders"))
      const metadata = { ...first.metadata, creationTimestamp: "2001-01-01T00:00:00Z", generation: 77, labels: { a: "b" } }
      const { body } = await use().put(`${topicsIn(namespace)}/orders`, { ...first, metadata })
      expect(body.metadata).toMatchObject({ creationTimestamp: first.metadata.creationTimestamp, generation: 1, labels: { a: "b" } })
    })

    it("refuses the uid of another object", async () => {
      const namespace = await use().namespace()
      const { body: first } = await use().post(topicsIn(namespace), topic("orders"))
      const metadata = { ...first.metadata, uid: "00000000-0000-4000-8000-000000000000" }
      const { status, body } = await use().put(`${topicsIn(namespace)}/orders`, { ...first, metadata })
      expect(status).toBe(409)
      expect(body.message).toContain("Precondition failed: UID in precondition")
    })

    it("refuses a body with another name than the address", async () => {
      const namespace = await use().namespace()
      const { body: first } = await use().post(topicsIn(namespace), topic("orders"))
      const { status, body } = await use().put(`${topicsIn(namespace)}/orders`, {
        ...first,
        metadata: { ...first.metadata, name: "other" },
      })
      expect(status).toBe(400)
      expect(body.message).toContain("does not match the name on the URL")
    })

    it("answers 404 for what is not there", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().get(`${topicsIn(namespace)}/orders`)
      expect(status).toBe(404)
      expect(body).toMatchObject({
        kind: "Status",
        status: "Failure",
        reason: "NotFound",
        message: 'rivventopics.rivven.io "orders" not found',
        details: { name: "orders", group: "rivven.io", kind: "rivventopics" },
        code: 404,
      })
    })

    it("refuses a method that an address does not have", async () => {
      const namespace = await use().namespace()
      const { status, body } = await use().delete(`${topicsIn(namespace)}/orders/status`)
      expect(status).toBe(405)
      expect(body.reason).toBe("MethodNotAllowed")
    })
  })
}
