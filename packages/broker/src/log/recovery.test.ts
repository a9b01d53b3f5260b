import { describe, expect, test } from "vitest"
import { auditDir } from "../testing/checker/audit.ts"
import { batchOf, inWorld, type LogUnderTest, openLog, valuesOf } from "../testing/log-fixture.ts"
import { sleep } from "../testing/sim-clients.ts"
import type { SimWorld } from "../testing/sim-world.ts"

const range = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, index) => from + index)

async function putAll({ put }: LogUnderTest, values: number[]): Promise<void> {
  for (const value of values) await put([value], { producer: { id: 3, sequence: value }, padding: 3 })
}

/** The frontier follows within its interval. */
const frontierSettles = (world: SimWorld): Promise<void> => sleep(world, 1_500)

async function patch(world: SimWorld, path: string, change: { at: number; bytes: Uint8Array }): Promise<void> {
  const file = await world.disk.mount().open(path, "append")
  file.write([change.bytes], change.at)
  await file.datasync()
}

const first = "t-0/00000000000000000000.log"
const recordBytes = batchOf([0], { padding: 3 }).length

describe("a start after a kill", () => {
  test("has everything acknowledged, bumps the leader epoch, and knows the producers", () =>
    inWorld(async (world) => {
      await putAll(await openLog(world), range(20))
      world.kill()
      const again = await openLog(world)
      expect(await again.values()).toEqual(range(20))
      expect(again.log.leaderEpoch).toBe(1)
      expect(again.log.endOffsetForEpoch(0)).toEqual({ epoch: 0, endOffset: 20 })
      expect(await again.put([19], { producer: { id: 3, sequence: 19 } })).toMatchObject({ duplicate: true, baseOffset: 19 })
      expect(await again.put([99], { producer: { id: 3, sequence: 25 } })).toMatchObject({ error: "OUT_OF_ORDER_SEQUENCE_NUMBER" })
      await again.put([20], { producer: { id: 3, sequence: 20 } })
      expect(again.log.epochAt(20)).toBe(1)
    }))

  test("copies only what lies above the frontier", () =>
    inWorld(async (world) => {
      const log = await openLog(world)
      await putAll(log, range(50))
      await frontierSettles(world)
      await putAll(log, range(53, 50))
      world.kill()
      const again = await openLog(world)
      expect(again.manager.recovery.rewrittenBytes).toBe(3 * recordBytes)
      expect((await again.disk.list("t-0")).filter((name) => name.endsWith(".log")).sort()).toEqual([
        "00000000000000000000.log",
        "00000000000000000050.log",
      ])
      expect(await again.values()).toEqual(range(53))
    }))

  test("reads no segment below the recovery point", () =>
    inWorld(async (world) => {
      const log = await openLog(world, { config: { segmentBytes: 1_000 } })
      await putAll(log, range(100))
      await sleep(world, 8_000)
      world.kill()
      const again = await openLog(world, { config: { segmentBytes: 1_000 } })
      expect(again.manager.recovery.scannedBytes).toBeLessThan(2_000)
      expect(await again.values()).toEqual(range(100))
    }))
})

describe("a start after a failed sync", () => {
  test("never serves bytes that only the page cache had", async () => {
    let survived = 0
    for (let seed = 1; seed <= 12; seed++) {
      await inWorld(
        async (world) => {
          const log = await openLog(world)
          await putAll(log, range(5))
          world.disk.errorRate = { datasync: 1 }
          const answer = log.log.append(batchOf([77]))
          if (answer.ok) await expect(log.log.whenAcked(answer.lastOffset)).rejects.toMatchObject({ code: "STORAGE_READ_ONLY" })
          world.disk.errorRate = {}
          world.kill()
          const served = await (await openLog(world)).values()
          world.powerCut("none")
          expect(await (await openLog(world)).values()).toEqual(served)
          survived += served.length === 6 ? 1 : 0
        },
        { seed },
      )
    }
    expect(survived).toBe(12)
  })
})

