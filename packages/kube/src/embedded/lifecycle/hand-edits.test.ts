import { existsSync } from "node:fs"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { topic } from "../../contract/api-under-test.ts"
import type { AnyObject } from "../../object.ts"
import { resourceTypes } from "../../resource-types.ts"
import { FakeClock, startTempApi, type TempApi, type TempApiOptions } from "../../testing/index.ts"
import { MemoryDisk, seeded } from "../../testing/memory-disk.ts"

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const orders = topic("orders", { partitions: 3 }, { namespace: "default" })
const key = { namespace: "default", name: "orders" }
const type = resourceTypes.rivvenTopics

type Spec = { spec: { partitions: number } }

async function start(options: TempApiOptions = {}): Promise<TempApi> {
  const api = await startTempApi(options)
  cleanups.push(async () => await api[Symbol.asyncDispose]())
  return api
}

async function again(api: TempApi, options: TempApiOptions = {}): Promise<TempApi> {
  const next = await startTempApi({ ...options, dir: api.dir })
  cleanups.push(() => next.stop())
  return next
}

const fileOf = (api: TempApi, name = "orders"): string => join(api.dir, "rivven.io", "rivventopics", "default", `${name}.yaml`)

/** Resolves once the object is as wanted; every change is seen through a watch. */
async function until(api: TempApi, holds: (object: AnyObject | undefined) => boolean, name = "orders"): Promise<AnyObject | undefined> {
  const abort = new AbortController()
  const list = await api.client.list(type, { namespace: "default" })
  const live = list.items.find(({ metadata }) => metadata.name === name)
  if (holds(live)) return live
  for await (const event of api.client.watch<AnyObject>(type, {
    namespace: "default",
    resourceVersion: list.metadata.resourceVersion,
    signal: abort.signal,
  })) {
    if (event.type === "BOOKMARK" || event.object.metadata.name !== name) continue
    const object = event.type === "DELETED" ? undefined : event.object
    if (!holds(object)) continue
    abort.abort()
    return object
  }
  return undefined
}

const hasPartitions =
  (count: number) =>
  (object: AnyObject | undefined): boolean =>
    (object as (AnyObject & Spec) | undefined)?.spec.partitions === count

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, "utf8")))
}

describe("resource files", () => {
  it("hold what a person would write, and nothing of what the server sets", async () => {
    const api = await start()
    const { object } = await api.client.apply({ ...orders, metadata: { ...orders.metadata, labels: { team: "a" } } }, { manager: "a" })
    await api.client.patchStatus({ ...object, status: { phase: "Ready" } }, { manager: "operator" })
    await api.stop()
    const text = await readFile(fileOf(api), "utf8")
    expect(text).toMatch(
      /^apiVersion: rivven\.io\/v1alpha1\nkind: RivvenTopic\nmetadata:\n {2}name: orders\n {2}namespace: default\n {2}labels:\n {4}team: a\nspec:\n/,
    )
    for (const word of ["uid", "resourceVersion", "generation", "managedFields", "creationTimestamp", "status", "Ready"]) {
      expect(text).not.toContain(word)
    }
  })

  it("go with their object", async () => {
    const api = await start()
    await api.client.apply(orders, { manager: "a" })
    await api.client.remove(type, key)
    await api.stop()
    expect(existsSync(fileOf(api))).toBe(false)
  })

  it("do not exist for events and leases", async () => {
    const api = await start()
    await api.client.create({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "leader", namespace: "default" },
      spec: {},
    })
    await api.stop()
    expect(existsSync(join(api.dir, "coordination.k8s.io"))).toBe(false)
  })

  it("that a crash left behind are made good", async () => {
    let disk = new MemoryDisk()
    const chance = seeded(7)
    for (let round = 0; round < 6; round += 1) {
      const api = await startTempApi({ dir: "/memory", ports: { disk }, watchesFiles: false })
      for (const each of ["a", "b", "c"]) {
        const object = topic(each, { partitions: round + 1 }, { namespace: "default" })
        await api.client.apply(object, { manager: "m", force: true })
      }
      const after = disk.cutPower(chance)
      await api.stop()
      disk = after
      const found = await startTempApi({ dir: "/memory", ports: { disk }, watchesFiles: false })
      const { items } = await found.client.list<AnyObject & Spec>(type)
      // Acknowledged states survive, whatever became of the files; no file is taken for an edit.
      expect(items.map(({ spec }) => spec.partitions)).toEqual([round + 1, round + 1, round + 1])
      await found.stop()
      expect(disk.text("/memory/rivven.io/rivventopics/default/a.yaml")).toContain(`partitions: ${round + 1}\n`)
    }
  }, 60_000)
})

