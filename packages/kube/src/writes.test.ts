import { describe, expect, it } from "vitest"
import { topic } from "./contract/api-under-test.ts"
import { attempt } from "./errors.ts"
import { EventRecorder } from "./events.ts"
import type { AnyObject } from "./object.ts"
import { resourceTypes } from "./resource-types.ts"
import { getCondition, setCondition } from "./status.ts"
import { startTempApi } from "./testing/temp-api.ts"

const type = resourceTypes.rivvenTopics
const key = { namespace: "default", name: "orders" }
const orders = (spec: object = {}): AnyObject => topic("orders", spec, { namespace: "default" })

describe("apply", () => {
  it("says whether it created, patched, or changed nothing", async () => {
    await using api = await startTempApi()
    const first = await api.client.apply(orders({ partitions: 1 }), { manager: "a" })
    const second = await api.client.apply(orders({ partitions: 2 }), { manager: "a", previous: first.object })
    const third = await api.client.apply(orders({ partitions: 2 }), { manager: "a", previous: second.object })
    expect([first, second, third].map(({ outcome }) => outcome)).toEqual(["created", "patched", "noop"])
  })

  it("sends no managed fields back to the server", async () => {
    await using api = await startTempApi()
    const { object } = await api.client.apply(orders({ partitions: 1 }), { manager: "a" })
    expect((await attempt(() => api.client.apply(object, { manager: "a" }))).ok).toBe(true)
  })

  it("as a dry run shows what would be", async () => {
    await using api = await startTempApi()
    const { object } = await api.client.apply(orders({ partitions: 7 }), { manager: "a", dryRun: true })
    expect(object.spec).toMatchObject({ partitions: 7, config: { retentionMs: 604_800_000 } })
    expect(await api.client.get(type, key)).toBeUndefined()
  })
})

describe("patchStatus", () => {
  it("writes status, and only of the very object that was read", async () => {
    await using api = await startTempApi()
    const { object } = await api.client.apply(orders(), { manager: "a" })
    const written = await api.client.patchStatus<AnyObject>({ ...object, status: { phase: "Ready" } }, { manager: "operator" })
    expect(written.status).toEqual({ phase: "Ready" })
    await api.client.remove(type, key)
    expect(await attempt(() => api.client.patchStatus({ ...object, status: { phase: "Ready" } }, { manager: "operator" }))).toMatchObject({
      ok: false,
    })
    await api.client.apply(orders(), { manager: "a" })
    const late = await attempt(() => api.client.patchStatus({ ...object, status: { phase: "Failed" } }, { manager: "operator" }))
    expect(late.ok).toBe(false)
    expect((await api.client.get<AnyObject>(type, key))?.status).toBeUndefined()
  })

  it("removes a field of status that it no longer states", async () => {
    await using api = await startTempApi()
    const { object } = await api.client.apply(orders(), { manager: "a" })
    await api.client.patchStatus({ ...object, status: { phase: "Failed", message: "no broker" } }, { manager: "operator" })
    const written = await api.client.patchStatus<AnyObject>({ ...object, status: { phase: "Ready" } }, { manager: "operator" })
    expect(written.status).toEqual({ phase: "Ready" })
  })
})

describe("finalizers", () => {
  it("are added once and removed once", async () => {
    await using api = await startTempApi()
    const { object } = await api.client.apply(orders(), { manager: "a" })
    const held = await api.client.ensureFinalizer(object, "rivven.io/topic")
    expect(held.metadata.finalizers).toEqual(["rivven.io/topic"])
    expect(await api.client.ensureFinalizer(held, "rivven.io/topic")).toBe(held)
    expect(await api.client.remove(type, key)).toBe("deleting")
    expect(await api.client.remove(type, key)).toBe("deleting")
    const live = (await api.client.get(type, key)) as AnyObject
    await api.client.removeFinalizer(live, "rivven.io/topic")
    expect(await api.client.get(type, key)).toBeUndefined()
    expect(await api.client.removeFinalizer(live, "rivven.io/topic")).toBeUndefined()
    expect(await api.client.remove(type, key)).toBe("absent")
  })

  it("are not written over a change that was not seen", async () => {
    await using api = await startTempApi()
    const { object } = await api.client.apply(orders({ partitions: 1 }), { manager: "a" })
    await api.client.apply(orders({ partitions: 2 }), { manager: "a" })
    const result = await attempt(() => api.client.ensureFinalizer(object, "rivven.io/topic"))
    expect(result.ok === false && result.error.code).toBe("Invalid")
  })
})

