import { decodeBatch, parseBatchHeader } from "@rivven/protocol/records"
import { describe, expect, test } from "vitest"
import { isBrokerError } from "../errors.ts"
import { faultyDisk } from "../storage/faulty-disk.ts"
import { batchOf, inWorld, openLog, put, startTime } from "../testing/log-fixture.ts"
import { sleep } from "../testing/sim-clients.ts"

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(() => "resolved").catch((error: unknown) => (isBrokerError(error) ? error.code : String(error)))

describe("an append", () => {
  test("gets its offset at once and is in the log when it was written", () =>
    inWorld(async (world) => {
      const { log } = await openLog(world)
      const [first, second] = [log.append(batchOf([1, 2])), log.append(batchOf([3]))]
      expect(first).toMatchObject({ ok: true, baseOffset: 0, lastOffset: 1, duplicate: false, logAppendTimeMs: -1 })
      expect(second).toMatchObject({ ok: true, baseOffset: 2, lastOffset: 2 })
      expect(log.logEndOffset).toBe(0)
      await log.whenWritten(2)
      expect(log.logEndOffset).toBe(3)
      expect(log.highWatermark).toBe(0)
      await log.whenAcked(2)
      expect(log.highWatermark).toBe(3)
    }))

  test("rewrites base offset and leader epoch, and leaves the CRC as it is", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world)
      await put([1, 2, 3])
      const batch = batchOf([4])
      const { crc } = parseBatchHeader(batch)
      log.append(batch)
      expect(parseBatchHeader(batch)).toMatchObject({ baseOffset: 3, partitionLeaderEpoch: 0, crc })
    }))

  test("writes everything of one turn with one write", () =>
    inWorld(async (world) => {
      const calls: string[] = []
      world.disk.onCall = (operation, path) => {
        if (path.endsWith(".log")) calls.push(operation)
      }
      const { log } = await openLog(world)
      calls.length = 0
      for (let value = 0; value < 10; value++) log.append(batchOf([value]))
      await log.whenAcked(9)
      expect(calls).toEqual(["write", "datasync"])
    }))

  test("shares a sync with what was written while the one before ran", () =>
    inWorld(async (world) => {
      const rounds: number[] = []
      const { log } = await openLog(world, { onFlush: (round) => void rounds.push(round.bytes) })
      const waits: Promise<void>[] = []
      for (let value = 0; value < 50; value++) {
        const answer = log.append(batchOf([value]))
        if (answer.ok) waits.push(log.whenAcked(answer.lastOffset))
        await sleep(world, 0.05)
      }
      await Promise.all(waits)
      await sleep(world, 10)
      expect(rounds.length).toBeGreaterThan(1)
      expect(rounds.length).toBeLessThan(25)
      expect(rounds.reduce((sum, bytes) => sum + bytes, 0)).toBe(log.sizeBytes)
    }))

  test("is acknowledged in the order of offsets", () =>
    inWorld(async (world) => {
      const { log } = await openLog(world, { config: { segmentBytes: 300 } })
      const order: number[] = []
      const waits = Array.from({ length: 40 }, async (_, value) => {
        const answer = log.append(batchOf([value]))
        if (answer.ok) await log.whenAcked(answer.lastOffset).then(() => order.push(value))
      })
      await Promise.all(waits)
      expect(order).toEqual(Array.from({ length: 40 }, (_, value) => value))
    }))

  test("stamps append time where the topic wants it, and answers it", () =>
    inWorld(async (world) => {
      const { log } = await openLog(world, { config: { timestampType: "LogAppendTime" } })
      await sleep(world, 1_234)
      const answer = await put(log, [1, 2], { timestamp: 5 })
      const now = startTime + Math.floor(world.scheduler.nowMs)
      expect(answer).toMatchObject({ ok: true })
      if (answer.ok) expect(Math.abs(answer.logAppendTimeMs - now)).toBeLessThan(50)
      const read = await log.read({ offset: 0, maxBytes: 1_000 })
      if (read.ok && answer.ok) expect(decodeBatch(read.slices[0]!).records[1]?.timestamp).toBe(answer.logAppendTimeMs)
    }))

  test("of a duplicate answers the first offset and appends nothing", () =>
    inWorld(async (world) => {
      const { put, values } = await openLog(world)
      const first = await put([1, 2], { producer: { id: 9, sequence: 0 } })
      await put([3], { producer: { id: 9, sequence: 2 } })
      const again = await put([1, 2], { producer: { id: 9, sequence: 0 } })
      expect(again).toEqual({ ...first, duplicate: true })
      expect(await values()).toEqual([1, 2, 3])
    }))

  test("of a duplicate in the same turn waits for the first one's sync", () =>
    inWorld(async (world) => {
      const { log, values } = await openLog(world)
      const producer = { id: 9, sequence: 0 }
      log.append(batchOf([1], { producer }))
      const again = log.append(batchOf([1], { producer }))
      expect(again).toMatchObject({ ok: true, baseOffset: 0, duplicate: true })
      expect(log.highWatermark).toBe(0)
      await log.whenAcked(0)
      expect(log.highWatermark).toBe(1)
      expect(await values()).toEqual([1])
    }))
})

