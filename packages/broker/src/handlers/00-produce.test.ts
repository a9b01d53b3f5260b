import { encodeBatch, rewriteBaseOffset } from "@rivven/protocol/records"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { batchOf, plain, recordsOf, Talk, utf8 } from "../testing/talk.ts"

async function stage(configs: Record<string, string> = {}) {
  const broker = await startTestBroker()
  const talk = await Talk.to(broker)
  await talk.createTopic("t", { configs })
  return {
    broker,
    talk,
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

describe("Produce", () => {
  it("answers base offsets in order and stores what it got", async () => {
    await using s = await stage()
    expect(await s.talk.produce("t", batchOf(["a", "b"]))).toMatchObject({
      error: "NONE",
      baseOffset: 0,
      logStartOffset: 0,
      logAppendTimeMs: -1,
    })
    expect(await s.talk.produce("t", batchOf(["c"]))).toMatchObject({ error: "NONE", baseOffset: 2 })
    expect(await s.talk.values("t")).toEqual(["a", "b", "c"])
  })

  it.each([1, -1])("with acks=%i answers after the disk has it", async (acks) => {
    await using s = await stage()
    expect((await s.talk.produce("t", batchOf(["a"]), { acks })).error).toBe("NONE")
    expect((await s.talk.offsetAt("t", -1)).offset).toBe(1)
  })

  it.each([2, -2, 32_767])("answers INVALID_REQUIRED_ACKS to acks=%i and appends nothing", async (acks) => {
    await using s = await stage()
    const answer = await s.talk.produce("t", batchOf(["a"]), { acks })
    expect(answer).toMatchObject({ error: "INVALID_REQUIRED_ACKS", baseOffset: -1 })
    expect(answer.message).toContain("-1, 0 or 1")
    expect(await s.talk.values("t")).toEqual([])
  })

  it("answers UNKNOWN_TOPIC_OR_PARTITION to names and indexes that do not exist", async () => {
    await using s = await stage()
    expect((await s.talk.produce("nope", batchOf(["a"]))).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    for (const partition of [1, -1, 2_147_483_647])
      expect((await s.talk.produce("t", batchOf(["a"]), { partition })).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
  })

  it("never lets clients write internal topics", async () => {
    await using s = await stage()
    expect((await s.talk.produce("__consumer_offsets", batchOf(["a"]))).error).toBe("INVALID_TOPIC_EXCEPTION")
    expect((await s.talk.produce("__cluster_metadata", batchOf(["a"]))).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
  })

  it("enforces max.message.bytes", async () => {
    await using s = await stage({ "max.message.bytes": "500" })
    expect((await s.talk.produce("t", batchOf(["x".repeat(600)]))).error).toBe("MESSAGE_TOO_LARGE")
    expect((await s.talk.produce("t", batchOf(["x".repeat(300)]))).error).toBe("NONE")
  })

  it("enforces min.insync.replicas for acks=all only", async () => {
    await using s = await stage({ "min.insync.replicas": "2" })
    expect((await s.talk.produce("t", batchOf(["a"]))).error).toBe("NOT_ENOUGH_REPLICAS")
    expect((await s.talk.produce("t", batchOf(["a"]), { acks: 1 })).error).toBe("NONE")
  })

  it("takes zstd from version 7 on only", async () => {
    await using s = await stage()
    expect((await s.talk.produce("t", batchOf(["a"], { codec: "zstd" }), { version: 6 })).error).toBe("UNSUPPORTED_COMPRESSION_TYPE")
    expect((await s.talk.produce("t", batchOf(["a"], { codec: "zstd" }), { version: 7 })).error).toBe("NONE")
  })

  it.each([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])("works in version %i", async (version) => {
    await using s = await stage()
    expect(await s.talk.produce("t", batchOf(["a"], { codec: "gzip" }), { version })).toMatchObject({ error: "NONE", baseOffset: 0 })
  })

  it.each([
    ["no records", null],
    ["empty records", new Uint8Array(0)],
    ["noise", utf8("this is not a batch, whatever it says it is; it is long enough though to have a header")],
    ["half a batch", batchOf(["abc"]).subarray(0, 65)],
    ["two batches", Buffer.concat([batchOf(["a"]), batchOf(["b"])])],
    ["a wrong checksum", withByte(batchOf(["abc"]), 62)],
    ["magic 1", withByte(batchOf(["abc"]), 16)],
    ["a lying record count", withByte(batchOf(["abc"]), 60)],
    ["an unknown codec", withByte(batchOf(["abc"]), 22, 7)],
    [
      "a control batch",
      encodeBatch({
        records: [{ timestamp: 1, key: utf8("k"), value: utf8("v") }],
        isControl: true,
        producerId: 1,
        producerEpoch: 0,
        baseSequence: 0,
      }),
    ],
    ["a transactional batch", batchOf(["a"], { isTransactional: true, producerId: 1, producerEpoch: 0, baseSequence: 0 })],
    ["a time far in the future", batchOf(["a"], { timestamp: Date.now() + 7_200_000 })],
  ])("refuses %s, and the partition and the connection go on", async (_, records) => {
    await using s = await stage()
    const answer = await s.talk.produce("t", records)
    expect(answer.error).not.toBe("NONE")
    expect(answer.baseOffset).toBe(-1)
    expect(await s.talk.produce("t", batchOf(["fine"]))).toMatchObject({ error: "NONE", baseOffset: 0 })
  })

  it("rewrites the base offset whatever the client wrote there", async () => {
    await using s = await stage()
    const batch = batchOf(["a"])
    rewriteBaseOffset(batch, 4_711)
    expect(await s.talk.produce("t", batch)).toMatchObject({ error: "NONE", baseOffset: 0 })
    expect((await s.talk.fetch("t")).records[0]?.offset).toBe(0)
  })
})

describe("idempotent producers", () => {
  const batch = (values: string[], baseSequence: number, producerEpoch = 0) =>
    batchOf(values, { producerId: 7, producerEpoch, baseSequence })

  it("answer a repeated batch with its first offset and append nothing", async () => {
    await using s = await stage()
    await s.talk.produce("t", batch(["a", "b"], 0))
    await s.talk.produce("t", batch(["c"], 2))
    expect(await s.talk.produce("t", batch(["a", "b"], 0))).toMatchObject({ error: "NONE", baseOffset: 0 })
    expect(await s.talk.values("t")).toEqual(["a", "b", "c"])
  })

  it("answer OUT_OF_ORDER_SEQUENCE_NUMBER to a gap and INVALID_PRODUCER_EPOCH to an old epoch", async () => {
    await using s = await stage()
    await s.talk.produce("t", batch(["a"], 0, 1))
    expect((await s.talk.produce("t", batch(["c"], 2, 1))).error).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER")
    expect((await s.talk.produce("t", batch(["b"], 0, 0))).error).toBe("INVALID_PRODUCER_EPOCH")
  })

  it("leave no window behind in a topic that was deleted and made again", async () => {
    await using s = await stage()
    await s.talk.produce("t", batch(["old"], 5))
    await s.talk.deleteTopic("t")
    await s.talk.createTopic("t")
    expect(await s.talk.produce("t", batch(["new"], 0))).toMatchObject({ error: "NONE", baseOffset: 0 })
    expect(await s.talk.values("t")).toEqual(["new"])
  })
})

describe("topic configs on produce", () => {
  it("answer INVALID_RECORD with the index to a keyless record on a compacted topic", async () => {
    await using s = await stage({ "cleanup.policy": "compact" })
    const records = [null, utf8("k"), null].map((key, index) => ({ timestamp: index, key, value: utf8("v") }))
    const answer = await s.talk.produce("t", encodeBatch({ records, codec: "gzip" }))
    expect(answer.error).toBe("INVALID_RECORD")
    expect(answer.recordErrors.map((one) => one.batchIndex)).toEqual([0, 2])
    expect((await s.talk.produce("t", batchOf(["v"], { key: "k" }))).error).toBe("NONE")
  })

  it.each(["gzip", "snappy", "lz4", "zstd", "uncompressed"])("compression.type %s stores batches in that codec", async (type) => {
    await using s = await stage({ "compression.type": type })
    expect((await s.talk.produce("t", batchOf(["aaaa", "bbbb"], { codec: type === "gzip" ? "zstd" : "gzip" }))).error).toBe("NONE")
    const { answer } = await s.talk.fetch("t")
    const stored = answer?.records ?? new Uint8Array(0)
    expect((stored[22] ?? 0) & 7).toBe(["uncompressed", "gzip", "snappy", "lz4", "zstd"].indexOf(type))
    expect(recordsOf(stored).map((record) => plain(record.value))).toEqual(["aaaa", "bbbb"])
  })

  it("compression.type keeps batches that are in its codec byte for byte, and sequences in the others", async () => {
    await using s = await stage({ "compression.type": "gzip" })
    const sent = batchOf(["aaaa"], { codec: "gzip" })
    const payload = Buffer.from(sent.subarray(61))
    await s.talk.produce("t", sent)
    expect(
      Buffer.from((await s.talk.fetch("t")).answer!.records!)
        .subarray(61)
        .equals(payload),
    ).toBe(true)
    const idempotent = () => batchOf(["b"], { producerId: 3, producerEpoch: 0, baseSequence: 0 })
    expect(await s.talk.produce("t", idempotent())).toMatchObject({ error: "NONE", baseOffset: 1 })
    expect(await s.talk.produce("t", idempotent())).toMatchObject({ error: "NONE", baseOffset: 1 })
  })

  it("compression.type does not launder a batch with a wrong checksum", async () => {
    await using s = await stage({ "compression.type": "zstd" })
    expect((await s.talk.produce("t", withByte(batchOf(["abcdef"]), 70))).error).toBe("CORRUPT_MESSAGE")
  })

  it("message.timestamp.type LogAppendTime answers and stores the broker's time", async () => {
    await using s = await stage({ "message.timestamp.type": "LogAppendTime" })
    const before = Date.now()
    const { logAppendTimeMs } = await s.talk.produce("t", batchOf(["a"], { timestamp: 5 }))
    expect(logAppendTimeMs).toBeGreaterThanOrEqual(before)
    expect((await s.talk.fetch("t")).records[0]?.timestamp).toBe(logAppendTimeMs)
  })
})

/** The batch with one byte changed. */
function withByte(batch: Uint8Array, at: number, value = (batch[at] ?? 0) ^ 1): Uint8Array {
  const bytes = batch.slice()
  bytes[at] = value
  return bytes
}
