import { encodeBatch, encodeControlBatch, rewriteBaseOffset } from "@rivven/protocol/records"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { BatchReader, type BatchReaderOptions } from "./batch-reader.ts"
import type { ConsumedRecord } from "./consumer/types.ts"
import type { Codec } from "./producer/types.ts"

type BatchOptions = { baseOffset: number; values: string[]; producerId?: number; isTransactional?: boolean; codec?: Codec }

const batch = ({ values, ...more }: BatchOptions) =>
  encodeBatch({
    records: values.map((value) => ({ timestamp: 1, key: null, value: Buffer.from(value), headers: [] })),
    producerEpoch: 0,
    baseSequence: 0,
    ...more,
  })

const marker = (type: "abort" | "commit", baseOffset: number, producerId: number) =>
  encodeControlBatch({ type, baseOffset, producerId, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 1 })

const options = (more: Partial<BatchReaderOptions> = {}): BatchReaderOptions => ({
  topic: "t",
  partition: 0,
  fromOffset: 0,
  isolation: "read_uncommitted",
  maxDecompressedBytes: 1_000_000,
  ...more,
})

function readAll(
  bytes: Uint8Array,
  more: Partial<BatchReaderOptions> = {},
  abortedTransactions: { producerId: number; firstOffset: number }[] = [],
) {
  const reader = new BatchReader({ records: bytes, abortedTransactions }, options(more))
  const records: ConsumedRecord[] = []
  for (;;) {
    const next = reader.next()
    if (!next.ok) return { records, reader, error: next.error }
    if (next.value === null) return { records, reader, error: null }
    records.push(...next.value)
  }
}

const valuesOf = (records: ConsumedRecord[]) => records.map(({ value }) => Buffer.from(value ?? []).toString())

describe("reading fetched bytes", () => {
  it("begins inside a batch and steps over a batch that the answer cut", () => {
    const bytes = Buffer.concat([
      batch({ baseOffset: 0, values: ["a", "b", "c"] }),
      batch({ baseOffset: 3, values: ["d"] }).subarray(0, 65),
    ])
    const { records, reader, error } = readAll(bytes, { fromOffset: 1 })
    expect(valuesOf(records)).toEqual(["b", "c"])
    expect(reader.nextOffset).toBe(3)
    expect(error).toBeNull()
  })

  it("passes control batches without showing them", () => {
    const { records, reader } = readAll(
      Buffer.concat([marker("commit", 0, 7), batch({ baseOffset: 1, values: ["a"] }), marker("abort", 2, 7)]),
    )
    expect(valuesOf(records)).toEqual(["a"])
    expect(reader.nextOffset).toBe(3)
  })

  it("hides aborted transactions from readers of committed data only, until their marker", () => {
    const bytes = Buffer.concat([
      batch({ baseOffset: 0, values: ["aborted"], producerId: 7, isTransactional: true }),
      batch({ baseOffset: 1, values: ["committed"], producerId: 8, isTransactional: true }),
      batch({ baseOffset: 2, values: ["plain"], producerId: 7 }),
      marker("abort", 3, 7),
      marker("commit", 4, 8),
      batch({ baseOffset: 5, values: ["later"], producerId: 7, isTransactional: true }),
      marker("commit", 6, 7),
    ])
    const aborted = [{ producerId: 7, firstOffset: 0 }]
    expect(valuesOf(readAll(bytes, { isolation: "read_committed" }, aborted).records)).toEqual(["committed", "plain", "later"])
    expect(valuesOf(readAll(bytes, {}, aborted).records)).toEqual(["aborted", "committed", "plain", "later"])
  })
})

describe("hostile bytes", () => {
  it("answers CORRUPT_BATCH to a flipped bit, after the good batches before it, and stays there", () => {
    const good = batch({ baseOffset: 0, values: ["a"] })
    const bad = batch({ baseOffset: 1, values: ["b"] })
    bad[bad.length - 3] = (bad[bad.length - 3] ?? 0) ^ 1
    const { records, reader, error } = readAll(Buffer.concat([good, bad]))
    expect(valuesOf(records)).toEqual(["a"])
    expect(error).toMatchObject({ code: "CORRUPT_BATCH", message: expect.stringContaining("offset 1") })
    expect(reader.next().ok).toBe(false)
  })

  it("refuses to unpack more than it may", () => {
    const bomb = batch({ baseOffset: 0, values: [Buffer.alloc(5_000_000).toString()], codec: "gzip" })
    expect(bomb.length).toBeLessThan(50_000)
    expect(readAll(bomb).error).toMatchObject({ code: "CORRUPT_BATCH" })
  })

  it("ends, and never throws, whatever the bytes", () => {
    const codecs: Codec[] = ["none", "gzip", "snappy", "lz4", "zstd"]
    const whole = fc.record({ codec: fc.constantFrom(...codecs), cuts: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }) })
    fc.assert(
      fc.property(whole, fc.boolean(), ({ codec, cuts }, isCommitted) => {
        const bytes = Buffer.concat([batch({ baseOffset: 0, values: ["a", "b"], codec }), batch({ baseOffset: 2, values: ["c"], codec })])
        for (const [at, value] of cuts) if (at < bytes.length) bytes[at] = value
        readAll(bytes, { isolation: isCommitted ? "read_committed" : "read_uncommitted" }, [{ producerId: 1, firstOffset: 0 }])
      }),
      { numRuns: 2_000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readAll(bytes)),
      { numRuns: 2_000 },
    )
  })

  it("does not go back when a batch claims an earlier offset", () => {
    const earlier = batch({ baseOffset: 0, values: ["x"] })
    rewriteBaseOffset(earlier, 3)
    const { records, reader } = readAll(Buffer.concat([batch({ baseOffset: 5, values: ["a"] }), earlier]), { fromOffset: 5 })
    expect(valuesOf(records)).toEqual(["a"])
    expect(reader.nextOffset).toBe(6)
  })
})
