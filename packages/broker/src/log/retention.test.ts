import { expect, test } from "vitest"
import { batchOf, inWorld, type LogUnderTest, openLog, startTime } from "../testing/log-fixture.ts"
import { sleep } from "../testing/sim-clients.ts"
import type { SimWorld } from "../testing/sim-world.ts"

const hour = 3_600_000
const quiet = { retentionCheckMs: 1e12 }

const logFiles = async ({ disk }: LogUnderTest): Promise<string[]> => (await disk.list("t-0")).filter((name) => /\.log/.test(name)).sort()

async function fill(world: SimWorld, log: LogUnderTest, count: number): Promise<void> {
  for (let value = 0; value < count; value++) {
    await log.put([value], { timestamp: startTime + Math.floor(world.scheduler.nowMs), padding: 100 })
  }
}

test("drops whole old segments from the head, and bytes a minute later", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { segmentBytes: 600, retentionMs: hour }, ...quiet })
    await fill(world, log, 10)
    await sleep(world, 2 * hour)
    await fill(world, log, 4)
    const before = await logFiles(log)
    const bytes = await log.manager.applyRetention()
    expect(bytes).toBeGreaterThan(0)
    expect(log.log.logStartOffset).toBeGreaterThanOrEqual(8)
    expect(log.log.logStartOffset).toBeLessThanOrEqual(10)
    expect((await logFiles(log)).filter((name) => name.endsWith(".deleted")).length).toBeGreaterThan(0)
    await sleep(world, 61_000)
    const after = await logFiles(log)
    expect(after.every((name) => name.endsWith(".log"))).toBe(true)
    expect(after.length).toBeLessThan(before.length)
    expect(await log.values()).toHaveLength(14 - log.log.logStartOffset)
  }))

test("drops an old active segment too, by closing it first", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { retentionMs: hour }, ...quiet })
    await fill(world, log, 3)
    await sleep(world, 2 * hour)
    await log.manager.applyRetention()
    expect(log.log.logStartOffset).toBe(3)
    expect(log.log.sizeBytes).toBe(0)
    expect(await log.put([9])).toMatchObject({ baseOffset: 3 })
  }))

test("keeps the newest bytes when there are too many", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { segmentBytes: 600, retentionMs: -1, retentionBytes: 1_500 }, ...quiet })
    await fill(world, log, 20)
    await log.manager.applyRetention()
    expect(log.log.sizeBytes).toBeGreaterThanOrEqual(1_500)
    expect(log.log.sizeBytes).toBeLessThan(1_500 + 600)
    expect(log.log.logEndOffset).toBe(20)
  }))

test("keeps everything when nothing limits it", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { segmentBytes: 600, retentionMs: -1, retentionBytes: -1 }, ...quiet })
    await fill(world, log, 20)
    await sleep(world, 20 * hour)
    expect(await log.manager.applyRetention()).toBe(0)
  }))

test("drops what lies below a moved log start", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { segmentBytes: 600, retentionMs: -1 }, ...quiet })
    await fill(world, log, 20)
    await log.log.deleteRecordsBefore(11)
    await log.manager.applyRetention()
    expect(log.log.logStartOffset).toBe(11)
    expect(log.log.state.segments[0]!.baseOffset).toBeLessThanOrEqual(11)
    expect(log.log.state.segments[0]!.nextOffset).toBeGreaterThan(11)
    expect(await log.values()).toHaveLength(9)
  }))

test("never gives a dropped offset to other data, even when the power goes at once", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    await inWorld(
      async (world) => {
        const log = await openLog(world, { config: { segmentBytes: 600, retentionMs: hour }, ...quiet })
        await fill(world, log, 12)
        await sleep(world, 2 * hour)
        const retention = log.manager.applyRetention().catch(() => 0)
        await Promise.race([retention, sleep(world, seed)])
        const seen = log.log.logStartOffset
        world.powerCut()
        const again = await openLog(world, { config: { segmentBytes: 600, retentionMs: hour }, ...quiet })
        expect(again.manager.recovery.corruptions).toEqual([])
        expect(again.log.logEndOffset).toBe(12)
        expect(again.log.logStartOffset).toBeLessThanOrEqual(seen)
        expect(await again.values()).toHaveLength(12 - again.log.logStartOffset)
        await again.manager.applyRetention()
        await sleep(world, 601_000)
        await again.manager.applyRetention()
        expect(again.log.logStartOffset).toBe(12)
      },
      { seed },
    )
  }
})

test("lets a read that runs go on while its segment is dropped", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { segmentBytes: 600, retentionMs: hour }, ...quiet })
    await fill(world, log, 12)
    await sleep(world, 2 * hour)
    const [read] = await Promise.all([log.log.read({ offset: 0, maxBytes: 10_000 }), log.manager.applyRetention()])
    expect(read.ok ? read.nextOffset : read.error).not.toBe("KAFKA_STORAGE_ERROR")
  }))

test("does not believe a clock that jumped ahead until it was seen for ten minutes", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { segmentBytes: 600, retentionMs: hour }, ...quiet })
    await fill(world, log, 12)
    world.scheduler.wallSkewMs = 10 * 365 * 24 * hour
    expect(await log.manager.applyRetention()).toBe(0)
    await sleep(world, 300_000)
    expect(await log.manager.applyRetention()).toBe(0)
    world.scheduler.wallSkewMs = 0
    await sleep(world, 400_000)
    expect(await log.manager.applyRetention()).toBe(0)
    expect(log.log.logStartOffset).toBe(0)
  }))

test("forgets producers some time after their last batch", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { producerExpirationMs: hour }, ...quiet })
    await log.put([1], { producer: { id: 5, sequence: 0 } })
    await sleep(world, 0.9 * hour)
    await log.manager.applyRetention()
    expect(log.log.producerCount).toBe(1)
    await sleep(world, 0.2 * hour)
    await log.manager.applyRetention()
    expect(log.log.producerCount).toBe(0)
    expect(await log.put([2], { producer: { id: 5, sequence: 40 } })).toMatchObject({ ok: true })
  }))

test("never takes anything from an internal log, whatever its age and the defaults", () =>
  inWorld(async (world) => {
    const { manager } = await openLog(world, { defaults: { retentionMs: hour, retentionBytes: 10, segmentBytes: 300 }, ...quiet })
    const internal = await manager.createPartition({ topic: "__cluster_metadata", topicId: "AAAAAAAAAAAAAAAAAAAAAQ", index: 0 })
    for (let value = 0; value < 9; value++) {
      const answer = internal.append(batchOf([value]), { origin: "internal" })
      if (answer.ok) await internal.whenAcked(answer.lastOffset)
    }
    await sleep(world, 5 * hour)
    await manager.applyRetention()
    expect(internal.logStartOffset).toBe(0)
  }))

test("runs by itself", () =>
  inWorld(async (world) => {
    const log = await openLog(world, { config: { retentionMs: hour }, retentionCheckMs: 60_000 })
    log.log.append(batchOf([1]))
    await sleep(world, hour + 120_000)
    expect(log.log.logStartOffset).toBe(1)
  }))
