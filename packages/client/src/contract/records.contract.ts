import { describe, expect, it } from "vitest"
import { unwrap } from "../errors.ts"
import { partitionOfKey } from "../producer/partitioner.ts"
import type { Codec, ProducerRecord } from "../producer/types.ts"
import { consumeUntil, type Suite, text } from "./target.ts"

const codecs: Codec[] = ["none", "gzip", "snappy", "lz4", "zstd"]

export function recordsContract(suite: Suite): void {
  describe("records", () => {
    it.each(codecs)("round-trip with codec %s: keys, nulls, headers, times, sizes", async (codec) => {
      const client = suite.client()
      const topic = await suite.topic(3)
      const records: ProducerRecord[] = Array.from({ length: 300 }, (_, i) => ({
        topic,
        key: i % 4 === 0 ? null : `key-${i % 17}`,
        value: i % 10 === 0 ? null : Buffer.alloc(i % 50 === 1 ? 100_000 : i, i % 251),
        headers:
          i % 3 === 0
            ? [
                { key: "h", value: Buffer.from(`${i}`) },
                { key: "empty", value: null },
              ]
            : [],
        timestamp: 1_700_000_000_000 + i,
      }))
      const results = (await client.producer({ codec, lingerMs: 1 }).sendAll(records)).map((result) => unwrap(result))
      const consumer = client.consumer({ offsetReset: "earliest" })
      consumer.assign([0, 1, 2].map((partition) => ({ topic, partition })))
      const consumed = await consumeUntil(consumer, (got) => got.length >= records.length)
      const byPlace = new Map(consumed.map((record) => [`${record.partition}/${record.offset}`, record]))
      expect(byPlace.size).toBe(records.length)
      records.forEach((record, i) => {
        const { partition, offset } = results[i]!
        const got = byPlace.get(`${partition}/${offset}`)!
        expect(text(got.key)).toBe(record.key)
        expect(got.value === null ? null : Buffer.from(got.value)).toEqual(record.value)
        expect(got.headers.map(({ key, value }) => [key, text(value)])).toEqual(
          (record.headers ?? []).map(({ key, value }) => [key, text(value)]),
        )
        expect(got.timestamp).toBe(record.timestamp)
        if (typeof record.key === "string") expect(partition).toBe(partitionOfKey(Buffer.from(record.key), 3))
      })
    })

    it("are cut off at the beginning, one result per partition", async () => {
      const client = suite.client()
      const topic = await suite.topic(2)
      const { topics, offsets } = client.admin
      await client.producer().sendAll(Array.from({ length: 20 }, (_, i) => ({ topic, partition: i % 2, value: `${i}` })))
      const cut = await topics.deleteRecords([
        { topic, partition: 0, before: 4 },
        { topic, partition: 1, before: "latest" },
        { topic: "nowhere", partition: 0, before: 1 },
        { topic, partition: 7, before: -1 },
      ])
      expect(cut).toMatchObject([
        { ok: true, value: { startOffset: 4 } },
        { ok: true, value: { startOffset: 10 } },
        { ok: false, error: { code: "UNKNOWN_TOPIC_OR_PARTITION", path: "/2" } },
        { ok: false, error: { code: "BAD_INPUT", path: "/3" } },
      ])
      const earliest = await offsets.list([0, 1].map((partition) => ({ topic, partition, at: "earliest" as const })))
      expect(earliest).toMatchObject([{ value: { offset: 4 } }, { value: { offset: 10 } }])
      expect(await topics.deleteRecords([{ topic, partition: 0, before: 11 }])).toMatchObject([{ error: { code: "OFFSET_OUT_OF_RANGE" } }])
      const twice = await topics.deleteRecords([5, 6].map((before) => ({ topic, partition: 0, before })))
      expect(twice).toMatchObject([{ error: { code: "BAD_INPUT" } }, { error: { code: "BAD_INPUT" } }])
    })

    it.each([
      ["acks 0", { acks: 0 as const }],
      ["acks 1", { acks: 1 as const }],
      ["acks -1 without idempotence", { isIdempotent: false }],
    ])("arrive with %s", async (_, options) => {
      const client = suite.client()
      const topic = await suite.topic(1)
      const results = await client.producer(options).sendAll(Array.from({ length: 50 }, (_unused, i) => ({ topic, value: `${i}` })))
      expect(results.every(({ ok }) => ok)).toBe(true)
      const consumer = client.consumer({ offsetReset: "earliest" })
      consumer.assign([{ topic, partition: 0 }])
      const consumed = await consumeUntil(consumer, (got) => got.length >= 50)
      expect(consumed.map(({ value }) => text(value))).toEqual(Array.from({ length: 50 }, (_unused, i) => `${i}`))
    })

    it("keep the order of their partition under load, with several requests in flight", async () => {
      const client = suite.client()
      const topic = await suite.topic(2)
      const count = 20_000
      const producer = client.producer({ batchBytes: 2_000, lingerMs: 0, bufferBytes: 300_000 })
      const results = await producer.sendAll(Array.from({ length: count }, (_, i) => ({ topic, partition: i % 2, value: `${i}` })))
      expect(results.filter(({ ok }) => !ok)).toEqual([])
      const consumer = client.consumer({ offsetReset: "earliest", maxBufferedBytes: 50_000, maxPartitionBytes: 10_000 })
      consumer.assign([0, 1].map((partition) => ({ topic, partition })))
      const consumed = await consumeUntil(consumer, (got) => got.length >= count, 60_000)
      for (const partition of [0, 1]) {
        const values = consumed.filter((record) => record.partition === partition).map(({ value }) => Number(text(value)))
        expect(values).toEqual(Array.from({ length: count / 2 }, (_, i) => i * 2 + partition))
      }
    })

    it("too large for the topic are refused one by one: the others of their batch arrive", async () => {
      const client = suite.client()
      const topic = await suite.topic(1, { "max.message.bytes": "2000" })
      const sizes = [100, 200, 5_000, 300, 400]
      const producer = client.producer({ lingerMs: 20 })
      const results = await producer.sendAll(sizes.map((size) => ({ topic, value: Buffer.alloc(size) })))
      expect(results.map((result) => (result.ok ? "ok" : result.error.code))).toEqual(["ok", "ok", "MESSAGE_TOO_LARGE", "ok", "ok"])
      const again = await producer.send({ topic, value: "after" })
      expect(again.ok).toBe(true)
      const consumer = client.consumer({ offsetReset: "earliest" })
      consumer.assign([{ topic, partition: 0 }])
      const consumed = await consumeUntil(consumer, (got) => got.length >= 5)
      expect(consumed.map(({ value }) => value?.length)).toEqual([100, 200, 300, 400, 5])
    })

    it("without a key spread over all partitions", async () => {
      const client = suite.client()
      const topic = await suite.topic(4)
      const producer = client.producer({ lingerMs: 0, batchBytes: 1_000 })
      for (let i = 0; i < 40; i++) await producer.sendAll(Array.from({ length: 5 }, () => ({ topic, value: Buffer.alloc(100) })))
      const ends = await client.admin.offsets.list([0, 1, 2, 3].map((partition) => ({ topic, partition, at: "latest" as const })))
      expect(ends.every((end) => end.ok && (end.value.offset ?? 0) > 0)).toBe(true)
    })
  })

  describe("an assigned consumer", () => {
    async function filled(partitions = 1) {
      const client = suite.client()
      const topic = await suite.topic(partitions)
      const records = Array.from({ length: 100 * partitions }, (_, i) => ({
        topic,
        partition: i % partitions,
        value: `${i}`,
        timestamp: 1_000 * i,
      }))
      await client.producer().sendAll(records)
      return { client, topic }
    }

    it("seeks to an offset inside a batch, and to a time", async () => {
      const { client, topic } = await filled()
      const consumer = client.consumer({ offsetReset: "earliest" })
      const here = { topic, partition: 0 }
      consumer.assign([here])
      expect(consumer.seek(here, 42).ok).toBe(true)
      expect((await consumeUntil(consumer, (got) => got.length > 0))[0]?.offset).toBe(42)
      expect(await consumer.seekTo([here], { timestamp: 70_500 })).toEqual([{ ok: true, value: 71 }])
      expect((await consumeUntil(consumer, (got) => got.length > 0))[0]?.offset).toBe(71)
      expect(await consumer.seekTo([here], { timestamp: 10_000_000 })).toEqual([{ ok: true, value: 100 }])
      expect(await consumer.seekTo([here], "earliest")).toEqual([{ ok: true, value: 0 }])
      expect((await consumeUntil(consumer, (got) => got.length >= 100)).map(({ offset }) => offset)).toEqual(
        Array.from({ length: 100 }, (_, i) => i),
      )
      expect(consumer.position(here)).toBe(100)
    })

    it("gives nothing of a paused partition and goes on where it was", async () => {
      const { client, topic } = await filled(2)
      const consumer = client.consumer({ offsetReset: "earliest", maxPollRecords: 10 })
      const [first, second] = [
        { topic, partition: 0 },
        { topic, partition: 1 },
      ]
      consumer.assign([first, second])
      consumer.pause([first])
      const meanwhile = await consumeUntil(consumer, (got) => got.length >= 100)
      expect(meanwhile.every(({ partition }) => partition === 1)).toBe(true)
      consumer.resume([first])
      const rest = await consumeUntil(consumer, (got) => got.length >= 100)
      expect(rest.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    })

    it("follows the reset policy outside the log: to an end, or stops and says so", async () => {
      const { client, topic } = await filled()
      const here = { topic, partition: 0 }
      const none = client.consumer({ offsetReset: "none" })
      none.assign([here])
      none.seek(here, 5_000)
      const polled = await none.poll({ timeoutMs: 10_000 })
      expect(polled.failures).toMatchObject([{ topic, partition: 0, error: { code: "OFFSET_OUT_OF_RANGE" } }])
      expect((await none.poll({ timeoutMs: 50 })).failures).toEqual([])
      none.seek(here, 99)
      expect(await consumeUntil(none, (got) => got.length > 0)).toHaveLength(1)
      const earliest = client.consumer({ offsetReset: "earliest" })
      earliest.assign([here])
      earliest.seek(here, 5_000)
      expect((await consumeUntil(earliest, (got) => got.length > 0))[0]?.offset).toBe(0)
    })

    it("gets on with good partitions while another does not exist", async () => {
      const { client, topic } = await filled()
      const consumer = client.consumer({ offsetReset: "earliest" })
      consumer.assign([
        { topic: "nowhere", partition: 0 },
        { topic, partition: 0 },
      ])
      expect(await consumeUntil(consumer, (got) => got.length >= 100)).toHaveLength(100)
    })

    it("commits and finds again what it committed, with metadata and leader epoch", async () => {
      const { client, topic } = await filled()
      const groupId = suite.name("assigned")
      const here = { topic, partition: 0 }
      const consumer = client.consumer({ groupId, offsetReset: "earliest", maxPollRecords: 30 })
      consumer.assign([here])
      await consumeUntil(consumer, (got) => got.length >= 30)
      expect(await consumer.commit()).toMatchObject([{ topic, partition: 0, offset: 30, leaderEpoch: 0, result: { ok: true } }])
      expect(await consumer.commit([{ ...here, offset: 31, metadata: "m" }])).toMatchObject([{ result: { ok: true } }])
      expect(await consumer.committed([here])).toMatchObject([{ ok: true, value: { offset: 31, metadata: "m" } }])
      const next = client.consumer({ groupId, offsetReset: "none" })
      next.assign([here])
      expect((await consumeUntil(next, (got) => got.length > 0))[0]?.offset).toBe(31)
    })
  })
}
