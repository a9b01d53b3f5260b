import { mkdtemp, readFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { ApiUnderTest, cluster, clustersIn, topic, topicsIn } from "../contract/api-under-test.ts"
import { isKubeError } from "../errors.ts"
import type { AnyObject, OwnerReference } from "../object.ts"
import { resourceTypes } from "../resource-types.ts"
import { FakeClock, startTempApi, type TempApi, type TempApiOptions } from "../testing/index.ts"
import { MemoryDisk } from "../testing/memory-disk.ts"

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options: TempApiOptions = {}): Promise<{ api: TempApi; http: ApiUnderTest }> {
  const api = await startTempApi(options)
  const http = new ApiUnderTest({ server: api.server, ca: api.caPem, token: api.token })
  cleanups.push(
    async () => await api[Symbol.asyncDispose](),
    async () => await http.close(),
  )
  return { api, http }
}

const topics = topicsIn("default")

/** Resolves with the object once the condition holds; the watch brings every change. */
async function until(http: ApiUnderTest, path: string, holds: (object: AnyObject | undefined) => boolean): Promise<void> {
  const collection = path.slice(0, path.lastIndexOf("/"))
  const watch = await http.openWatch(`${collection}?watch=1`)
  for (;;) {
    const { status, body } = await http.get(path)
    if (holds(status === 200 ? body : undefined)) break
    await watch.take(1)
  }
  watch.close()
}

const isGone = (object: AnyObject | undefined): boolean => object === undefined

describe("after a restart", () => {
  it("has the same objects, versions and owners, and goes on counting", async () => {
    const { api, http } = await start()
    await http.apply(`${topics}/orders`, topic("orders", { partitions: 3 }), "fieldManager=a")
    const { body: before } = await http.merge(`${topics}/orders/status`, { status: { phase: "Ready" } })
    const again = await api.restart()
    cleanups.push(() => again.stop())
    expect(await again.client.get(resourceTypes.rivvenTopics, { namespace: "default", name: "orders" })).toEqual(before)
    const { object } = await again.client.apply(topic("orders", { partitions: 4 }, { namespace: "default" }), { manager: "a" })
    expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion))
  })

  it("keeps certificate and token, so that a kubeconfig made before still works", async () => {
    const { api } = await start()
    const again = await api.restart()
    cleanups.push(() => again.stop())
    expect([again.caPem, again.token]).toEqual([api.caPem, api.token])
  })

  it("answers Expired to a watch from a version that it has forgotten", async () => {
    const { api, http } = await start()
    await http.post(topics, topic("orders"))
    const { body } = await http.get(topics)
    await http.post(topics, topic("payments"))
    const again = await api.restart()
    cleanups.push(() => again.stop())
    const later = new ApiUnderTest({ server: again.server, ca: again.caPem, token: again.token })
    cleanups.push(() => later.close())
    const [event] = await later.watch(`${topics}?watch=1&resourceVersion=${body.metadata.resourceVersion}`, 1)
    expect(event).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } })
  })

  it("fills the defaults and removes the fields of a newer schema", async () => {
    const { api, http } = await start()
    await http.post(topics, topic("orders", { replicationFactor: 2 }))
    await api.stop()
    const { crds } = await import("@rivven/resources")
    const changed = structuredClone(crds())
    const spec = changed.find(({ spec: { names } }) => names.kind === "RivvenTopic")?.spec.versions[0]?.schema.openAPIV3Schema.properties
      ?.spec
    delete spec?.properties?.replicationFactor
    delete spec?.["x-kubernetes-validations"]
    Object.assign(spec?.properties ?? {}, { colour: { type: "string", default: "blue" } })
    const again = await startTempApi({ dir: api.dir, crds: changed })
    cleanups.push(() => again.stop())
    const object = await again.client.get<AnyObject>(resourceTypes.rivvenTopics, { namespace: "default", name: "orders" })
    expect(object?.spec).toMatchObject({ colour: "blue" })
    expect(object?.spec).not.toHaveProperty("replicationFactor")
  })
})