describe("remove", () => {
  it("spares another object of the same name", async () => {
    await using api = await startTempApi()
    const { object } = await api.client.apply(orders(), { manager: "a" })
    await api.client.remove(type, key)
    await api.client.apply(orders(), { manager: "a" })
    expect(await api.client.remove(type, key, { uid: object.metadata.uid })).toBe("absent")
    expect(await api.client.get(type, key)).toBeDefined()
    expect(await api.client.remove(type, key)).toBe("deleted")
  })
})

describe("EventRecorder", () => {
  it("records what happened to an object, and survives a server that refuses", async () => {
    await using api = await startTempApi()
    const { object } = await api.client.apply(orders(), { manager: "a" })
    const warnings: string[] = []
    const logger = { info: () => undefined, error: () => undefined, warn: (_: object, message: string) => void warnings.push(message) }
    const recorder = new EventRecorder({ client: api.client, controller: "rivven.io/operator", instance: "one", ports: { logger } })
    recorder.record(object, { type: "Normal", reason: "TopicCreated", action: "Create", note: "x".repeat(5000) })
    recorder.record(
      { ...object, metadata: { ...object.metadata, namespace: "nowhere" } },
      { type: "Warning", reason: "Lost", action: "Find", note: "" },
    )
    await recorder.flush()
    const { items } = await api.client.list<AnyObject>(resourceTypes.events, { namespace: "default" })
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ reason: "TopicCreated", regarding: { name: "orders", uid: object.metadata.uid } })
    expect(String(items[0]?.note)).toHaveLength(1024)
    expect(warnings).toEqual([expect.stringContaining('namespaces "nowhere" not found')])
  })
})

describe("setCondition", () => {
  const now = new Date("2026-01-31T12:00:00.123Z")
  const later = new Date("2026-01-31T13:00:00Z")
  const ready = { type: "Ready", status: "True", reason: "TopicReady", message: "", observedGeneration: 1 } as const

  it("adds a condition with the time in whole seconds", () => {
    expect(setCondition(undefined, ready, now)).toEqual([{ ...ready, lastTransitionTime: "2026-01-31T12:00:00Z" }])
  })

  it("keeps the very list when nothing changed, so that nothing is written", () => {
    const before = setCondition(undefined, ready, now)
    expect(setCondition(before, ready, later)).toBe(before)
  })

  it("moves the time with the status only", () => {
    const before = setCondition(undefined, ready, now)
    const reworded = setCondition(before, { ...ready, message: "all well", observedGeneration: 2 }, later)
    expect(getCondition(reworded, "Ready")).toMatchObject({ message: "all well", lastTransitionTime: "2026-01-31T12:00:00Z" })
    const flipped = setCondition(reworded, { ...ready, status: "False", reason: "Gone" }, later)
    expect(getCondition(flipped, "Ready")).toMatchObject({ status: "False", lastTransitionTime: "2026-01-31T13:00:00Z" })
  })

  it("leaves the others and their order alone", () => {
    const two = setCondition(setCondition(undefined, ready, now), { ...ready, type: "Synced" }, now)
    const changed = setCondition(two, { ...ready, status: "Unknown" }, later)
    expect(changed.map(({ type: name }) => name)).toEqual(["Ready", "Synced"])
    expect(changed[1]).toBe(two[1])
  })
})
