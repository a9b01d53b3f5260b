/** Compaction over random histories and at every call of the disk: the last record of each key stays, at its offset, unchanged. */
import { batchHeaders, type Codec, decodeBatch, encodeBatch, encodeControlBatch } from "@rivven/protocol/records"
import { expect, test } from "vitest"
import { type FaultPlan, faultyDisk } from "../../storage/faulty-disk.ts"
import { auditDir } from "../../testing/checker/audit.ts"
import { checkCompaction, type WrittenRecord } from "../../testing/checker/compaction-rule.ts"
import { inWorld, openLog, startTime, topicId } from "../../testing/log-fixture.ts"
import { sleep } from "../../testing/sim-clients.ts"
import { SimWorld } from "../../testing/sim-world.ts"
import type { LogManager } from "../log-manager.ts"
import type { Partition } from "../partition.ts"

const day = 86_400_000
const config = { cleanupPolicy: "compact", segmentBytes: 500, indexIntervalBytes: 100, minCleanableDirtyRatio: 0 } as const
const options = { reserveBytes: 2_000, retentionCheckMs: 1e12, compactionCheckMs: 1e12 }
const spec = { topic: "t", topicId, index: 0, config }

type Pair = readonly [key: string, value: string | null]
interface From {
  codec?: Codec
  producer?: { id: number; epoch?: number; sequence: number }
  isTransactional?: boolean
}

function batchOf(pairs: readonly Pair[], { codec, producer, isTransactional = false }: From = {}): Uint8Array {
  const bytes = (text: string) => new TextEncoder().encode(text)
  return encodeBatch({
    records: pairs.map(([key, value]) => ({ timestamp: startTime, key: bytes(key), value: value === null ? null : bytes(value) })),
    ...(codec && { codec }),
    ...(producer && { producerId: producer.id, producerEpoch: producer.epoch ?? 0, baseSequence: producer.sequence }),
    isTransactional,
  })
}

async function put(log: Partition, pairs: readonly Pair[], from: From = {}): Promise<WrittenRecord[]> {
  const answer = log.append(batchOf(pairs, from), { isInTransaction: from.isTransactional ?? false })
  if (!answer.ok) throw new Error(answer.message)
  await log.whenAcked(answer.lastOffset)
  return pairs.map(([key, value], index) => ({ offset: answer.baseOffset + index, key, value, timestamp: startTime }))
}

async function mark(log: Partition, type: "commit" | "abort", id: number): Promise<void> {
  const marker = encodeControlBatch({ type, producerId: id, producerEpoch: 0, coordinatorEpoch: 0, timestamp: startTime })
  const answer = log.append(marker, { origin: "internal" })
  if (!answer.ok) throw new Error(answer.message)
  await log.whenAcked(answer.lastOffset)
}

async function readAll(log: Partition, maxBytes = 300) {
  const records: WrittenRecord[] = []
  const headers: ReturnType<typeof decodeBatch>["header"][] = []
  for (let offset = log.logStartOffset; offset < log.highWatermark; ) {
    const read = await log.read({ offset, maxBytes })
    if (!read.ok) throw new Error(read.message)
    if (read.nextOffset === offset) throw new Error(`nothing at ${offset}`)
    for (const slice of read.slices)
      for (const { at, header } of batchHeaders(slice)) {
        headers.push(header)
        if (header.isControl) continue
        for (const { offset: place, key, value, timestamp } of decodeBatch(slice.subarray(at)).records)
          records.push({ offset: place, key: textOf(key) ?? "", value: textOf(value), timestamp })
      }
    offset = read.nextOffset
    read.release()
  }
  return { records, headers }
}

const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes))

const judged = (log: Partition, written: WrittenRecord[], remaining: WrittenRecord[]) =>
  checkCompaction({
    partition: "t-0",
    written,
    remaining,
    cleanedUpTo: log.state.active.baseOffset,
    tombstonesFromMs: 0,
    logStart: log.logStartOffset,
  })