describe("a roll", () => {
  test("starts a new file named by its first offset, in Kafka's format", () =>
    inWorld(async (world) => {
      const { put, disk, values } = await openLog(world, { config: { segmentBytes: 200 } })
      for (let value = 0; value < 9; value++) await put([value])
      const logs = (await disk.list("t-0")).filter((name) => name.endsWith(".log")).sort()
      expect(logs[0]).toBe("00000000000000000000.log")
      expect(logs.length).toBeGreaterThan(3)
      expect(await values()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    }))

  test("happens on the age of the first record", () =>
    inWorld(async (world) => {
      const { put, log } = await openLog(world, { config: { segmentMs: 1_000 } })
      await put([1], { timestamp: startTime })
      await put([2], { timestamp: startTime + 1_000 })
      expect(log.state.segments).toHaveLength(1)
      await put([3], { timestamp: startTime + 1_001 })
      expect(log.state.segments.map((segment) => segment.baseOffset)).toEqual([0, 2])
    }))

  test("happens when the index is full", () =>
    inWorld(async (world) => {
      const { put, log } = await openLog(world, { config: { indexIntervalBytes: 0, segmentIndexBytes: 24 } })
      for (let value = 0; value < 9; value++) await put([value])
      expect(log.state.segments.length).toBeGreaterThan(1)
    }))

  test("takes a batch larger than a segment into a segment of its own", () =>
    inWorld(async (world) => {
      const { put, values } = await openLog(world, { config: { segmentBytes: 300 } })
      await put([1])
      await put([2], { padding: 2_000 })
      await put([3])
      expect(await values()).toEqual([1, 2, 3])
    }))

  test("acknowledges nothing of the new file before its directory entry is durable", () =>
    inWorld(async (world) => {
      const { put, log } = await openLog(world, { config: { segmentBytes: 200 } })
      await put([1], { padding: 150 })
      let entryIsDurable = false
      world.disk.onCall = (operation, path) => {
        if (operation === "syncDir" && path === "t-0") entryIsDurable = true
      }
      const answer = log.append(batchOf([2], { padding: 150 }))
      if (answer.ok) await log.whenAcked(answer.lastOffset)
      expect(entryIsDurable).toBe(true)
    }))
})

describe("a read", () => {
  test("returns the whole batch around an offset inside it", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world)
      await put([1])
      await put([2, 3, 4])
      const read = await log.read({ offset: 2, maxBytes: 10_000 })
      expect(read.ok && [parseBatchHeader(read.slices[0]!).baseOffset, read.nextOffset]).toEqual([1, 4])
    }))

  test("returns one batch even if it alone exceeds the limit, and none if that is not wanted", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world)
      await put([1], { padding: 9_000 })
      await put([2], { padding: 9_000 })
      const read = await log.read({ offset: 0, maxBytes: 10 })
      expect(read.ok && [read.nextOffset, read.sizeBytes > 9_000]).toEqual([1, true])
      const none = await log.read({ offset: 0, maxBytes: 10, minOneBatch: false })
      expect(none).toMatchObject({ ok: true, sizeBytes: 0, nextOffset: 0 })
    }))

  test("stops at whole batches within the limit", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world)
      for (let value = 0; value < 10; value++) await put([value])
      const size = batchOf([0]).length
      const read = await log.read({ offset: 3, maxBytes: size * 4 + 5 })
      expect(read).toMatchObject({ ok: true, sizeBytes: size * 4, nextOffset: 7 })
    }))

  test("shows nothing above the bound, and nothing above the high watermark by itself", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world)
      for (let value = 0; value < 4; value++) await put([value])
      expect(await log.read({ offset: 1, maxBytes: 1_000, upTo: 2 })).toMatchObject({ nextOffset: 2 })
      const answer = log.append(batchOf([9]))
      if (answer.ok) await log.whenWritten(answer.lastOffset)
      expect(await log.read({ offset: 4, maxBytes: 1_000 })).toMatchObject({ ok: true, sizeBytes: 0, nextOffset: 4 })
    }))

  test("refuses offsets outside the log", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world)
      await put([1])
      for (const offset of [-1, 2, 1_000]) expect(await log.read({ offset, maxBytes: 10 })).toMatchObject({ error: "OFFSET_OUT_OF_RANGE" })
      expect(await log.read({ offset: 1, maxBytes: 10 })).toMatchObject({ ok: true, sizeBytes: 0 })
    }))

  test("finds every offset of a log of many segments through sparse indexes", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world, { config: { segmentBytes: 4_000, indexIntervalBytes: 300 }, maxOpenFiles: 1 })
      for (let value = 0; value < 120; value++) await put([value * 2, value * 2 + 1], { padding: value % 7 === 0 ? 700 : 20 })
      for (let offset = 0; offset < 240; offset++) {
        const read = await log.read({ offset, maxBytes: 1 })
        expect(read.ok && parseBatchHeader(read.slices[0]!).baseOffset, `offset ${offset}`).toBe(offset - (offset % 2))
      }
    }))

  test("finds large and small batches alike through indexes that were read from disk", () =>
    inWorld(async (world) => {
      const config = { segmentBytes: 9_000_000, indexIntervalBytes: 4_096 }
      const first = await openLog(world, { config })
      for (let value = 0; value < 60; value++) await first.put([value, value], { padding: value % 5 === 0 ? 40_000 : 60 })
      await first.manager.close()
      const { log } = await openLog(world, { config })
      for (let offset = 0; offset < 120; offset++) {
        for (const maxBytes of [1, 3_000, 100_000]) {
          const read = await log.read({ offset, maxBytes })
          expect(read.ok && parseBatchHeader(read.slices[0]!).baseOffset, `offset ${offset}`).toBe(offset - (offset % 2))
          if (read.ok && maxBytes === 100_000 && offset < 60) expect(read.sizeBytes).toBeGreaterThan(50_000)
        }
      }
    }))

  test("finds small batches that end a file, whatever the sizes", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world, { config: { indexIntervalBytes: 4_096 } })
      for (let value = 0; value < 300; value++) await put([value], { padding: (value * 37) % 190 })
      for (let offset = 0; offset < 300; offset++) {
        for (const maxBytes of [1, 100, 450, 512]) {
          const read = await log.read({ offset, maxBytes })
          expect(read.ok && parseBatchHeader(read.slices[0]!).baseOffset).toBe(offset)
        }
      }
    }))
})

