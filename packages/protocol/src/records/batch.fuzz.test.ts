// Batches that lie: about counts, lengths, codecs, magic, producers and control markers, half of them under a CRC that fits the lie. Each is
// refused with a typed error, or it is a batch whose records can be written and read again.
import { isDeepStrictEqual } from "node:util"
import { describe, expect, test } from "vitest"
import { DecodeError } from "../codec-error.ts"
import { below, commitSeed, count, mutate, type Random, randomBytes, seeded } from "../testing/index.ts"
import { type BatchHeader, batchHeaderBytes, codecs, computeCrc, parseBatchHeader, verifyCrc } from "./batch.ts"
import { CompressionError } from "./compression/bounds.ts"
import { compress, decompress } from "./compression/index.ts"
import { decodeControlRecord, encodeControlBatch } from "./control.ts"
import { decodeBatch } from "./decode-batch.ts"
import { encodeBatch } from "./encode-batch.ts"
import type { KafkaRecord, RecordInput } from "./record.ts"

const inputs = count({ ci: 6_000, campaign: 10_000_000 })
const seed = commitSeed()
const maxOutputBytes = 1_048_576

function randomRecord(random: Random): RecordInput {
  const maybe = () => (random() < 0.2 ? null : randomBytes(random, below(random, 30)))
  const headers = Array.from({ length: below(random, 3) }, (_, index) => ({ key: `h${index}`, value: maybe() }))
  return { timestamp: 1_700_000_000_000 + below(random, 1_000_000), key: maybe(), value: maybe(), headers }
}

function randomBatch(random: Random): Buffer {
  if (random() < 0.1) {
    const type = random() < 0.5 ? "commit" : "abort"
    return Buffer.from(encodeControlBatch({ type, coordinatorEpoch: 3, producerId: 7, producerEpoch: 1, timestamp: 5 }))
  }
  const records = Array.from({ length: 1 + below(random, 5) }, () => randomRecord(random))
  const producer = random() < 0.5 ? { producerId: 9, producerEpoch: 1, baseSequence: below(random, 100) } : {}
  return Buffer.from(encodeBatch({ records, codec: codecs[below(random, codecs.length)], baseOffset: below(random, 2 ** 32), ...producer }))
}

/** Places and widths of the numbers in a header: length, epoch, magic, attributes, deltas, timestamps, producer, sequence, count. */
const places: readonly (readonly [at: number, bytes: 1 | 2 | 4 | 8])[] = [
  [0, 8],
  [8, 4],
  [12, 4],
  [16, 1],
  [21, 2],
  [23, 4],
  [27, 8],
  [35, 8],
  [43, 8],
  [51, 2],
  [53, 4],
  [57, 4],
]

const lies = [0n, 1n, 2n, -1n, -2n, 255n, 0x7fffn, -0x8000n, 0x7fff_ffffn, -0x8000_0000n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]

function lieInHeader(batch: Buffer, random: Random): Buffer {
  const [at, width] = places[below(random, places.length)]!
  const value = random() < 0.7 ? lies[below(random, lies.length)]! : BigInt(below(random, 2 ** 31))
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt.asIntN(64, value))
  bytes.copy(batch, at, 8 - width)
  return batch
}

/** Wounds the records themselves, and packs them again as they were packed. */
function woundRecords(batch: Buffer, random: Random): Buffer {
  const { codec = "none" } = parseBatchHeader(batch)
  const plain = mutate(decompress(codec, batch.subarray(batchHeaderBytes)), random)
  const out = Buffer.concat([batch.subarray(0, batchHeaderBytes), compress(codec, plain)])
  out.writeInt32BE(out.length - 12, 8)
  return out
}

/** Wounds what the codec wrote. */
function woundPayload(batch: Buffer, random: Random): Buffer {
  const out = Buffer.concat([batch.subarray(0, batchHeaderBytes), mutate(batch.subarray(batchHeaderBytes), random)])
  out.writeInt32BE(out.length - 12, 8)
  return out
}

const makers = [lieInHeader, woundRecords, woundPayload, mutate]

function lying(random: Random): Buffer {
  const batch = makers[below(random, makers.length)]!(randomBatch(random), random)
  if (random() < 0.5 && batch.length >= batchHeaderBytes) batch.writeUInt32BE(computeCrc(batch), 17)
  return batch
}

interface Verdict {
  readonly header: BatchHeader
  readonly records: KafkaRecord[]
}

function readOrRefuse(batch: Buffer): Verdict | undefined {
  try {
    return decodeBatch(batch, { maxOutputBytes })
  } catch (error) {
    if (error instanceof DecodeError || (error instanceof CompressionError && error.kind === "tooLarge")) return undefined
    throw error
  }
}

/** What was read is as much as was announced, and is read alike once it is written again. */
function checkReadable({ header, records }: Verdict, batch: Buffer): void {
  if (records.length !== header.recordsCount) throw new Error(`${records.length} records, announced were ${header.recordsCount}`)
  if (header.sizeBytes > batch.length || header.magic !== 2 || header.codec === undefined) throw new Error("the header cannot be")
  verifyCrc(batch)
  for (const record of header.isControl ? records : []) decodeControlRecord(record)
  const isSafe = records.every(({ offset, timestamp }) => Math.abs(offset) < 2 ** 50 && Math.abs(timestamp) < 2 ** 50)
  if (!isSafe || records.length === 0) return
  const first = records[0]!.offset
  if (records.some(({ offset }) => Math.abs(offset - first) >= 2 ** 30)) return
  const again = encodeBatch({ baseOffset: first, records: records.map((record) => ({ ...record, offsetDelta: record.offset - first })) })
  if (!isDeepStrictEqual(decodeBatch(again).records, records)) throw new Error("reads differently after it was written")
}

describe(`${inputs} lying batches, seed ${seed}`, () => {
  test("are refused with a typed error, or hold records that are the same once written again", () => {
    const random = seeded(seed)
    let readable = 0
    for (let index = 0; index < inputs; index += 1) {
      const batch = lying(random)
      try {
        const verdict = readOrRefuse(batch)
        if (!verdict) continue
        readable += 1
        checkReadable(verdict, batch)
      } catch (error) {
        throw new Error(`seed ${seed}, input ${index}: ${batch.toString("hex")}`, { cause: error })
      }
    }
    expect(readable).toBeGreaterThan(inputs / 20)
    expect(readable).toBeLessThan(inputs)
  }, 3_600_000)

  test("a changed byte behind the CRC is always noticed", () => {
    const random = seeded(seed)
    for (let index = 0; index < 500; index += 1) {
      const batch = randomBatch(random)
      const at = 21 + below(random, batch.length - 21)
      batch[at]! ^= 1 + below(random, 255)
      expect(verifyCrc(batch), `seed ${seed}, input ${index}, byte ${at}`).toBe(false)
    }
  })
})

describe.each([0, 1])("messages of magic %d", (magic) => {
  test("are refused by name, wherever they stand", () => {
    const random = seeded(seed)
    for (let index = 0; index < 200; index += 1) {
      const batch = randomBatch(random)
      batch.writeInt8(magic, 16)
      expect(() => parseBatchHeader(batch)).toThrow(`magic ${magic}, only 2 is supported`)
      expect(() => parseBatchHeader(Buffer.concat([randomBytes(random, index), batch]), index)).toThrow(DecodeError)
    }
  })
})
