/** Whole batches from records: what producers send and what internal logs append. */
import { batchHeaderBytes, type Codec, codecs, writeBatchHeader } from "./batch.ts"
import { compress } from "./compression/index.ts"
import { type RecordInput, RecordWriter } from "./record.ts"

export interface BatchInput {
  /** At least one. */
  readonly records: readonly RecordInput[]
  readonly codec?: Codec
  readonly compressionLevel?: number
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
  /** -1, -1, -1 when the producer is not idempotent. */
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly baseSequence?: number
  readonly isTransactional?: boolean
  readonly isControl?: boolean
  readonly timestampType?: "create" | "append"
  /** Where the batch ends, when it does not end with its last record: a batch that lost records keeps its offsets. */
  readonly lastOffsetDelta?: number
  /** From then on, in ms, compaction may drop the tombstones or the marker of the batch; it takes the place of the base timestamp. */
  readonly deleteHorizonMs?: number
}

export function encodeBatch(input: BatchInput): Uint8Array {
  const { records, codec = "none" } = input
  const [first, last] = [records[0], records.at(-1)]
  if (!first || !last) throw new RangeError("a batch needs at least one record")
  const writer = new RecordWriter(batchHeaderBytes, records.length * 64)
  const baseTimestamp = input.deleteHorizonMs ?? first.timestamp
  let maxTimestamp = first.timestamp
  records.forEach((record, index) => {
    writer.write(record, record.offsetDelta ?? index, record.timestamp - baseTimestamp)
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp
  })
  const batch = codec === "none" ? writer.finish() : packed(writer.finish(), codec, input.compressionLevel)
  writeBatchHeader(batch, {
    attributes: attributesOf(input, codec),
    baseOffset: input.baseOffset ?? 0,
    partitionLeaderEpoch: input.partitionLeaderEpoch ?? -1,
    lastOffsetDelta: input.lastOffsetDelta ?? last.offsetDelta ?? records.length - 1,
    baseTimestamp,
    maxTimestamp,
    producerId: input.producerId ?? -1,
    producerEpoch: input.producerEpoch ?? -1,
    baseSequence: input.baseSequence ?? -1,
    recordsCount: records.length,
  })
  return batch
}

function packed(plain: Buffer, codec: Codec, level: number | undefined): Uint8Array {
  const payload = compress(codec, plain.subarray(batchHeaderBytes), level === undefined ? {} : { level })
  const batch = Buffer.allocUnsafe(batchHeaderBytes + payload.byteLength)
  batch.set(payload, batchHeaderBytes)
  return batch
}

function attributesOf({ isTransactional, isControl, timestampType, deleteHorizonMs }: BatchInput, codec: Codec): number {
  const flags = (timestampType === "append" ? 8 : 0) | (isTransactional ? 16 : 0) | (isControl ? 32 : 0)
  return codecs.indexOf(codec) | flags | (deleteHorizonMs === undefined ? 0 : 64)
}