describe("a torn tail", () => {
  test("is cut, reported and kept in quarantine", () =>
    inWorld(async (world) => {
      const log = await openLog(world)
      await putAll(log, range(10))
      world.kill()
      await patch(world, first, { at: 10 * recordBytes, bytes: new Uint8Array(50).fill(7) })
      const again = await openLog(world)
      expect(again.manager.recovery.truncations).toMatchObject([{ topic: "t", index: 0, offset: 10, bytes: 50 }])
      expect(again.manager.recovery.corruptions).toEqual([])
      expect(again.manager.recovery.quarantined).toHaveLength(1)
      expect(await again.disk.list("quarantine")).toHaveLength(1)
      expect(await again.values()).toEqual(range(10))
    }))

  test("ends the log even when whole batches lie behind the hole", () =>
    inWorld(async (world) => {
      const log = await openLog(world, { frontierIntervalMs: 1e9 })
      await putAll(log, range(10))
      await log.manager.close()
      const disk = world.disk.mount()
      await disk.unlink("clean-shutdown")
      await disk.unlink("frontier")
      world.kill()
      await patch(world, first, { at: 6 * recordBytes, bytes: new Uint8Array(recordBytes) })
      const again = await openLog(world)
      expect(await again.values()).toEqual(range(6))
      expect(again.log.logEndOffset).toBe(6)
    }))

  test("takes later segments with it", () =>
    inWorld(async (world) => {
      const config = { segmentBytes: 3 * recordBytes }
      const log = await openLog(world, { config })
      await putAll(log, range(10))
      await log.manager.close()
      const disk = world.disk.mount()
      for (const path of ["clean-shutdown", "frontier", "recovery-points"]) await disk.unlink(path)
      world.kill()
      await patch(world, "t-0/00000000000000000003.log", { at: recordBytes, bytes: new Uint8Array(9) })
      const again = await openLog(world, { config })
      expect(await again.values()).toEqual(range(4))
      expect(again.manager.recovery.quarantined.length).toBeGreaterThan(1)
      await putAll(again, [4, 5, 6, 7])
      expect(await again.values()).toEqual(range(8))
    }))
})