describe("edits while no server runs", () => {
  it("are read at the next start, as a write of their own manager", async () => {
    const api = await start()
    await api.client.apply(orders, { manager: "a" })
    await api.stop()
    await edit(fileOf(api), (text) => text.replace("partitions: 3", "partitions: 5"))
    const next = await again(api)
    const object = await until(next, hasPartitions(5))
    const owner = object?.metadata.managedFields?.find(({ manager }) => manager === "file")
    expect(owner).toMatchObject({ operation: "Update", fieldsV1: { "f:spec": { "f:partitions": {} } } })
    expect(object?.metadata.generation).toBe(2)
  })

  it("that break a rule are reported and leave the object as it is", async () => {
    const warnings: string[] = []
    const api = await start()
    await api.client.apply(orders, { manager: "a" })
    await api.stop()
    await edit(fileOf(api), (text) => text.replace("partitions: 3", "partitions: 2"))
    const logger = {
      info: () => undefined,
      error: () => undefined,
      warn: (_fields: object, message: string) => void warnings.push(message),
    }
    const next = await again(api, { logger })
    await next.stop()
    expect(warnings).toEqual([expect.stringContaining("partitions cannot be decreased")])
    expect(await readFile(fileOf(api), "utf8")).toContain("partitions: 2")
  })

  it("add resources, and a removed file comes back", async () => {
    const api = await start()
    await api.client.apply(orders, { manager: "a" })
    await api.stop()
    await writeFile(
      fileOf(api, "payments"),
      "apiVersion: rivven.io/v1alpha1\nkind: RivvenTopic\nmetadata: {name: payments}\nspec: {clusterRef: {name: local}}\n",
    )
    await rm(fileOf(api))
    const next = await again(api)
    await until(next, (object) => object !== undefined, "payments")
    await next.stop()
    expect(existsSync(fileOf(api))).toBe(true)
    expect(await readFile(fileOf(api, "payments"), "utf8")).toContain("retentionMs: 604800000")
  })

  it("make a whole directory of files from Git into resources", async () => {
    const api = await start()
    await api.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } })
    await api.client.apply({ ...orders, metadata: { name: "orders", namespace: "team" } }, { manager: "a" })
    await api.stop()
    await rm(join(api.dir, ".state"), { recursive: true })
    const next = await again(api)
    const abort = new AbortController()
    for await (const event of next.client.watch(type, { resourceVersion: "", signal: abort.signal })) {
      if (event.type === "ADDED" && event.object.metadata.namespace === "team") abort.abort()
    }
    expect(await next.client.get(type, { namespace: "team", name: "orders" })).toMatchObject({ spec: { partitions: 3 } })
  })
})

describe("edits while the server runs", () => {
  it("are taken up", async () => {
    const api = await start()
    await api.client.apply(orders, { manager: "a" })
    await mkdir(join(api.dir, "rivven.io", "rivventopics", "default"), { recursive: true })
    await until(api, hasPartitions(3))
    while (!existsSync(fileOf(api))) await new Promise(setImmediate)
    await edit(fileOf(api), (text) => text.replace("partitions: 3", "partitions: 9"))
    await until(api, hasPartitions(9))
  })

  it("never come from the server's own files, however fast it writes", async () => {
    const clock = new FakeClock()
    const api = await start({ ports: { clock } })
    for (let partitions = 1; partitions <= 60; partitions += 1) {
      await api.client.apply(topic("orders", { partitions }, { namespace: "default" }), { manager: "a" })
      clock.advance(200)
    }
    const live = await api.client.get<AnyObject & Spec>(type, key)
    expect(live?.spec.partitions).toBe(60)
    expect(live?.metadata.managedFields?.map(({ manager }) => manager)).toEqual(["a"])
  })

  it("never bring back what was deleted", async () => {
    const clock = new FakeClock()
    const api = await start({ ports: { clock } })
    for (let round = 0; round < 40; round += 1) {
      await api.client.apply(orders, { manager: "a" })
      clock.advance(200)
      await api.client.remove(type, key)
      clock.advance(200)
      expect(await api.client.get(type, key)).toBeUndefined()
    }
    await api.stop()
    expect(existsSync(fileOf(api))).toBe(false)
  })
})
