import { describe, expect, it } from "vitest"
import type { KubeClient } from "../client.ts"
import { attempt } from "../errors.ts"
import { EventRecorder } from "../events.ts"
import { Informer } from "../informer.ts"
import type { AnyObject } from "../object.ts"
import { resourceTypes } from "../resource-types.ts"

import { topic } from "./api-under-test.ts"

const type = resourceTypes.rivvenTopics

/** A namespace of its own, and a topic to be written there. */
async function place(client: KubeClient) {
  const { metadata } = await client.create({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { generateName: "client-" } as unknown as AnyObject["metadata"],
  })
  const key = { namespace: metadata.name, name: "orders" }
  const orders = (spec: object = {}): AnyObject => topic("orders", spec, { namespace: metadata.name })
  return { key, orders }
}

export function clientContract(use: () => KubeClient): void {
  describe("apply", () => {
    it("says whether it created, patched, or changed nothing", async () => {
      const client = use()
      const { orders } = await place(client)
      const first = await client.apply(orders({ partitions: 1 }), { manager: "a" })
      const second = await client.apply(orders({ partitions: 2 }), { manager: "a", previous: first.object })
      const third = await client.apply(orders({ partitions: 2 }), { manager: "a", previous: second.object })
      expect([first, second, third].map(({ outcome }) => outcome)).toEqual(["created", "patched", "noop"])
    })

    it("sends no managed fields back to the server", async () => {
      const client = use()
      const { orders } = await place(client)
      const { object } = await client.apply(orders({ partitions: 1 }), { manager: "a" })
      expect((await attempt(() => client.apply(object, { manager: "a" }))).ok).toBe(true)
    })

    it("as a dry run shows what would be", async () => {
      const client = use()
      const { orders, key } = await place(client)
      const { object } = await client.apply(orders({ partitions: 7 }), { manager: "a", dryRun: true })
      expect(object.spec).toMatchObject({ partitions: 7, config: { retentionMs: 604_800_000 } })
      expect(await client.get(type, key)).toBeUndefined()
    })
  })

  describe("patchStatus", () => {
    it("writes status, and creates nothing", async () => {
      const client = use()
      const { orders, key } = await place(client)
      const { object } = await client.apply(orders(), { manager: "a" })
      const written = await client.patchStatus<AnyObject>({ ...object, status: { phase: "Ready" } }, { manager: "operator" })
      expect(written.status).toEqual({ phase: "Ready" })
      await client.remove(type, key)
      const late = await attempt(() => client.patchStatus({ ...object, status: { phase: "Failed" } }, { manager: "operator" }))
      expect(late.ok === false && late.error.code).toBe("NotFound")
    })

    it("is held back by a version that has passed, when asked to", async () => {
      const client = use()
      const { orders, key } = await place(client)
      const { object } = await client.apply(orders(), { manager: "a" })
      await client.remove(type, key)
      await client.apply(orders(), { manager: "a" })
      const { resourceVersion } = object.metadata
      const late = await attempt(() =>
        client.patchStatus({ ...object, status: { phase: "Failed" } }, { manager: "operator", resourceVersion }),
      )
      expect(late.ok === false && late.error.code).toBe("Conflict")
      expect((await client.get<AnyObject>(type, key))?.status).toBeUndefined()
    })

    it("removes a field of status that it no longer states", async () => {
      const client = use()
      const { orders } = await place(client)
      const { object } = await client.apply(orders(), { manager: "a" })
      await client.patchStatus({ ...object, status: { phase: "Failed", message: "no broker" } }, { manager: "operator" })
      const written = await client.patchStatus<AnyObject>({ ...object, status: { phase: "Ready" } }, { manager: "operator" })
      expect(written.status).toEqual({ phase: "Ready" })
    })
  })

  describe("finalizers", () => {
    it("are added once and removed once", async () => {
      const client = use()
      const { orders, key } = await place(client)
      const { object } = await client.apply(orders(), { manager: "a" })
      const held = await client.ensureFinalizer(object, "rivven.io/topic")
      expect(held.metadata.finalizers).toEqual(["rivven.io/topic"])
      expect(await client.ensureFinalizer(held, "rivven.io/topic")).toBe(held)
      expect(await client.remove(type, key)).toBe("deleting")
      expect(await client.remove(type, key)).toBe("deleting")
      const live = (await client.get(type, key)) as AnyObject
      await client.removeFinalizer(live, "rivven.io/topic")
      expect(await client.get(type, key)).toBeUndefined()
      expect(await client.removeFinalizer(live, "rivven.io/topic")).toBeUndefined()
      expect(await client.remove(type, key)).toBe("absent")
    })

    it("are not written over a change that was not seen", async () => {
      const client = use()
      const { orders } = await place(client)
      const { object } = await client.apply(orders({ partitions: 1 }), { manager: "a" })
      await client.apply(orders({ partitions: 2 }), { manager: "a" })
      const result = await attempt(() => client.ensureFinalizer(object, "rivven.io/topic"))
      expect(result.ok === false && result.error.code).toBe("Invalid")
    })
  })

  describe("remove", () => {
    it("spares another object of the same name", async () => {
      const client = use()
      const { orders, key } = await place(client)
      const { object } = await client.apply(orders(), { manager: "a" })
      await client.remove(type, key)
      await client.apply(orders(), { manager: "a" })
      expect(await client.remove(type, key, { uid: object.metadata.uid })).toBe("absent")
      expect(await client.get(type, key)).toBeDefined()
      expect(await client.remove(type, key)).toBe("deleted")
    })
  })

  describe("EventRecorder", () => {
    it("records what happened to an object, and survives a server that refuses", async () => {
      const client = use()
      const { orders, key } = await place(client)
      const { object } = await client.apply(orders(), { manager: "a" })
      const warnings: string[] = []
      const logger = { info: () => undefined, error: () => undefined, warn: (_: object, message: string) => void warnings.push(message) }
      const recorder = new EventRecorder({ client: client, controller: "rivven.io/operator", instance: "one", ports: { logger } })
      recorder.record(object, { type: "Normal", reason: "TopicCreated", action: "Create", note: "x".repeat(5000) })
      recorder.record(
        { ...object, metadata: { ...object.metadata, namespace: "nowhere" } },
        { type: "Warning", reason: "Lost", action: "Find", note: "" },
      )
      await recorder.flush()
      const { items } = await client.list<AnyObject>(resourceTypes.events, { namespace: key.namespace })
      expect(items).toHaveLength(1)
      expect(items[0]).toMatchObject({ reason: "TopicCreated", regarding: { name: "orders", uid: object.metadata.uid } })
      expect(String(items[0]?.note)).toMatch(/^x{1021}…$/)
      expect(warnings).toEqual([expect.stringContaining('namespaces "nowhere" not found')])
    })
  })

  describe("Informer", () => {
    it("holds what is there and follows what happens", async () => {
      const client = use()
      const { orders, key } = await place(client)
      await client.apply(orders({ partitions: 1 }), { manager: "a" })
      const informer = new Informer({ client, type, selection: { namespace: key.namespace } })
      const gone = Promise.withResolvers<void>()
      const seen: unknown[] = []
      informer.onChange((_before, after) => {
        seen.push((after?.spec as { partitions: number } | undefined)?.partitions)
        if (!after) gone.resolve()
      })
      await informer.start().synced()
      await client.apply(orders({ partitions: 2 }), { manager: "a" })
      await client.remove(type, key)
      await gone.promise
      expect(seen).toEqual([1, 2, undefined])
      await informer.stop()
    })
  })
}