describe("damage below the frontier", () => {
  async function damaged(world: SimWorld, change: { at: number; bytes: Uint8Array }, config = {}): Promise<LogUnderTest> {
    const log = await openLog(world, { config })
    await putAll(log, range(20))
    await frontierSettles(world)
    world.kill()
    await patch(world, first, change)
    return openLog(world, { config })
  }

  test("costs one batch, is reported, and truncates nothing", () =>
    inWorld(async (world) => {
      const again = await damaged(world, { at: 7 * recordBytes + 40, bytes: Uint8Array.of(0xff) })
      expect(again.manager.recovery.truncations).toEqual([])
      expect(again.manager.recovery.corruptions).toMatchObject([{ topic: "t", from: 7, to: 8, position: 7 * recordBytes }])
      expect(again.log.logEndOffset).toBe(20)
      expect(await again.log.read({ offset: 7, maxBytes: 100 })).toMatchObject({ ok: false, error: "CORRUPT_MESSAGE" })
      expect(await again.log.read({ offset: 0, maxBytes: 1e6 })).toMatchObject({ ok: true, nextOffset: 7 })
      expect(await valuesOf(again.log, 8)).toEqual(range(20, 8))
    }))

  test("in a length does not hide the batches behind it", () =>
    inWorld(async (world) => {
      const again = await damaged(world, { at: 7 * recordBytes + 8, bytes: Uint8Array.of(0x7f, 0xff) })
      expect(again.manager.recovery.corruptions).toMatchObject([{ from: 7, to: 8 }])
      expect(await valuesOf(again.log, 8)).toEqual(range(20, 8))
    }))

  test("in a base offset, which no CRC covers, is damage and not a gap", () =>
    inWorld(async (world) => {
      const again = await damaged(world, { at: 7 * recordBytes + 7, bytes: Uint8Array.of(11) })
      expect(again.manager.recovery.corruptions).toMatchObject([{ from: 7, to: 8 }])
      expect(await valuesOf(again.log, 8)).toEqual(range(20, 8))
    }))

  test("at the very end never gives its offsets to other data", () =>
    inWorld(async (world) => {
      const again = await damaged(world, { at: 18 * recordBytes, bytes: new Uint8Array(2 * recordBytes) })
      expect(again.manager.recovery.corruptions).toMatchObject([{ from: 18, to: 20 }])
      expect(again.log.logEndOffset).toBe(20)
      expect(await again.put([100])).toMatchObject({ baseOffset: 20 })
      expect(await valuesOf(again.log, 20)).toEqual([100])
    }))

  test("is remembered after a clean stop", () =>
    inWorld(async (world) => {
      const again = await damaged(world, { at: 7 * recordBytes + 40, bytes: Uint8Array.of(0xff) })
      await again.manager.close()
      world.kill()
      const third = await openLog(world)
      expect(third.manager.recovery.cleanStart).toBe(true)
      expect(await third.log.read({ offset: 7, maxBytes: 100 })).toMatchObject({ error: "CORRUPT_MESSAGE" })
      expect(await valuesOf(third.log, 8)).toEqual(range(20, 8))
    }))

  test("of a whole missing segment is a range that is not served, and the rest is", () =>
    inWorld(async (world) => {
      const config = { segmentBytes: 3 * recordBytes }
      const log = await openLog(world, { config })
      await putAll(log, range(12))
      await frontierSettles(world)
      world.kill()
      const disk = world.disk.mount()
      await disk.unlink("t-0/00000000000000000003.log")
      await disk.unlink("recovery-points").catch(() => {})
      world.kill()
      const again = await openLog(world, { config })
      expect(again.manager.recovery.corruptions).toMatchObject([{ from: 3, to: 6 }])
      expect(await valuesOf(again.log, 6)).toEqual(range(12, 6))
    }))

  test("of an internal log stops the start, naming file and offset", () =>
    inWorld(async (world) => {
      const { manager } = await openLog(world)
      const internal = await manager.createPartition({ topic: "__cluster_metadata", topicId: "AAAAAAAAAAAAAAAAAAAAAQ", index: 0 })
      for (let value = 0; value < 9; value++) {
        const answer = internal.append(batchOf([value]), { origin: "internal" })
        if (answer.ok) await internal.whenAcked(answer.lastOffset)
      }
      await frontierSettles(world)
      world.kill()
      await patch(world, "__cluster_metadata-0/00000000000000000000.log", { at: 100, bytes: Uint8Array.of(0xff) })
      await expect(openLog(world)).rejects.toMatchObject({
        code: "INTERNAL_LOG_CORRUPT",
        message: expect.stringMatching(/__cluster_metadata-0\/00000000000000000000\.log at byte \d+, offset 1/),
      })
    }))

  test("flipped bit by flipped bit: no wrong value, at most one batch lost", async () => {
    const world = { bytes: 20 * recordBytes }
    for (let round = 0; round < 150; round++) {
      const bit = Math.floor((round * world.bytes * 8) / 150) + (round % 8)
      await inWorld(
        async (world) => {
          const log = await openLog(world)
          await putAll(log, range(20))
          await frontierSettles(world)
          world.kill()
          const file = await world.disk.mount().open(first, "append")
          const byte = new Uint8Array(1)
          await file.read(byte, bit >> 3)
          file.write([Uint8Array.of((byte[0] ?? 0) ^ (1 << (bit & 7)))], bit >> 3)
          const again = await openLog(world)
          const { corruptions, truncations } = again.manager.recovery
          expect(truncations, `bit ${bit}`).toEqual([])
          const lost = corruptions.reduce((sum, one) => sum + one.to - one.from, 0)
          expect(lost, `bit ${bit}`).toBeLessThanOrEqual(1)
          const bad = corruptions[0]?.from ?? 20
          const seen = [...(await valuesBelow(again, bad)), ...(bad < 20 ? await valuesOf(again.log, bad + 1) : [])]
          expect(seen, `bit ${bit}`).toEqual(range(20).filter((value) => lost === 0 || value !== bad))
        },
        { seed: round + 1 },
      )
    }
  })
})

