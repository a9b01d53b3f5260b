import { describe, expect, it } from "vitest"
import { unwrap } from "../errors.ts"
import type { TransactionalOptions, TransactionalProducer } from "../producer/types.ts"
import { consumeUntil, type Suite, text } from "./target.ts"

export function transactionsContract(suite: Suite): void {
  async function ready(options: Partial<TransactionalOptions> = {}): Promise<TransactionalProducer> {
    const producer = suite.client().producer({ transactionalId: suite.name("txn"), lingerMs: 1, ...options })
    unwrap(await producer.init())
    return producer
  }

  async function read(topic: string, isolation: "read_committed" | "read_uncommitted", last: string): Promise<(string | null)[]> {
    const consumer = suite.client().consumer({ offsetReset: "earliest", isolation, maxWaitMs: 50 })
    consumer.assign([{ topic, partition: 0 }])
    const records = await consumeUntil(consumer, (got) => got.some(({ value }) => text(value) === last))
    await consumer.close()
    return records.map(({ value }) => text(value))
  }

  describe("transactions", () => {
    it("show what was committed to readers of committed data, and never what was aborted", async () => {
      const topic = await suite.topic(1)
      const producer = await ready()
      for (const [name, isCommitted] of Object.entries({ a: true, b: false, c: false, d: true, e: false, f: true })) {
        unwrap(producer.begin())
        const sent = await producer.sendAll([1, 2, 3].map((i) => ({ topic, value: `${name}${i}` })))
        expect(sent.every(({ ok }) => ok)).toBe(true)
        unwrap(isCommitted ? await producer.commit() : await producer.abort())
        expect(producer.transactionState).toBe("ready")
      }
      expect(await read(topic, "read_committed", "f3")).toEqual(["a", "d", "f"].flatMap((name) => [1, 2, 3].map((i) => `${name}${i}`)))
      expect(await read(topic, "read_uncommitted", "f3")).toHaveLength(18)
    })

    it("take in several partitions, wait for their records on commit, and may be empty", async () => {
      const topic = await suite.topic(3)
      const producer = await ready({ lingerMs: 60_000 })
      unwrap(producer.begin())
      unwrap(await producer.commit())
      unwrap(producer.begin())
      unwrap(await producer.abort())
      for (let round = 0; round < 5; round++) {
        unwrap(producer.begin())
        const sent = producer.sendAll(Array.from({ length: 300 }, (_, i) => ({ topic, partition: i % 3, value: `${round}/${i}` })))
        unwrap(await producer.commit())
        expect((await sent).filter(({ ok }) => !ok)).toEqual([])
      }
      const consumer = suite.client().consumer({ offsetReset: "earliest", isolation: "read_committed" })
      consumer.assign([0, 1, 2].map((partition) => ({ topic, partition })))
      const values = (await consumeUntil(consumer, (got) => got.length >= 1_500)).map(({ value }) => text(value))
      expect(new Set(values).size).toBe(1_500)
    })

    it("abort what still waits: it fails and never shows", async () => {
      const topic = await suite.topic(1)
      const producer = await ready({ lingerMs: 60_000 })
      unwrap(producer.begin())
      const lost = producer.send({ topic, value: "lost" })
      unwrap(await producer.abort())
      expect(await lost).toMatchObject({ ok: false, error: { code: "ABORTED" } })
      unwrap(producer.begin())
      void producer.send({ topic, value: "kept" })
      unwrap(await producer.commit())
      expect(await read(topic, "read_committed", "kept")).toEqual(["kept"])
    })

    it("commit a group's offsets with the records, with leader epoch and metadata, and drop them on abort", async () => {
      const topic = await suite.topic(1)
      const producer = await ready()
      const groupId = suite.name("group")
      const client = suite.client()
      const outside = client.consumer({ groupId })
      const committed = async () => unwrap((await outside.committed([{ topic, partition: 0 }]))[0]!)
      unwrap(producer.begin())
      unwrap(await producer.sendOffsets([{ topic, partition: 0, offset: 7, leaderEpoch: 0, metadata: "seven" }], { groupId }))
      unwrap(await producer.commit())
      await expect.poll(committed).toEqual({ offset: 7, leaderEpoch: 0, metadata: "seven" })
      unwrap(producer.begin())
      unwrap(await producer.sendOffsets([{ topic, partition: 0, offset: 9 }], { groupId }))
      unwrap(await producer.abort())
      expect(await committed()).toMatchObject({ offset: 7 })
      unwrap(producer.begin())
      unwrap(await producer.sendOffsets([{ topic, partition: 0, offset: 11, metadata: "" }], { groupId }))
      unwrap(await producer.send({ topic, value: "with offsets" }))
      unwrap(await producer.commit())
      await expect.poll(committed).toMatchObject({ offset: 11 })
      await outside.close()
    })

    it("refuse offsets of an old generation, and go on after an abort", async () => {
      const topic = await suite.topic(1)
      const groupId = suite.name("group")
      const consumer = suite.client().consumer({ groupId, instanceId: "one", offsetReset: "earliest", maxWaitMs: 50 })
      consumer.subscribe([topic])
      const producer = await ready()
      unwrap(producer.begin())
      unwrap(await producer.send({ topic, value: "x" }))
      unwrap(await producer.commit())
      await consumeUntil(consumer, (got) => got.length > 0)
      const group = consumer.groupMetadata()!
      expect(group.instanceId).toBe("one")
      const offsets = [{ topic, partition: 0, offset: 1 }]
      for (const [wrong, code] of [
        [{ ...group, generation: group.generation + 5 }, "ILLEGAL_GENERATION"],
        [{ ...group, memberId: "nobody" }, "FENCED_INSTANCE_ID"],
      ] as const) {
        unwrap(producer.begin())
        expect(await producer.sendOffsets(offsets, wrong)).toMatchObject({ ok: false, error: { code } })
        expect(producer.transactionState).toBe("broken")
        expect(await producer.send({ topic, value: "refused" })).toMatchObject({ ok: false, error: { code } })
        expect(await producer.commit()).toMatchObject({ ok: false, error: { code } })
        unwrap(await producer.abort())
      }
      unwrap(producer.begin())
      unwrap(await producer.sendOffsets(offsets, group))
      unwrap(await producer.commit())
      await expect.poll(async () => (await consumer.committed([{ topic, partition: 0 }]))[0]).toMatchObject({ value: { offset: 1 } })
      await consumer.close()
    })

    it("break when a record is lost, and go on after an abort", async () => {
      const topic = await suite.topic(1, { "max.message.bytes": "1000" })
      const producer = await ready()
      unwrap(producer.begin())
      unwrap(await producer.send({ topic, value: "small" }))
      expect(await producer.send({ topic, value: Buffer.alloc(5_000) })).toMatchObject({ ok: false, error: { code: "MESSAGE_TOO_LARGE" } })
      expect(await producer.commit()).toMatchObject({ ok: false, error: { code: "MESSAGE_TOO_LARGE" } })
      unwrap(await producer.abort())
      unwrap(producer.begin())
      unwrap(await producer.send({ topic, value: "after" }))
      unwrap(await producer.commit())
      expect(await read(topic, "read_committed", "after")).toEqual(["after"])
    })

    it("end for good when a later producer takes the id, which also aborts what was open", async () => {
      const topic = await suite.topic(1)
      const transactionalId = suite.name("fenced")
      const earlier = await ready({ transactionalId })
      unwrap(earlier.begin())
      unwrap(await earlier.send({ topic, value: "of the earlier" }))
      const later = await ready({ transactionalId })
      const refused = await earlier.commit()
      expect(refused.ok).toBe(false)
      expect(earlier.transactionState).toBe("fatal")
      expect(earlier.begin()).toEqual(refused)
      unwrap(later.begin())
      unwrap(await later.send({ topic, value: "of the later" }))
      unwrap(await later.commit())
      expect(await read(topic, "read_committed", "of the later")).toEqual(["of the later"])
    })

    it("are listed and described while open and afterwards", async () => {
      const topic = await suite.topic(2)
      const transactionalId = suite.name("watched")
      const producer = await ready({ transactionalId })
      const { transactions } = suite.client().admin
      const described = async () => (await transactions.describe([transactionalId])).get(transactionalId)
      expect(await described()).toMatchObject({ value: { state: "empty", startedAt: null, partitions: [] } })
      unwrap(producer.begin())
      unwrap(await producer.send({ topic, partition: 1, value: "x" }))
      const open = unwrap((await described())!)
      expect(open).toMatchObject({ state: "ongoing", timeoutMs: 60_000, partitions: [{ topic, partition: 1 }] })
      expect(open.startedAt).toBeGreaterThan(1_700_000_000_000)
      const listing = unwrap(await transactions.list({ producerIds: [open.producerId] }))
      expect(listing).toMatchObject({ transactions: [{ transactionalId, producerId: open.producerId, state: "ongoing" }], failures: [] })
      unwrap(await producer.commit())
      await expect.poll(described).toMatchObject({ value: { state: "complete-commit" } })
      const ids = unwrap(await transactions.list()).transactions.map((one) => one.transactionalId)
      expect(ids).toContain(transactionalId)
      expect((await transactions.describe(["nobody"])).get("nobody")).toMatchObject({ error: { code: "TRANSACTIONAL_ID_NOT_FOUND" } })
    })

    it("say what the order of calls does not allow, and abort what is open on close", async () => {
      const topic = await suite.topic(1)
      const transactionalId = suite.name("txn")
      const producer = suite.client().producer({ transactionalId })
      expect(producer.begin()).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
      expect(await producer.send({ topic, value: "x" })).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
      unwrap(await producer.init())
      expect(await producer.commit()).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
      expect(await producer.abort()).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
      unwrap(producer.begin())
      expect(producer.begin()).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
      unwrap(await producer.send({ topic, value: "open" }))
      await producer.close()
      const plain = suite.client().producer()
      unwrap(await plain.send({ topic, value: "end" }))
      expect(await read(topic, "read_committed", "end")).toEqual(["end"])
    })
  })
}
