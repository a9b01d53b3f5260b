import { describe, expect, test } from "vitest"
import { DecodeError } from "../codec-error.ts"
import { below, randomBytes, seeded } from "../testing/index.ts"
import {
  batchHeaderBytes,
  batchHeaders,
  batchSizeAt,
  codecs,
  decodeBatch,
  decodeControlRecord,
  encodeBatch,
  encodeControlBatch,
  parseBatchHeader,
  type RecordInput,
  rewriteAppendTime,
  rewriteBaseOffset,
  rewriteLeaderEpoch,
  verifyCrc,
} from "./index.ts"

function randomRecords(seed: number, count: number): RecordInput[] {
  const random = seeded(seed)
  const maybe = () => (random() < 0.2 ? null : randomBytes(random, below(random, 300)))
  return Array.from({ length: count }, () => ({
    timestamp: 1_700_000_000_000 + Math.round((random() - 0.5) * 1e10),
    key: maybe(),
    value: maybe(),
    headers: Array.from({ length: below(random, 3) }, (_, index) => ({ key: `h${index}-é`, value: maybe() })),
  }))
}

function faultOf(run: () => unknown): DecodeError {
  try {
    run()
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}

describe.each(codecs)("records in %s", (codec) => {
  test("come back as they went in", () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const records = randomRecords(seed, 1 + (seed % 9) * 20)
      const batch = encodeBatch({ codec, records, baseOffset: 5_000_000_000 })
      expect(verifyCrc(batch)).toBe(true)
      const decoded = decodeBatch(batch)
      expect(decoded.header).toMatchObject({ codec, recordsCount: records.length, lastOffset: 5_000_000_000 + records.length - 1 })
      expect(decoded.records).toEqual(records.map((record, index) => ({ ...record, offset: 5_000_000_000 + index })))
    }
  })
})

describe("a batch header", () => {
  const batch = encodeBatch({
    records: [
      { timestamp: 2_000, key: null, value: Buffer.from("a") },
      { timestamp: 1_000, key: null, value: null, offsetDelta: 7 },
    ],
    baseOffset: 40,
    partitionLeaderEpoch: 3,
    producerId: 9,
    producerEpoch: 2,
    baseSequence: 11,
    isTransactional: true,
  })

  test("tells everything without looking at a record", () => {
    expect(parseBatchHeader(batch)).toEqual({
      sizeBytes: batch.byteLength,
      baseOffset: 40,
      partitionLeaderEpoch: 3,
      magic: 2,
      crc: Buffer.from(batch).readUInt32BE(17),
      codecId: 0,
      codec: "none",
      timestampType: "create",
      isTransactional: true,
      isControl: false,
      hasDeleteHorizon: false,
      lastOffsetDelta: 7,
      lastOffset: 47,
      baseTimestamp: 2_000,
      maxTimestamp: 2_000,
      producerId: 9,
      producerEpoch: 2,
      baseSequence: 11,
      recordsCount: 2,
    })
    expect(decodeBatch(batch).records.map((record) => record.offset)).toEqual([40, 47])
  })

  test("base offset and leader epoch are rewritten in place without touching the CRC", () => {
    const copy = Buffer.concat([Buffer.alloc(3), batch])
    rewriteBaseOffset(copy, 8_589_934_599, 3)
    rewriteLeaderEpoch(copy, 12, 3)
    expect(verifyCrc(copy, 3)).toBe(true)
    expect(parseBatchHeader(copy, 3)).toMatchObject({ baseOffset: 8_589_934_599, partitionLeaderEpoch: 12, lastOffset: 8_589_934_606 })
  })

  test("the broker's clock replaces every timestamp and renews the CRC", () => {
    const copy = Buffer.from(batch)
    rewriteAppendTime(copy, 9_000)
    expect(verifyCrc(copy)).toBe(true)
    expect(parseBatchHeader(copy)).toMatchObject({ timestampType: "append", maxTimestamp: 9_000, isTransactional: true })
    expect(decodeBatch(copy).records.map((record) => record.timestamp)).toEqual([9_000, 9_000])
  })

  test("one flipped bit anywhere from the attributes on is noticed", () => {
    for (let at = 21; at < batch.byteLength; at += 1) {
      const copy = Buffer.from(batch)
      copy[at]! ^= 4
      expect(verifyCrc(copy), `byte ${at}`).toBe(false)
    }
  })

  test.each([
    { what: "a magic of 1", offset: 16, bytes: [1], reason: "batch has magic 1, only 2 is supported" },
    { what: "a length below the header", offset: 8, bytes: [0, 0, 0, 48], reason: "batch of 60 bytes is smaller than its header" },
    { what: "a negative length", offset: 8, bytes: [255, 255, 255, 0], reason: "batch of -244 bytes is smaller than its header" },
    { what: "a length beyond the bytes", offset: 8, bytes: [1, 0, 0, 0], reason: `batch of 16777228 bytes, ${batch.byteLength} are left` },
  ])("$what is refused", ({ offset, bytes, reason }) => {
    const copy = Buffer.from(batch)
    copy.set(bytes, offset)
    expect(faultOf(() => parseBatchHeader(copy))).toMatchObject({ reason, offset })
  })

  test("a cut header is refused, and a cut length is no size", () => {
    expect(faultOf(() => parseBatchHeader(batch.subarray(0, 60))).reason).toBe(`batch header needs ${batchHeaderBytes} bytes, 60 are left`)
    expect(batchSizeAt(batch.subarray(0, 11))).toBeUndefined()
    expect(batchSizeAt(batch)).toBe(batch.byteLength)
  })
})