async function valuesBelow({ log }: LogUnderTest, end: number): Promise<number[]> {
  return (await valuesOfBounded(log, end)).slice(0, end)
}

async function valuesOfBounded(log: LogUnderTest["log"], end: number): Promise<number[]> {
  const { readCells } = await import("../testing/sim-clients.ts")
  const values: number[] = []
  for (let offset = 0; offset < end; ) {
    const read = await readCells(log, offset, 100_000)
    if ("error" in read) throw new Error(read.message)
    values.push(...read.cells.map(([, value]) => value))
    offset = read.nextOffset
  }
  return values
}

describe("caches", () => {
  test("may all be deleted: nothing changes but the time to start", () =>
    inWorld(async (world) => {
      const config = { segmentBytes: 700, indexIntervalBytes: 100 }
      const log = await openLog(world, { config })
      await putAll(log, range(40))
      await log.manager.close()
      const disk = world.disk.mount()
      const caches = (await disk.list("t-0")).filter((name) => /index$|snapshot$|checkpoint$/.test(name))
      expect(caches.length).toBeGreaterThan(10)
      for (const name of caches) await disk.unlink(`t-0/${name}`)
      await disk.unlink("recovery-points")
      const again = await openLog(world, { config })
      expect(await again.values()).toEqual(range(40))
      expect(again.log.leaderEpoch).toBe(0)
      for (const sequence of [35, 36, 37, 38, 39]) {
        expect(await again.put([sequence], { producer: { id: 3, sequence } })).toMatchObject({ duplicate: true, baseOffset: sequence })
      }
      expect(await again.log.offsetForTimestamp(0)).toMatchObject({ offset: 0 })
      await again.manager.close()
      expect(await auditDir(world.disk.mount(), "t-0")).toEqual([])
    }))

  test("of a clean stop are trusted: nothing is scanned", () =>
    inWorld(async (world) => {
      const log = await openLog(world)
      await putAll(log, range(10))
      await log.manager.close()
      world.powerCut("none")
      const again = await openLog(world)
      expect(again.manager.recovery).toMatchObject({ cleanStart: true, scannedBytes: 0, rewrittenBytes: 0 })
      expect(again.log.leaderEpoch).toBe(0)
      expect(await again.values()).toEqual(range(10))
    }))

  test("that do not belong to their segment are made anew", () =>
    inWorld(async (world) => {
      const config = { segmentBytes: 700, indexIntervalBytes: 100 }
      const log = await openLog(world, { config })
      await putAll(log, range(40))
      await log.manager.close()
      const disk = world.disk.mount()
      for (const name of (await disk.list("t-0")).filter((one) => /index$|snapshot$|checkpoint$/.test(one))) {
        const file = await disk.open(`t-0/${name}`, "append")
        file.write([new Uint8Array(24).fill(0xee)], 0)
      }
      const again = await openLog(world, { config })
      expect(await again.values()).toEqual(range(40))
      expect(await again.put([39], { producer: { id: 3, sequence: 39 } })).toMatchObject({ duplicate: true })
    }))
})

test("a lost frontier costs copying and nothing else", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { segmentBytes: 700 } })
    await putAll(log, range(40))
    world.kill()
    await world.disk.mount().unlink("frontier")
    const again = await openLog(world, { config: { segmentBytes: 700 } })
    expect(await again.values()).toEqual(range(40))
    expect(again.manager.recovery.corruptions).toEqual([])
  }))
