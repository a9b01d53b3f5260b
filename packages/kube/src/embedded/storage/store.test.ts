import { describe, expect, it } from "vitest"
import type { AnyObject } from "../../object.ts"
import { silentLogger } from "../../ports.ts"
import { type Chance, MemoryDisk, seeded } from "../../testing/memory-disk.ts"
import { Journal } from "./journal.ts"
import { Store } from "./store.ts"

const path = "/data/.state/journal"
const collection = "rivven.io/rivventopics"

const object = (name: string, value: number): AnyObject => ({
  apiVersion: "rivven.io/v1alpha1",
  kind: "RivvenTopic",
  metadata: { name, namespace: "default" },
  value,
})

const key = (name: string) => ({ namespace: "default", name })

async function open(disk: MemoryDisk, retainedEvents?: number): Promise<Store> {
  const { journal, replayed } = await Journal.open(disk, path)
  return new Store({ journal, replayed, logger: silentLogger, retainedEvents })
}

const storedValue = (store: Store, name: string): unknown => store.get(collection, key(name))?.object.value

describe("Store", () => {
  it("shows a change to readers and watchers only once it is durable", async () => {
    const disk = new MemoryDisk()
    const store = await open(disk)
    const seen: number[] = []
    store.subscribe((event) => seen.push(event.revision))
    const syncsBefore = disk.syncs
    const { durable } = store.stage(collection, key("a"), object("a", 1))
    expect(storedValue(store, "a")).toBeUndefined()
    expect(store.latest(collection, key("a"))?.object.value).toBe(1)
    await durable
    expect(disk.syncs).toBe(syncsBefore + 1)
    expect(storedValue(store, "a")).toBe(1)
    expect(seen).toEqual([2])
  })

  it("makes everything that arrives together durable with one sync", async () => {
    const disk = new MemoryDisk()
    const store = await open(disk)
    const syncsBefore = disk.syncs
    await Promise.all(Array.from({ length: 500 }, (_, i) => store.stage(collection, key(`t-${i}`), object(`t-${i}`, i)).durable))
    expect(disk.syncs - syncsBefore).toBe(1)
    expect(store.list(collection)).toHaveLength(500)
  })

  it("decides on the newest staged state, not on the durable one", async () => {
    const store = await open(new MemoryDisk())
    const first = store.stage(collection, key("a"), object("a", 1))
    const second = store.stage(collection, key("a"), object("a", 2))
    const third = store.stage(collection, key("a"), undefined)
    expect(store.latest(collection, key("a"))).toBeUndefined()
    await Promise.all([first.durable, second.durable, third.durable])
    expect(storedValue(store, "a")).toBeUndefined()
  })

  it("knows earlier states as long as their changes are retained", async () => {
    const store = await open(new MemoryDisk(), 100)
    for (let i = 1; i <= 5; i += 1) await store.stage(collection, key("a"), object("a", i)).durable
    await store.stage(collection, key("b"), object("b", 1)).durable
    const at = (revision: number) => store.listAt(collection, { revision })?.map((entry) => entry.object.value)
    expect(at(1)).toEqual([])
    expect(at(3)).toEqual([2])
    expect(at(7)).toEqual([5, 1])
    for (let i = 0; i < 200; i += 1) await store.stage(collection, key("c"), object("c", i)).durable
    expect(at(3)).toBeUndefined()
    expect(store.oldestRevision).toBeGreaterThan(3)
  })

  it("goes on from the last revision after a restart", async () => {
    const disk = new MemoryDisk()
    const store = await open(disk)
    await store.stage(collection, key("a"), object("a", 1)).durable
    await store.stage(collection, key("a"), undefined).durable
    await store.close()
    const again = await open(disk)
    expect(again.revision).toBe(3)
    expect(again.list(collection)).toEqual([])
    const { entry, durable } = again.stage(collection, key("b"), object("b", 1))
    await durable
    expect(entry?.object.metadata.resourceVersion).toBe("4")
  })

  it("becomes read-only with the first failed write and says why", async () => {
    const disk = new MemoryDisk()
    const store = await open(disk)
    await store.stage(collection, key("a"), object("a", 1)).durable
    disk.failAfter = 0
    const { durable } = store.stage(collection, key("b"), object("b", 1))
    await expect(durable).rejects.toMatchObject({ code: "ServiceUnavailable" })
    disk.failAfter = Number.POSITIVE_INFINITY
    expect(() => store.stage(collection, key("c"), object("c", 1))).toThrow(/read-only after a failed write: ENOSPC/)
    expect(storedValue(store, "a")).toBe(1)
    expect(storedValue(store, "b")).toBeUndefined()
  })

  it("shrinks its journal when most of it is history", async () => {
    const disk = new MemoryDisk()
    const store = await open(disk)
    const large = { ...object("a", 0), text: "x".repeat(100_000) }
    for (let i = 0; i < 60; i += 1) await store.stage(collection, key("a"), { ...large, value: i }).durable
    expect(disk.text(path)?.length).toBeLessThan(5_000_000)
    expect(disk.text(`${path}.previous`)?.length).toBeGreaterThan(1_000_000)
    await store.close()
    const again = await open(disk)
    expect(storedValue(again, "a")).toBe(59)
    expect(again.revision).toBe(61)
  })
})