/** How many records of closed segments a later record of the same closed part replaces. */
const replaced = (log: Partition, remaining: WrittenRecord[]) => {
  const closed = remaining.filter(({ offset }) => offset < log.state.active.baseOffset)
  return closed.length - new Set(closed.map(({ key }) => key)).size
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])("keeps the last record of each key, over restarts and crashes (seed %i)", async (seed) => {
  await inWorld(
    async (world) => {
      const { random } = world
      const written: WrittenRecord[] = []
      const codecs = ["none", "gzip", "lz4", "snappy", "zstd"] as const
      let sequence = 0
      for (let start = 0; start < 4; start++) {
        const { log, manager } = await openLog(world, { ...options, config, maxCompactionKeys: seed % 2 ? 4 : 1_000 })
        for (let round = 0; round < 6; round++) {
          for (let batch = 0; batch < 8; batch++) {
            const pairs = Array.from({ length: 1 + Math.floor(random.next() * 4) }, (): Pair => {
              const key = `k${Math.floor(random.next() * 9)}`
              return [key, random.next() < 0.2 ? null : `v${random.next()}`]
            })
            const codec = codecs[Math.floor(random.next() * codecs.length)]!
            const producer = random.next() < 0.5 ? { id: 9, sequence } : undefined
            if (producer) sequence += pairs.length
            written.push(...(await put(log, pairs, { codec, ...(producer && { producer }) })))
          }
          await manager.applyCompaction()
          const { records } = await readAll(log)
          expect(judged(log, written, records)).toEqual([])
        }
        for (let run = 0; run < 200; run++) await manager.applyCompaction()
        expect(replaced(log, (await readAll(log)).records)).toBe(0)
        if (random.next() < 0.5) await manager.close()
        else world.powerCut("random")
        expect((await auditDir(world.disk.mount(), "t-0")).filter(({ message }) => !message.includes("snapshot"))).toEqual([])
      }
      const last = await openLog(world, { ...options, config })
      expect(last.manager.recovery.corruptions).toEqual([])
      expect(judged(last.log, written, (await readAll(last.log)).records)).toEqual([])
      await last.manager.close()
    },
    { seed },
  )
})

test("drops a tombstone only when delete.retention.ms has passed since a compaction met it", () =>
  inWorld(async (world) => {
    const { log, manager } = await openLog(world, { ...options, config: { ...config, deleteRetentionMs: 1_000 } })
    await put(log, [["a", "1"]])
    const tombstone = await put(log, [["a", null]])
    for (let n = 0; n < 10; n++) await put(log, [[`k${n}`, "x".repeat(60)]])
    await manager.applyCompaction()
    const keysOf = async () => (await readAll(log)).records.filter(({ key }) => key === "a")
    expect(await keysOf()).toEqual(tombstone)
    expect((await readAll(log)).headers.some((header) => header.hasDeleteHorizon)).toBe(true)
    await put(log, [["b", "y".repeat(600)]])
    await put(log, [["c", "y".repeat(600)]])
    await manager.applyCompaction()
    expect(await keysOf()).toEqual(tombstone)
    await sleep(world, 2_000)
    await put(log, [["d", "y".repeat(600)]])
    await manager.applyCompaction()
    expect(await keysOf()).toEqual([])
    await manager.close()
  }))

test("drops aborted data first and its marker later, keeps what is committed, and no transaction opens again", () =>
  inWorld(async (world) => {
    const settings = { ...options, config: { ...config, deleteRetentionMs: 1_000, producerExpirationMs: 500 } }
    let { log, manager } = await openLog(world, settings)
    await put(log, [["a", "0"]])
    await put(log, [["a", "aborted"]], { producer: { id: 7, sequence: 0 }, isTransactional: true })
    await mark(log, "abort", 7)
    const committed = await put(log, [["b", "committed"]], { producer: { id: 8, sequence: 0 }, isTransactional: true })
    await mark(log, "commit", 8)
    const fill = async () => {
      for (let n = 0; n < 4; n++) await put(log, [["f", "x".repeat(300)]])
    }
    const controls = async () => (await readAll(log)).headers.filter((header) => header.isControl).map(({ producerId }) => producerId)
    const valuesOf = async (wanted: string) => (await readAll(log)).records.filter(({ key }) => key === wanted).map(({ value }) => value)
    await fill()
    await manager.applyCompaction()
    expect(await valuesOf("a")).toEqual(["0"])
    expect(await controls()).toEqual([7, 8])
    const empties = (await readAll(log)).headers.filter(({ producerId, recordsCount }) => producerId === 7 && recordsCount === 0)
    expect(empties).toHaveLength(1)
    log.state.producers.expire(Number.MAX_SAFE_INTEGER)
    await fill()
    await manager.applyCompaction()
    await fill()
    await manager.applyCompaction()
    expect(await controls()).toEqual([7, 8])
    expect(log.abortedTransactions({ from: 0, to: 1_000 })).toHaveLength(1)
    await sleep(world, 2_000)
    await fill()
    await manager.applyCompaction()
    expect(await controls()).toEqual([8])
    expect(log.abortedTransactions({ from: 0, to: 1_000 })).toEqual([])
    expect(await valuesOf("b")).toEqual(committed.map(({ value }) => value))
    world.powerCut("none")
    ;({ log, manager } = await openLog(world, settings))
    expect(log.lastStableOffset).toBe(log.highWatermark)
    expect(await valuesOf("b")).toEqual(["committed"])
    await manager.close()
  }))