describe("durability", () => {
  test("`os` acknowledges and shows what was written, and syncs only at a roll", () =>
    inWorld(async (world) => {
      let syncs = 0
      world.disk.onCall = (operation, path) => {
        if (operation === "datasync" && path.endsWith(".log")) syncs++
      }
      const { log, put } = await openLog(world, { config: { durability: "os", segmentBytes: 1_000 } })
      syncs = 0
      await put([1])
      expect([log.highWatermark, syncs]).toEqual([1, 0])
      for (let value = 0; value < 20; value++) await put([value])
      expect(syncs).toBeGreaterThan(0)
    }))

  test("`interval` acknowledges at once and syncs by itself", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world, { config: { durability: "interval:100" } })
      await put([1])
      expect(log.highWatermark).toBe(1)
      const durable = log.whenDurable(0)
      const before = world.scheduler.nowMs
      await durable
      expect(world.scheduler.nowMs - before).toBeGreaterThan(50)
    }))

  test("can become stricter: what is there is synced at once", () =>
    inWorld(async (world) => {
      const { log, put } = await openLog(world, { config: { durability: "os" } })
      await put([1])
      log.updateConfig({ durability: "fsync" })
      await log.whenDurable(0)
      expect(log.highWatermark).toBe(1)
    }))

  test("of internal topics is always fsync", () =>
    inWorld(async (world) => {
      const { manager } = await openLog(world, { defaults: { durability: "os" } })
      const internal = await manager.createPartition({ topic: "__consumer_offsets", topicId: "AAAAAAAAAAAAAAAAAAAAAg", index: 0 })
      expect(internal.config.durability).toBe("fsync")
      expect(manager.partition("t", 0)?.config.durability).toBe("os")
    }))
})