describe("Journal", () => {
  async function filled(): Promise<MemoryDisk> {
    const disk = new MemoryDisk()
    const store = await open(disk)
    for (let i = 0; i < 5; i += 1) await store.stage(collection, key(`t-${i}`), object(`t-${i}`, i)).durable
    return disk
  }

  it("cuts off an unfinished write at its end", async () => {
    for (const cut of [1, 20, 60]) {
      const disk = await filled()
      const whole = disk.text(path) ?? ""
      await disk.truncate(path, whole.length - cut)
      const { replayed } = await Journal.open(disk, path)
      expect(replayed.objects.get(collection)?.size).toBe(4)
      expect(replayed.droppedBytes).toBeGreaterThan(0)
    }
  })

  it("refuses to forget acknowledged changes, and names the place", async () => {
    const disk = await filled()
    const second = (disk.text(path) ?? "").indexOf("t-1")
    disk.flip(path, second)
    await expect(Journal.open(disk, path)).rejects.toMatchObject({
      code: "StorageDamaged",
      message: expect.stringMatching(/damaged at byte \d+/),
    })
  })

  it("refuses a format that it does not know", async () => {
    const disk = await filled()
    const text = (disk.text(path) ?? "").split("\n")
    const { crc32 } = await import("node:zlib")
    const json = JSON.stringify({ format: 99, revision: 1 })
    text[0] = `${crc32(json).toString(16).padStart(8, "0")} ${json}`
    await disk.replace(path, text.join("\n"), { isDurable: true })
    await expect(Journal.open(disk, path)).rejects.toMatchObject({ code: "StorageDamaged" })
  })

  it("is never wrong about a single flipped byte: it either cuts an unfinished tail or refuses", async () => {
    const disk = await filled()
    const size = (disk.text(path) ?? "").length
    for (let at = 0; at < size; at += 1) {
      const copy = disk.cutPower(() => 0)
      copy.flip(path, at)
      try {
        const { replayed } = await Journal.open(copy, path)
        const kept = replayed.objects.get(collection)?.size ?? 0
        // Only the last batch can be taken for unfinished.
        expect(kept).toBeGreaterThanOrEqual(4)
      } catch (error) {
        expect(error, `at ${at} of ${size}`).toMatchObject({ code: "StorageDamaged" })
      }
    }
  })
})

describe("after a power cut", () => {
  /** Random writes with a cut at a random moment; answers what was acknowledged and what was sent. */
  async function cycle(disk: MemoryDisk, chance: Chance, acknowledged: Map<string, number>): Promise<MemoryDisk> {
    const store = await open(disk)
    for (const [name, value] of acknowledged) expect(storedValue(store, name)).toBe(value)
    const sent = new Map<string, number[]>()
    let isCut = false
    const steps = Math.floor(chance() * 40)
    for (let step = 0; step < steps; step += 1) {
      const name = `t-${Math.floor(chance() * 8)}`
      const value = Math.floor(chance() * 1e9)
      sent.set(name, [...(sent.get(name) ?? []), value])
      const { durable } = store.stage(collection, key(name), object(name, value))
      durable.then(
        () => {
          // What the old process hears after the cut nobody has heard.
          if (isCut) return
          acknowledged.set(name, value)
          sent.set(name, (sent.get(name) ?? []).slice((sent.get(name) ?? []).indexOf(value) + 1))
        },
        () => undefined,
      )
      if (chance() < 0.4) await durable
      else if (chance() < 0.5) await new Promise(setImmediate)
    }
    const after = disk.cutPower(chance)
    isCut = true
    const found = await open(after)
    for (const [name, value] of acknowledged) {
      // An unacknowledged later value may be there; the acknowledged one may not be lost for an older one.
      expect([value, ...(sent.get(name) ?? [])]).toContain(storedValue(found, name))
    }
    for (const { object: each } of found.list(collection)) acknowledged.set(each.metadata.name, Number(each.value))
    return after.cutPower(() => 0)
  }

  it.each(Array.from({ length: 30 }, (_, i) => i + 1))("nothing acknowledged is lost (seed %i)", async (seed) => {
    const chance = seeded(seed)
    const acknowledged = new Map<string, number>()
    let disk = new MemoryDisk()
    for (let round = 0; round < 10; round += 1) disk = await cycle(disk, chance, acknowledged)
  })
})