describe("a row of batches", () => {
  const batches = [1, 2, 3].map((count) => encodeBatch({ records: randomRecords(count, count), baseOffset: count * 10 }))
  const row = Buffer.concat(batches)

  test("is walked header by header", () => {
    const found = [...batchHeaders(row)]
    expect(found.map(({ header }) => header.baseOffset)).toEqual([10, 20, 30])
    expect(found.map(({ at }) => at)).toEqual([0, batches[0]!.byteLength, batches[0]!.byteLength + batches[1]!.byteLength])
  })

  test("ends silently where fetched data was cut", () => {
    for (const cut of [1, 20, batches[2]!.byteLength - 1]) expect([...batchHeaders(row.subarray(0, row.byteLength - cut))]).toHaveLength(2)
  })
})

describe("hostile batches", () => {
  test("a record count that the bytes cannot hold is refused before anything is decoded", () => {
    const batch = Buffer.from(encodeBatch({ records: randomRecords(1, 2) }))
    batch.writeInt32BE(2_000_000_000, 57)
    expect(faultOf(() => decodeBatch(batch)).path).toBe("/batch/recordsCount")
    batch.writeInt32BE(1, 57)
    expect(faultOf(() => decodeBatch(batch)).reason).toContain("bytes behind the last record")
  })

  test("an unknown codec is refused by number", () => {
    const batch = Buffer.from(encodeBatch({ records: randomRecords(1, 1) }))
    batch.writeInt16BE(5, 21)
    expect(faultOf(() => decodeBatch(batch)).reason).toBe("codec 5 is unknown")
  })

  test.each(codecs)("mutated records in %s give records or a DecodeError, nothing else", (codec) => {
    const random = seeded(77)
    const good = encodeBatch({ codec, records: randomRecords(3, 5) })
    for (let index = 0; index < 2_000; index += 1) {
      const bad = Buffer.from(good)
      for (let wounds = 1 + below(random, 3); wounds > 0; wounds -= 1) bad[57 + below(random, bad.length - 57)] = below(random, 256)
      try {
        decodeBatch(bad)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw new Error(`${codec}: ${bad.toString("hex")}`, { cause: error })
      }
    }
  })

  test("more output than allowed is an error of its own kind", () => {
    const batch = encodeBatch({ codec: "zstd", records: [{ timestamp: 0, key: null, value: Buffer.alloc(1_000_000) }] })
    expect(() => decodeBatch(batch, { maxOutputBytes: 1_000 })).toThrow(expect.objectContaining({ kind: "tooLarge" }))
  })

  test("a batch of nothing cannot be made", () => {
    expect(() => encodeBatch({ records: [] })).toThrow(RangeError)
  })
})

describe("control batches", () => {
  test("round-trip through one record of one offset", () => {
    const batch = encodeControlBatch({
      type: "commit",
      coordinatorEpoch: 4,
      timestamp: 5,
      producerId: 7,
      producerEpoch: 1,
      baseOffset: 100,
    })
    const { header, records } = decodeBatch(batch)
    expect(header).toMatchObject({ isControl: true, isTransactional: true, recordsCount: 1, lastOffset: 100, baseSequence: -1 })
    expect(decodeControlRecord(records[0]!)).toEqual({ type: "commit", coordinatorEpoch: 4 })
  })

  test("records of other control types are no markers", () => {
    const record = { offset: 0, timestamp: 0, headers: [], key: Buffer.from([0, 0, 0, 3]), value: Buffer.alloc(6) }
    expect(decodeControlRecord(record)).toBeUndefined()
    expect(decodeControlRecord({ ...record, key: null })).toBeUndefined()
    expect(decodeControlRecord({ ...record, key: Buffer.from([0]) })).toBeUndefined()
  })
})