describe("starting", () => {
  it("is refused where another server uses the directory", async () => {
    const { api } = await start()
    await expect(startTempApi({ dir: api.dir })).rejects.toMatchObject({ code: "Locked", message: expect.stringContaining(api.dir) })
  })

  it("is refused with a port that is taken, and leaves the directory free", async () => {
    const { api } = await start()
    const port = Number(new URL(api.server).port)
    const dir = await mkdtemp(join(tmpdir(), "rivven-kube-"))
    cleanups.push(() => rm(dir, { recursive: true }))
    await expect(startTempApi({ dir, listen: { host: "127.0.0.1", port } })).rejects.toMatchObject({ code: "EADDRINUSE" })
    const free = await startTempApi({ dir })
    await free.stop()
  })

  it.each([
    ["a keyword that is not enforced", { type: "object", properties: { spec: { type: "object", oneOf: [] } } }, "oneOf"],
    ["a node without a type", { type: "object", properties: { spec: {} } }, "has no type"],
    ["a rule that is no CEL", { type: "object", "x-kubernetes-validations": [{ rule: "self.a ==" }] }, "the root"],
    ["a pattern that is none", { type: "object", properties: { a: { type: "string", pattern: "(" } } }, "a"],
    ["a default outside its schema", { type: "object", properties: { a: { type: "integer", maximum: 3, default: 4 } } }, "a"],
    [
      "a default that its own rules refuse before nested defaults are filled",
      {
        type: "object",
        properties: {
          a: {
            type: "object",
            default: {},
            properties: { b: { type: "integer", default: 1 } },
            "x-kubernetes-validations": [{ rule: "self.b == 1" }],
          },
        },
      },
      "the default breaks the schema",
    ],
    [
      "a default with an unknown field",
      { type: "object", properties: { a: { type: "object", properties: {}, default: { x: 1 } } } },
      "unknown field x",
    ],
    [
      "a list by key without keys",
      { type: "object", properties: { a: { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map" } } },
      "map",
    ],
  ])("is refused with a definition that has %s", async (_name, openAPIV3Schema, why) => {
    const names = { kind: "Thing", plural: "things" }
    const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }]
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "things.example.com" },
      spec: { group: "example.com", scope: "Namespaced", names, versions },
    }
    await expect(startTempApi({ crds: [crd] })).rejects.toMatchObject({ code: "BadCrd", message: expect.stringContaining(why) })
  })

  it("writes secrets for their owner only", async () => {
    const { api, http } = await start()
    await http.post("/api/v1/namespaces/default/secrets", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "login" },
      stringData: { a: "b" },
    })
    await api.stop()
    const modes = await Promise.all(
      [".state/token", ".state/tls.key", ".state/journal", ".state/kubeconfig", "core/secrets/default/login.yaml"].map(async (path) => {
        const { mode } = await stat(join(api.dir, path))
        return (mode & 0o777).toString(8)
      }),
    )
    expect(modes).toEqual(["600", "600", "600", "600", "600"])
  })
})

describe("when the disk fails", () => {
  it("refuses writes, goes on answering reads, and says so to health checks", async () => {
    const disk = new MemoryDisk()
    const { http } = await start({ dir: "/memory", ports: { disk }, watchesFiles: false })
    await http.post(topics, topic("orders"))
    disk.failAfter = 0
    const refused = await http.post(topics, topic("payments"))
    expect(refused.status).toBe(503)
    expect(refused.body).toMatchObject({ reason: "ServiceUnavailable", message: expect.stringContaining("read-only after a failed write") })
    disk.failAfter = Number.POSITIVE_INFINITY
    expect((await http.post(topics, topic("payments"))).status).toBe(503)
    expect((await http.get(`${topics}/orders`)).status).toBe(200)
    expect((await http.get("/readyz")).status).toBe(503)
  })
})

