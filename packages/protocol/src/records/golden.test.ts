// Batches built by Kafka's own MemoryRecords.
import { describe, expect, test } from "vitest"
import { fromHex, readLines } from "../testing/fixture.ts"
import { decodeBatch, decodeControlRecord, encodeBatch, encodeControlBatch, verifyCrc } from "./index.ts"

const lines = readLines<{ batch?: string; hex: string }>("serialized.jsonl").filter((line) => line.batch !== undefined)
const batches = new Map(lines.map((line) => [line.batch, fromHex(line.hex)]))

function wide(): string {
  let text = ""
  for (let index = 0; index < 300; index += 1) text += `${(index * index) % 97} and ${index % 7};`
  return text
}

const records = [
  { offset: 1000, timestamp: 1_700_000_000_000, key: null, value: Buffer.from("plain"), headers: [] },
  { offset: 1001, timestamp: 1_700_000_000_123, key: Buffer.from("key"), value: null, headers: [] },
  {
    offset: 1002,
    timestamp: 1_699_999_999_000,
    key: Buffer.from("k"),
    value: Buffer.from(wide()),
    headers: [
      { key: "h", value: Buffer.from("v") },
      { key: "null", value: null },
    ],
  },
  { offset: 1003, timestamp: 1_700_000_999_000, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
]

const producer = { producerId: 77, producerEpoch: 3, baseSequence: 9, partitionLeaderEpoch: 5, baseOffset: 1000 }

describe.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)("a %s batch of Kafka", (codec) => {
  const bytes = batches.get(codec)!

  test("has a CRC that fits and the records that went in", () => {
    expect(verifyCrc(bytes)).toBe(true)
    const { header, records: decoded } = decodeBatch(bytes)
    expect(header).toMatchObject({ codec, ...producer, lastOffsetDelta: 3, recordsCount: 4, maxTimestamp: 1_700_000_999_000 })
    expect(decoded).toEqual(records)
  })

  test("equals ours for the same records", () => {
    const ours = encodeBatch({ codec, records, ...producer })
    if (codec === "none") expect(Buffer.from(ours).toString("hex")).toBe(bytes.toString("hex"))
    expect(decodeBatch(ours).records).toEqual(records)
  })
})

describe.each(["abort", "commit"] as const)("an %s marker of Kafka", (type) => {
  const bytes = batches.get(type)!

  test("is read", () => {
    const { header, records: decoded } = decodeBatch(bytes)
    expect(header).toMatchObject({ isControl: true, isTransactional: true, producerId: 77, producerEpoch: 3, baseSequence: -1 })
    expect(decodeControlRecord(decoded[0]!)).toEqual({ type, coordinatorEpoch: 6 })
  })

  test("equals ours byte for byte", () => {
    const header = { producerId: 77, producerEpoch: 3, partitionLeaderEpoch: 5, baseOffset: 42 }
    const ours = encodeControlBatch({ type, coordinatorEpoch: 6, timestamp: 1_700_000_000_000, ...header })
    expect(Buffer.from(ours).toString("hex")).toBe(bytes.toString("hex"))
  })
})
