/** What the log itself knows of transactions: who is in one, where readers of committed records stop, and what they have to drop. */
import { encodeBatch, encodeControlBatch } from "@rivven/protocol/records"
import { expect, test } from "vitest"
import { SimWorld } from "../testing/sim-world.ts"
import type { LogManager } from "./log-manager.ts"
import type { AppendResult, LogConfig } from "./model.ts"
import type { Partition } from "./partition.ts"

const topicId = "AAAAAAAAAAAAAAAAAAAAGQ"
const timestamp = 1_700_000_000_000

interface Sent {
  readonly id?: number
  readonly epoch?: number
  readonly sequence: number
  readonly isTransactional?: boolean
}

function send(log: Partition, { id = 7, epoch = 0, sequence, isTransactional = true }: Sent): AppendResult {
  const records = [{ timestamp, key: null, value: new Uint8Array(40), headers: [] }]
  const batch = encodeBatch({ records, producerId: id, producerEpoch: epoch, baseSequence: sequence, isTransactional })
  return log.append(batch, { isInTransaction: isTransactional })
}

function end(log: Partition, type: "commit" | "abort", { id = 7, epoch = 0 }: { id?: number; epoch?: number } = {}): AppendResult {
  return log.append(encodeControlBatch({ type, coordinatorEpoch: 0, producerId: id, producerEpoch: epoch, timestamp }), {
    origin: "internal",
  })
}

const errorOf = (result: AppendResult): string => (result.ok ? "NONE" : result.error)

async function acked(log: Partition, ...results: AppendResult[]): Promise<void> {
  for (const result of results) {
    expect(errorOf(result)).toBe("NONE")
    if (result.ok) await log.whenAcked(result.lastOffset)
  }
}

interface Scene {
  world: SimWorld
  log: () => Partition
  restart: (how: "stop" | "kill" | "power", options?: { withoutCaches?: boolean }) => Promise<void>
}

async function scene(run: (scene: Scene) => Promise<void>, config: Partial<LogConfig> = {}): Promise<void> {
  const world = new SimWorld(11)
  let manager: LogManager | undefined
  const open = async (): Promise<void> => {
    manager = await world.boot()
    await manager.reconcile([{ topic: "t", topicId, index: 0, config }])
  }
  const restart: Scene["restart"] = async (how, { withoutCaches = false } = {}) => {
    if (how === "stop") await manager?.close()
    if (how === "power") world.powerCut()
    else world.kill()
    const disk = world.disk.mount()
    if (withoutCaches)
      for (const name of await disk.list("t-0")) if (/index$|snapshot$|checkpoint$/.test(name)) await disk.unlink(`t-0/${name}`)
    await open()
  }
  await world.scheduler.until(
    (async () => {
      await open()
      await run({ world, log: () => manager!.partition("t", 0)!, restart })
      await manager?.close()
    })(),
  )
}

test("stops readers of committed records at the first open transaction, and lets them on behind its marker", () =>
  scene(async ({ log }) => {
    await acked(log(), send(log(), { sequence: 0, id: 1, isTransactional: false }), send(log(), { sequence: 0 }))
    await acked(log(), send(log(), { sequence: 0, id: 8 }))
    expect([log().highWatermark, log().lastStableOffset]).toEqual([3, 1])
    await acked(log(), end(log(), "commit"))
    expect(log().lastStableOffset).toBe(2)
    await acked(log(), end(log(), "commit", { id: 8 }))
    expect(log().lastStableOffset).toBe(5)
    expect(log().abortedTransactions({ from: 0, to: 5 })).toEqual([])
  }))

test("keeps a transaction undecided until its marker is durable", () =>
  scene(async ({ log }) => {
    await acked(log(), send(log(), { sequence: 0 }))
    const marker = end(log(), "commit")
    if (!marker.ok) throw new Error(marker.message)
    await log().whenWritten(marker.lastOffset)
    expect([log().logEndOffset, log().highWatermark, log().lastStableOffset]).toEqual([2, 1, 0])
    await log().whenDurable(marker.lastOffset)
    expect(log().lastStableOffset).toBe(2)
  }))

test("names aborted transactions in the order of their first offsets", () =>
  scene(async ({ log }) => {
    for (const id of [1, 2, 3]) await acked(log(), send(log(), { sequence: 0, id }))
    await acked(log(), end(log(), "abort", { id: 3 }), end(log(), "commit", { id: 2 }), end(log(), "abort", { id: 1 }))
    const found = log().abortedTransactions({ from: 0, to: 6 })
    expect(found.map(({ producerId, firstOffset, lastOffset }) => [producerId, firstOffset, lastOffset])).toEqual([
      [1, 0, 5],
      [3, 2, 3],
    ])
    expect(
      log()
        .abortedTransactions({ from: 4, to: 6 })
        .map(({ producerId }) => producerId),
    ).toEqual([1])
    expect(
      log()
        .abortedTransactions({ from: 0, to: 2 })
        .map(({ producerId }) => producerId),
    ).toEqual([1])
  }))

test("refuses what is no part of an open transaction, and late batches of an older epoch", () =>
  scene(async ({ log }) => {
    const unasked = encodeBatch({
      records: [{ timestamp, key: null, value: null, headers: [] }],
      producerId: 7,
      producerEpoch: 0,
      baseSequence: 0,
      isTransactional: true,
    })
    expect(errorOf(log().append(unasked))).toBe("INVALID_TXN_STATE")
    await acked(log(), send(log(), { sequence: 0 }))
    expect(errorOf(send(log(), { sequence: 1, isTransactional: false }))).toBe("INVALID_TXN_STATE")
    await acked(log(), end(log(), "commit", { epoch: 1 }))
    expect(errorOf(send(log(), { sequence: 1 }))).toBe("INVALID_PRODUCER_EPOCH")
    expect(errorOf(end(log(), "abort"))).toBe("INVALID_PRODUCER_EPOCH")
    expect(errorOf(send(log(), { epoch: 1, sequence: 3 }))).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER")
    await acked(log(), send(log(), { epoch: 1, sequence: 0 }))
  }))

test("goes on with the same sequences behind a marker of the same epoch", () =>
  scene(async ({ log }) => {
    await acked(log(), send(log(), { sequence: 0 }), end(log(), "commit"), send(log(), { sequence: 1 }))
    expect(log().lastStableOffset).toBe(2)
  }))

const ways = (["stop", "kill", "power"] as const).flatMap((how) => [false, true].map((withoutCaches) => ({ how, withoutCaches })))

test.each(ways)("knows the same after $how, caches deleted: $withoutCaches", ({ how, withoutCaches }) =>
  scene(
    async ({ log, restart }) => {
      for (let round = 0; round < 12; round++) {
        const [id, epoch] = [1 + (round % 3), Math.floor(round / 3)]
        await acked(log(), send(log(), { id, epoch, sequence: 0 }), send(log(), { id, epoch, sequence: 1 }))
        await acked(log(), end(log(), round % 2 === 0 ? "abort" : "commit", { id, epoch: epoch + 1 }))
      }
      await acked(log(), send(log(), { id: 9, sequence: 0 }))
      const facts = () => ({
        stable: log().lastStableOffset,
        aborted: log().abortedTransactions({ from: 0, to: log().highWatermark }),
        producers: [...log().producers()].sort((a, b) => a.producerId - b.producerId),
        open: log().openTransactionOf(9),
      })
      const before = facts()
      expect(before.aborted).toHaveLength(6)
      expect(before.stable).toBe(36)
      await restart(how, { withoutCaches })
      expect(facts()).toEqual(before)
    },
    { segmentBytes: 700 },
  ),
)