describe("what follows a deletion", () => {
  const owned = (name: string, owner: AnyObject, extra: Partial<OwnerReference> = {}): AnyObject => {
    const { apiVersion, kind, metadata } = owner
    return topic(name, {}, { ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", ...extra }] })
  }

  it("in the background dependents go after their owner, theirs after them", async () => {
    const { http } = await start()
    const { body: owner } = await http.post(clustersIn("default"), cluster("main"))
    const { body: child } = await http.post(topics, owned("child", owner))
    await http.post(topics, owned("grandchild", child))
    await http.delete(`${clustersIn("default")}/main`)
    await until(http, `${topics}/grandchild`, isGone)
    expect((await http.get(`${topics}/child`)).status).toBe(404)
  })

  it("a dependent with another owner only loses the reference", async () => {
    const { http } = await start()
    const { body: one } = await http.post(clustersIn("default"), cluster("one"))
    const { body: two } = await http.post(clustersIn("default"), cluster("two"))
    const references = [owned("x", one), owned("x", two)].flatMap(({ metadata }) => metadata.ownerReferences ?? [])
    await http.post(topics, topic("child", {}, { ownerReferences: references }))
    await http.delete(`${clustersIn("default")}/one`)
    await until(http, `${topics}/child`, (object) => object?.metadata.ownerReferences?.length === 1)
    expect((await http.get(`${topics}/child`)).body.metadata.ownerReferences[0].name).toBe("two")
  })

  it("a dependent of an owner that never was goes at once", async () => {
    const { http } = await start()
    const never = { ...cluster("never"), metadata: { name: "never", uid: "00000000-0000-4000-8000-000000000000" } }
    await http.post(topics, owned("child", never))
    await until(http, `${topics}/child`, isGone)
  })

  it("a dependent of a kind that is not served here stays", async () => {
    const { http } = await start()
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", uid: "00000000-0000-4000-8000-000000000000" } } as AnyObject
    await http.post(topics, owned("child", pod))
    await http.post(topics, topic("later"))
    expect((await http.get(`${topics}/child`)).status).toBe(200)
  })

  it("in the foreground the owner waits for dependents that block it", async () => {
    const { http } = await start()
    const { body: owner } = await http.post(clustersIn("default"), cluster("main"))
    await http.post(topics, { ...owned("child", owner, { blockOwnerDeletion: true }) })
    await http.merge(`${topics}/child`, { metadata: { finalizers: ["rivven.io/test"] } })
    const { body } = await http.delete(`${clustersIn("default")}/main?propagationPolicy=Foreground`)
    expect(body.metadata.finalizers).toEqual(["foregroundDeletion"])
    await until(http, `${topics}/child`, (object) => object?.metadata.deletionTimestamp !== undefined)
    expect((await http.get(`${clustersIn("default")}/main`)).status).toBe(200)
    await http.merge(`${topics}/child`, { metadata: { finalizers: null } })
    await until(http, `${clustersIn("default")}/main`, isGone)
  })

  it("orphans stay, without the reference", async () => {
    const { http } = await start()
    const { body: owner } = await http.post(clustersIn("default"), cluster("main"))
    await http.post(topics, owned("child", owner))
    await http.delete(`${clustersIn("default")}/main?propagationPolicy=Orphan`)
    await until(http, `${clustersIn("default")}/main`, isGone)
    expect((await http.get(`${topics}/child`)).body.metadata.ownerReferences).toBeUndefined()
  })

  it("is taken up again after a restart", async () => {
    const { api, http } = await start()
    const { body: owner } = await http.post(clustersIn("default"), cluster("main"))
    await http.post(topics, owned("child", owner))
    await http.delete(`${clustersIn("default")}/main`)
    const again = await api.restart()
    cleanups.push(() => again.stop())
    const later = new ApiUnderTest({ server: again.server, ca: again.caPem, token: again.token })
    cleanups.push(() => later.close())
    await until(later, `${topics}/child`, isGone)
  })

  it("a namespace takes its content with it, waits for finalizers, and takes nothing new meanwhile", async () => {
    const { http } = await start()
    const namespace = await http.namespace()
    await http.post(topicsIn(namespace), topic("plain"))
    await http.post(topicsIn(namespace), topic("held", {}, { finalizers: ["rivven.io/test"] }))
    const { body } = await http.delete(`/api/v1/namespaces/${namespace}`)
    expect(body.status.phase).toBe("Terminating")
    await until(http, `${topicsIn(namespace)}/plain`, isGone)
    const late = await http.post(topicsIn(namespace), topic("late"))
    expect(late.status).toBe(403)
    expect(late.body.message).toContain("because it is being terminated")
    await http.merge(`${topicsIn(namespace)}/held`, { metadata: { finalizers: null } })
    await until(http, `/api/v1/namespaces/${namespace}`, isGone)
  })
})

describe("old events", () => {
  it("go after an hour", async () => {
    const clock = new FakeClock()
    const { http } = await start({ ports: { clock } })
    const path = "/api/v1/namespaces/default/events"
    await http.post(path, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e1" },
      involvedObject: { name: "orders", namespace: "default" },
      reason: "Tested",
    })
    clock.advance(3_500_000)
    expect((await http.get(`${path}/e1`)).status).toBe(200)
    clock.advance(200_000)
    await until(http, `${path}/e1`, isGone)
  })
})

describe("watches", () => {
  it("get a bookmark every minute when they asked for it", async () => {
    const clock = new FakeClock()
    const { http } = await start({ ports: { clock } })
    const watch = await http.openWatch(`${topics}?watch=1&allowWatchBookmarks=true&resourceVersion=1`)
    clock.advance(60_000)
    clock.advance(60_000)
    expect((await watch.take(2)).map(({ type }) => type)).toEqual(["BOOKMARK", "BOOKMARK"])
    watch.close()
  })

  it("of a server that stops end, and cost no timers afterwards", async () => {
    const clock = new FakeClock()
    const { api, http } = await start({ ports: { clock } })
    const watch = await http.openWatch(`${topics}?watch=1&resourceVersion=1`)
    const ended = watch.take(1)
    const stopping = api.stop()
    expect(await ended).toEqual([])
    clock.advance(2_000)
    await stopping
    expect(clock.pending).toBe(0)
  })

  it("that lag too far behind have to list again", async () => {
    const { http } = await start({ retainedEvents: 20 })
    const { body } = await http.get(topics)
    for (let i = 0; i < 40; i += 1) await http.apply(`${topics}/orders`, topic("orders", { partitions: i + 1 }), "fieldManager=a")
    const query = `watch=1&resourceVersion=${body.metadata.resourceVersion}`
    expect(await http.watch(`${topics}?${query}`, 1)).toMatchObject([{ type: "ERROR", object: { reason: "Expired" } }])
    const exact = await http.get(`${topics}?resourceVersionMatch=Exact&resourceVersion=${body.metadata.resourceVersion}`)
    expect(exact.status).toBe(410)
  })
})

describe("errors of the client", () => {
  it("carry reason, field and manager", async () => {
    const { api } = await start()
    const orders = topic("orders", { partitions: 3 }, { namespace: "default" })
    await api.client.apply(orders, { manager: "a" })
    const conflict = await api.client
      .apply(topic("orders", { partitions: 4 }, { namespace: "default" }), { manager: "b" })
      .catch((error) => error)
    expect(isKubeError(conflict, "Conflict") && conflict.fieldConflicts).toEqual([{ field: ".spec.partitions", manager: "a" }])
    const invalid = await api.client.create(topic("bad", { partitions: 0 }, { namespace: "default" })).catch((error) => error)
    expect(isKubeError(invalid, "Invalid") && invalid.causes[0]?.field).toBe("spec.partitions")
    expect(isKubeError(invalid) && invalid.retriable).toBe(false)
  })
})

describe("the kubeconfig", () => {
  it("names server, certificate and token", async () => {
    const { api } = await start()
    const text = await readFile(api.kubeconfigPath, "utf8")
    expect(text).toContain(`server: ${api.server}`)
    expect(text).toContain(`token: ${api.token}`)
    expect(text).toContain(Buffer.from(api.caPem).toString("base64"))
  })
})