test("leaves alone what is not decided yet, and the active segment", () =>
  inWorld(async (world) => {
    const { log, manager } = await openLog(world, { ...options, config })
    const written = await put(log, [["a", "open"]], { producer: { id: 7, sequence: 0 }, isTransactional: true })
    for (let n = 0; n < 10; n++) written.push(...(await put(log, [["a", `${n}`.padEnd(200)]])))
    expect(await manager.applyCompaction()).toBe(0)
    expect((await readAll(log)).records).toEqual(written)
    await manager.close()
  }))

test("a producer whose data was replaced goes on with its sequence after a crash", () =>
  inWorld(async (world) => {
    let { log, manager } = await openLog(world, { ...options, config })
    for (let sequence = 0; sequence < 7; sequence++) await put(log, [["a", `${sequence}`]], { producer: { id: 7, sequence } })
    for (let n = 0; n < 10; n++) await put(log, [["a", `${n}`.padEnd(200)]])
    await manager.applyCompaction()
    world.powerCut("none")
    const disk = world.disk.mount()
    for (const name of await disk.list("t-0")) if (/snapshot|index/.test(name)) await disk.unlink(`t-0/${name}`)
    ;({ log, manager } = await openLog(world, { ...options, config }))
    expect(log.append(batchOf([["a", "6"]], { producer: { id: 7, sequence: 6 } }))).toMatchObject({
      ok: true,
      duplicate: true,
      baseOffset: 6,
    })
    expect(log.append(batchOf([["a", "8"]], { producer: { id: 7, sequence: 8 } }))).toMatchObject({ error: "OUT_OF_ORDER_SEQUENCE_NUMBER" })
    await put(log, [["a", "7"]], { producer: { id: 7, sequence: 7 } })
    await manager.close()
  }))

test("readers that run while segments are swapped see every last record", () =>
  inWorld(async (world) => {
    const { log, manager } = await openLog(world, { ...options, config })
    const written: WrittenRecord[] = []
    for (let n = 0; n < 60; n++) written.push(...(await put(log, [[`k${n % 7}`, `${n}`.padEnd(60)]])))
    const readers = Array.from({ length: 12 }, async (_, index) => {
      await sleep(world, index)
      return readAll(log, 100 + index * 37)
    })
    const compacting = manager.applyCompaction()
    for (const { records } of await Promise.all(readers)) expect(judged(log, written, records)).toEqual([])
    expect(await compacting).toBeGreaterThan(0)
    await manager.close()
  }))

interface Scenario {
  compacting?: () => void
  plan?: FaultPlan
}

/** Fills several segments, compacts twice, stops. */
async function scenario(world: SimWorld, written: WrittenRecord[], { compacting = () => {}, plan }: Scenario = {}): Promise<void> {
  const manager = await world.boot(options, plan && ((disk) => faultyDisk(disk, plan)))
  await manager.reconcile([spec])
  const log = manager.partition("t", 0)!
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 8; n++) written.push(...(await put(log, [[`k${n % 5}`, `${round}.${n}`.padEnd(80)]])))
    if (round === 0) compacting()
    await manager.applyCompaction()
  }
  await manager.close()
}

