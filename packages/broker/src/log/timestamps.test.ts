import { describe, expect, test } from "vitest"
import { batchOf, inWorld, type LogUnderTest, openLog, startTime } from "../testing/log-fixture.ts"
import { simRandom } from "../testing/sim-random.ts"

const day = 86_400_000

async function offsetAt({ log }: LogUnderTest, timestamp: number): Promise<number | null | string> {
  const found = await log.offsetForTimestamp(timestamp)
  if (found === null) return null
  return "error" in found ? found.error : found.offset
}

test("finds the exact record inside a batch, compressed or not", () =>
  inWorld(async (world) => {
    const log = await openLog(world)
    for (const codec of [undefined, "gzip", "snappy", "lz4", "zstd"] as const) {
      const base = log.log.logEndOffset
      const timestamps = [1, 2, 3, 4].map((step) => startTime + base * 10 + step)
      await log.put([1, 2, 3, 4], { timestamps, ...(codec ? { codec } : {}) })
      for (const [index, timestamp] of timestamps.entries()) expect(await offsetAt(log, timestamp), codec).toBe(base + index)
    }
  }))

test("answers nothing for a time behind the last record, and the first record for any time before", () =>
  inWorld(async (world) => {
    const log = await openLog(world)
    expect(await offsetAt(log, 0)).toBeNull()
    await log.put([1], { timestamp: startTime })
    expect(await offsetAt(log, startTime + 1)).toBeNull()
    expect(await offsetAt(log, 0)).toBe(0)
  }))

test("does not answer what is not visible yet, nor what lies below the log start", () =>
  inWorld(async (world) => {
    const log = await openLog(world)
    for (let step = 0; step < 5; step++) await log.put([step], { timestamp: startTime + step })
    await log.log.deleteRecordsBefore(2)
    expect(await offsetAt(log, 0)).toBe(2)
    const answer = log.log.append(batchOf([9], { timestamp: startTime + 100 }))
    if (answer.ok) await log.log.whenWritten(answer.lastOffset)
    expect(await offsetAt(log, startTime + 50)).toBeNull()
  }))

test("agrees with a full scan on timestamps in any order, over segments and a restart", () =>
  inWorld(async (world) => {
    const random = simRandom(77)
    const config = { segmentBytes: 2_000, indexIntervalBytes: 200, segmentMs: 1e12 }
    const log = await openLog(world, { config })
    const all: number[] = []
    for (let batch = 0; batch < 120; batch++) {
      const timestamps = Array.from({ length: 1 + random.below(4) }, () => startTime - random.below(5_000) + batch * 20)
      all.push(...timestamps)
      await log.put(
        timestamps.map((_, index) => index),
        { timestamps },
      )
    }
    const wanted = Array.from({ length: 60 }, () => startTime - 6_000 + random.below(9_000))
    const scan = (timestamp: number): number | null => {
      const at = all.findIndex((one) => one >= timestamp)
      return at < 0 ? null : at
    }
    const max = all.indexOf(Math.max(...all))
    for (const timestamp of wanted) expect(await offsetAt(log, timestamp)).toBe(scan(timestamp))
    expect(await log.log.maxTimestampOffset()).toMatchObject({ offset: max, timestamp: all[max] })
    await log.manager.close()
    const again = await openLog(world, { config })
    for (const timestamp of wanted) expect(await offsetAt(again, timestamp)).toBe(scan(timestamp))
    expect(await again.log.maxTimestampOffset()).toMatchObject({ offset: max })
  }))

test("answers the leader epoch of the record", () =>
  inWorld(async (world) => {
    const log = await openLog(world)
    await log.put([1], { timestamp: startTime })
    world.kill()
    const again = await openLog(world)
    await again.put([2], { timestamp: startTime + 5 })
    expect(await again.log.offsetForTimestamp(startTime)).toMatchObject({ offset: 0, leaderEpoch: 0 })
    expect(await again.log.offsetForTimestamp(startTime + 1)).toMatchObject({ offset: 1, leaderEpoch: 1 })
  }))

describe("a batch whose payload is not what its header says", () => {
  test("is answered with its own bounds instead of an error for ever", () =>
    inWorld(async (world) => {
      const log = await openLog(world, { config: { timestampAfterMaxMs: 2 * day } })
      const { writeBatchHeader } = await import("@rivven/protocol/records")
      const batch = batchOf([1, 2], { timestamp: startTime })
      writeBatchHeader(batch, {
        attributes: 1,
        baseOffset: 0,
        partitionLeaderEpoch: 0,
        lastOffsetDelta: 1,
        baseTimestamp: startTime,
        maxTimestamp: startTime + 7,
        producerId: -1,
        producerEpoch: -1,
        baseSequence: -1,
        recordsCount: 2,
      })
      const answer = log.log.append(batch)
      if (answer.ok) await log.log.whenAcked(answer.lastOffset)
      expect(await log.log.offsetForTimestamp(startTime + 3)).toMatchObject({ offset: 0, timestamp: startTime + 7 })
    }))
})
