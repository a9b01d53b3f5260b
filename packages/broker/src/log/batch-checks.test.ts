import { encodeBatch, rewriteAppendTime, writeBatchHeader } from "@rivven/protocol/records"
import { expect, test } from "vitest"
import { batchOf, startTime } from "../testing/log-fixture.ts"
import { type CheckContext, checkBatch } from "./batch-checks.ts"
import { defaultLogConfig, type LogConfig } from "./model.ts"

function answer(batch: Uint8Array, config: Partial<LogConfig> = {}, origin: CheckContext["origin"] = "client"): string {
  const result = checkBatch(batch, { config: { ...defaultLogConfig, ...config }, nowMs: startTime, origin })
  return result.ok ? "ok" : result.error
}

const fields = {
  attributes: 0,
  baseOffset: 0,
  partitionLeaderEpoch: -1,
  lastOffsetDelta: 0,
  baseTimestamp: startTime,
  maxTimestamp: startTime,
  producerId: -1,
  producerEpoch: -1,
  baseSequence: -1,
  recordsCount: 1,
}

/** A batch whose header says something else, with a CRC that fits. */
function lying(change: Partial<typeof fields>): Uint8Array {
  const batch = batchOf([1])
  writeBatchHeader(batch, { ...fields, ...change })
  return batch
}

test("takes a batch as clients send it", () => {
  expect(answer(batchOf([1, 2, 3]))).toBe("ok")
  for (const codec of ["gzip", "snappy", "lz4", "zstd"] as const) expect(answer(batchOf([1, 2, 3], { codec })), codec).toBe("ok")
})

test("refuses what is not exactly one batch of magic 2", () => {
  const batch = batchOf([1])
  for (const bytes of [new Uint8Array(0), batch.subarray(0, 60), batch.subarray(0, -1), Buffer.concat([batch, batch]), batch.with(16, 1)]) {
    expect(answer(Uint8Array.from(bytes))).toBe("CORRUPT_MESSAGE")
  }
})

test("refuses a flipped bit anywhere behind the CRC, and in it", () => {
  const batch = batchOf([1])
  for (let at = 17; at < batch.length; at++)
    expect(answer(Uint8Array.from(batch).with(at, (batch[at] ?? 0) ^ 4)), `byte ${at}`).toBe("CORRUPT_MESSAGE")
})

test("refuses a batch above max.message.bytes, unless the broker wrote it", () => {
  const batch = batchOf([1], { padding: 500 })
  expect(answer(batch, { maxMessageBytes: batch.length })).toBe("ok")
  expect(answer(batch, { maxMessageBytes: batch.length - 1 })).toBe("MESSAGE_TOO_LARGE")
  expect(answer(batch, { maxMessageBytes: batch.length - 1 }, "internal")).toBe("ok")
})

test("refuses unknown codecs", () => {
  for (const attributes of [5, 6, 7]) expect(answer(lying({ attributes }))).toBe("UNSUPPORTED_COMPRESSION_TYPE")
})

test("refuses counts that do not fit together", () => {
  for (const change of [{ recordsCount: 0 }, { recordsCount: -1 }, { lastOffsetDelta: 5 }, { lastOffsetDelta: -1, recordsCount: 0 }]) {
    expect(answer(lying(change)), JSON.stringify(change)).toBe("INVALID_RECORD")
  }
})

test("refuses control batches and halves of an idempotent header from clients", () => {
  expect(answer(lying({ attributes: 0x20 }))).toBe("INVALID_RECORD")
  expect(answer(lying({ attributes: 0x20 }), {}, "internal")).toBe("ok")
  expect(answer(lying({ producerId: 5 }))).toBe("INVALID_RECORD")
  expect(answer(lying({ producerId: 5, producerEpoch: 0 }))).toBe("INVALID_RECORD")
  expect(answer(lying({ producerId: -2 }))).toBe("INVALID_RECORD")
  expect(answer(lying({ attributes: 0x10 }))).toBe("INVALID_RECORD")
})

test("refuses a transactional batch, because no transaction is open", () => {
  expect(answer(lying({ attributes: 0x10, producerId: 5, producerEpoch: 0, baseSequence: 0 }))).toBe("INVALID_TXN_STATE")
})

test("holds producers' timestamps to the topic's bounds", () => {
  const config = { timestampAfterMaxMs: 1_000, timestampBeforeMaxMs: 5_000 }
  expect(answer(batchOf([1], { timestamp: startTime + 1_000 }), config)).toBe("ok")
  expect(answer(batchOf([1], { timestamp: startTime + 1_001 }), config)).toBe("INVALID_TIMESTAMP")
  expect(answer(batchOf([1], { timestamp: startTime - 5_001 }), config)).toBe("INVALID_TIMESTAMP")
  expect(answer(batchOf([1], { timestamp: -1 }), config)).toBe("ok")
  expect(answer(batchOf([1], { timestamp: startTime + 9_999 }), { ...config, timestampType: "LogAppendTime" })).toBe("ok")
})

test("refuses append time from a producer of a topic that keeps the producer's", () => {
  const batch = encodeBatch({ records: [{ timestamp: startTime, key: null, value: null, headers: [] }] })
  rewriteAppendTime(batch, startTime)
  expect(answer(batch)).toBe("INVALID_TIMESTAMP")
  expect(answer(batch, { timestampType: "LogAppendTime" })).toBe("ok")
})

test("refuses timestamps beyond 2^53", () => {
  const batch = batchOf([1])
  new DataView(batch.buffer, batch.byteOffset).setBigInt64(35, 2n ** 60n)
  const withCrc = lying({ maxTimestamp: 2 ** 60 })
  expect(answer(withCrc)).toBe("INVALID_TIMESTAMP")
})

test("refuses a count of records that the payload cannot hold: the log would jump over offsets nobody wrote", () => {
  expect(answer(lying({ recordsCount: 0x7fff_ffff, lastOffsetDelta: 0x7fff_fffe }))).toBe("CORRUPT_MESSAGE")
  expect(answer(lying({ recordsCount: 100, lastOffsetDelta: 99 }))).toBe("CORRUPT_MESSAGE")
  expect(answer(lying({ attributes: 4, recordsCount: 0x7fff_ffff, lastOffsetDelta: 0x7fff_fffe }))).toBe("CORRUPT_MESSAGE")
})