const endings = {
  "the process dies": (world: SimWorld) => world.kill(),
  "the power goes and nothing un-synced is left": (world: SimWorld) => world.powerCut("none"),
  "the power goes and some of it is left": (world: SimWorld) => world.powerCut("random"),
} as const

test.each(Object.entries(endings))(
  "has each segment as it was or compacted when %s at any call",
  { timeout: 60_000 },
  async (name, end) => {
    const counting = new SimWorld(1)
    let [calls, first] = [0, 0]
    counting.disk.onCall = () => void calls++
    await counting.scheduler.until(
      scenario(counting, [], {
        compacting: () => {
          first = calls
        },
      }),
    )
    expect(calls - first).toBeGreaterThan(60)
    for (let at = first; at < calls; at++) {
      const world = new SimWorld(at + 1)
      const written: WrittenRecord[] = []
      let left = at
      world.disk.onCall = () => {
        if (left-- === 0) end(world)
      }
      scenario(world, written).catch(() => {})
      while (left >= 0 && (await world.scheduler.step()));
      world.disk.onCall = () => {}
      await world.scheduler.until(check(world, written, `${name} at call ${at}`))
    }
  },
)

test.each(["EIO", "ENOSPC"] as const)("keeps every last record when any one call fails with %s", { timeout: 60_000 }, async (code) => {
  let [calls, first] = [0, 0]
  const counted = (): undefined => void calls++
  const compacting = (): void => {
    first = calls
  }
  const counting = new SimWorld(1)
  await counting.scheduler.until(scenario(counting, [], { plan: counted, compacting }))
  expect(calls - first).toBeGreaterThan(60)
  for (let at = first; at <= calls; at++) {
    const world = new SimWorld(at)
    const written: WrittenRecord[] = []
    let left = at
    const plan: FaultPlan = () => (--left === 0 ? { error: code } : undefined)
    await world.scheduler.until(
      scenario(world, written, { plan }).catch(() => {}),
      1_000_000,
    )
    world.powerCut(at % 2 ? "none" : "random")
    await world.scheduler.until(check(world, written, `${code} at call ${at}`))
  }
})

async function check(world: SimWorld, written: WrittenRecord[], where: string): Promise<void> {
  const manager: LogManager = await world.boot(options)
  await manager.reconcile([spec])
  const log = manager.partition("t", 0)!
  expect(manager.recovery.corruptions, where).toEqual([])
  const known = written.length
  const { records } = await readAll(log)
  // A batch that was written and not acknowledged when the end came may be there.
  expect(records.filter(({ offset }) => offset >= known).length, where).toBeLessThanOrEqual(1)
  const acked = records.filter(({ offset }) => offset < known)
  expect(judged(log, written, acked), where).toEqual([])
  await put(log, [["z", "1"]])
  await manager.applyCompaction()
  const last = (await readAll(log)).records.filter(({ offset }) => offset < known)
  const byKey = new Map(written.map((record) => [record.key, record]))
  const superseded = new Set(records.filter(({ offset }) => offset >= known).map(({ key }) => key))
  for (const record of byKey.values()) if (!superseded.has(record.key)) expect(last, where).toContainEqual(record)
  await manager.close()
  expect(await auditDir(world.disk.mount(), "t-0"), where).toEqual([])
  expect(
    (await world.disk.mount().list("t-0")).filter((file) => file.endsWith(".cleaned")),
    where,
  ).toEqual([])
}

test("an age of a day is no reason to wait for a ratio", () =>
  inWorld(async (world) => {
    const { log, manager } = await openLog(world, { ...options, config: { ...config, minCleanableDirtyRatio: 1, maxCompactionLagMs: day } })
    for (let n = 0; n < 12; n++) await put(log, [["a", `${n}`.padEnd(80)]])
    await manager.applyCompaction()
    for (let n = 0; n < 3; n++) await put(log, [["a", `${n}`.padEnd(200)]])
    expect(await manager.applyCompaction()).toBe(0)
    log.updateConfig({ minCleanableDirtyRatio: 0.1 })
    expect(await manager.applyCompaction()).toBeGreaterThan(0)
    await manager.close()
  }))