describe("a failing disk", () => {
  test("makes the directory read-only at the first failed sync, and syncs that file never again", () =>
    inWorld(async (world) => {
      let isBroken = false
      const faults = { disk: null as ReturnType<typeof faultyDisk> | null }
      const { log, manager, put, values } = await openLog(world, {
        wrapDisk: (disk) => {
          faults.disk = faultyDisk(disk, ({ operation, path }) =>
            isBroken && operation === "datasync" && path.endsWith(".log") ? { error: "EIO" } : undefined,
          )
          return faults.disk
        },
      })
      await put([1])
      isBroken = true
      const answer = log.append(batchOf([2]))
      expect(answer.ok).toBe(true)
      const before = world.scheduler.nowMs
      expect(await failure(log.whenAcked(1))).toBe("STORAGE_READ_ONLY")
      expect(world.scheduler.nowMs - before).toBeLessThan(100)
      expect(manager.health.state).toBe("read-only")
      isBroken = false
      const syncs = faults.disk?.calls.filter((call) => call.operation === "datasync").length
      expect(log.append(batchOf([3]))).toMatchObject({ ok: false, error: "KAFKA_STORAGE_ERROR" })
      await sleep(world, 10_000)
      expect(faults.disk?.calls.filter((call) => call.operation === "datasync").length).toBe(syncs)
      expect(await values()).toEqual([1])
      expect(log.highWatermark).toBe(1)
    }))

  test("refuses everything that was staged when a write fails, and applied nothing of it", () =>
    inWorld(async (world) => {
      let isBroken = false
      const { log, put } = await openLog(world, {
        wrapDisk: (disk) => faultyDisk(disk, ({ operation }) => (isBroken && operation === "write" ? { error: "EIO" } : undefined)),
      })
      await put([1], { producer: { id: 4, sequence: 0 } })
      isBroken = true
      const answers = [
        log.append(batchOf([2], { producer: { id: 4, sequence: 1 } })),
        log.append(batchOf([3], { producer: { id: 4, sequence: 2 } })),
      ]
      expect(answers.map((answer) => answer.ok)).toEqual([true, true])
      const waits = [failure(log.whenAcked(1)), failure(log.whenAcked(2)), failure(log.whenWritten(2))]
      expect(await Promise.all(waits)).toEqual(["STORAGE_READ_ONLY", "STORAGE_READ_ONLY", "STORAGE_READ_ONLY"])
      expect(log.logEndOffset).toBe(1)
      expect([...log.state.producers.entries()][0]?.batches).toHaveLength(1)
      expect(await failure(log.whenAcked(5))).toBe("STORAGE_READ_ONLY")
    }))

  test("cuts back a short write and takes appends again when there is space", () =>
    inWorld(async (world) => {
      const { log, manager, put, values } = await openLog(world)
      await put([1], { producer: { id: 4, sequence: 0 } })
      world.disk.capacityBytes = world.disk.usedBytes() + 30
      expect(log.append(batchOf([2], { producer: { id: 4, sequence: 1 } }))).toMatchObject({ ok: true, baseOffset: 1 })
      expect(await failure(log.whenAcked(1))).toBe("STORAGE_FULL")
      expect(manager.health.state).toBe("full")
      expect(log.append(batchOf([2]))).toMatchObject({ ok: false, error: "KAFKA_STORAGE_ERROR" })
      expect(await values()).toEqual([1])
      world.disk.capacityBytes = Number.MAX_SAFE_INTEGER
      const freed = world.scheduler.nowMs
      while (manager.health.state === "full") await sleep(world, 100)
      expect(world.scheduler.nowMs - freed).toBeLessThan(5_000)
      expect(await put([2], { producer: { id: 4, sequence: 1 } })).toMatchObject({ ok: true, baseOffset: 1, duplicate: false })
      expect(await values()).toEqual([1, 2])
    }))
})

test("moves the log start durably and refuses what lies below", () =>
  inWorld(async (world) => {
    const { log, put } = await openLog(world)
    for (let value = 0; value < 10; value++) await put([value])
    expect(await log.deleteRecordsBefore(4)).toBe(4)
    expect(await log.deleteRecordsBefore(2)).toBe(4)
    expect(await log.read({ offset: 3, maxBytes: 100 })).toMatchObject({ error: "OFFSET_OUT_OF_RANGE" })
    world.powerCut("none")
    const again = await openLog(world)
    expect(again.log.logStartOffset).toBe(4)
    expect(await again.log.deleteRecordsBefore(-1)).toBe(10)
  }))

test("tells listeners of each rise of the high watermark", () =>
  inWorld(async (world) => {
    const { log, put } = await openLog(world)
    const seen: number[] = []
    const stop = log.onHighWatermark((highWatermark) => void seen.push(highWatermark))
    await put([1])
    await put([2, 3])
    stop()
    await put([4])
    expect(seen).toEqual([1, 3])
  }))

test("estimates what a long poll could read", () =>
  inWorld(async (world) => {
    const { log, put } = await openLog(world, { config: { segmentBytes: 1_000 } })
    expect(log.readableBytes(0)).toBe(0)
    for (let value = 0; value < 30; value++) await put([value])
    expect(log.readableBytes(0)).toBe(log.sizeBytes)
    expect(log.readableBytes(30)).toBe(0)
    expect(log.readableBytes(29)).toBeGreaterThan(0)
    expect(log.readableBytes(15)).toBeLessThan(log.sizeBytes)
  }))
