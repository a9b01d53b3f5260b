/** Records of one batch. Most of the broker never calls this: batches stay opaque on the way from producer to consumer. */
import { DecodeError } from "../codec-error.ts"
import { type BatchHeader, batchHeaderBytes, parseBatchHeader } from "./batch.ts"
import { CompressionError } from "./compression/bounds.ts"
import { type DecompressOptions, decompress } from "./compression/index.ts"
import { type KafkaRecord, RecordReader } from "./record.ts"

export interface DecodedBatch {
  readonly header: BatchHeader
  readonly records: KafkaRecord[]
}

/** Fewest bytes of a record: length, attributes, two deltas, two nulls, no headers. */
const leastRecordBytes = 7

/**
 * Decodes the batch that starts at the first byte; more may follow it. The CRC is not checked (`verifyCrc`).
 * Throws `DecodeError` on anything that is not a batch, `CompressionError` kind `tooLarge` on more output than allowed.
 */
export function decodeBatch(bytes: Uint8Array, options: DecompressOptions = {}): DecodedBatch {
  const header = parseBatchHeader(bytes)
  const payload = bytes.subarray(batchHeaderBytes, header.sizeBytes)
  return { header, records: readRecords(header, plainOf(header, payload, options)) }
}

function plainOf(header: BatchHeader, payload: Uint8Array, options: DecompressOptions): Uint8Array {
  if (!header.codec) throw new DecodeError({ reason: `codec ${header.codecId} is unknown`, path: "/batch/attributes", offset: 21 })
  try {
    return decompress(header.codec, payload, options)
  } catch (error) {
    if (error instanceof CompressionError && error.kind === "corrupt") {
      throw new DecodeError({ reason: error.message, path: "/batch/records", offset: batchHeaderBytes })
    }
    throw error
  }
}

function readRecords(header: BatchHeader, plain: Uint8Array): KafkaRecord[] {
  const { recordsCount, baseOffset, baseTimestamp, maxTimestamp, timestampType } = header
  if (recordsCount < 0 || recordsCount * leastRecordBytes > plain.byteLength) {
    throw new DecodeError({
      reason: `${recordsCount} records do not fit into ${plain.byteLength} bytes`,
      path: "/batch/recordsCount",
      offset: 57,
    })
  }
  const reader = new RecordReader(plain, header.codec === "none" ? batchHeaderBytes : 0)
  const records: KafkaRecord[] = []
  for (let index = 0; index < recordsCount; index += 1) {
    const record = reader.read(baseOffset, baseTimestamp)
    records.push(timestampType === "append" ? { ...record, timestamp: maxTimestamp } : record)
  }
  if (reader.left > 0)
    throw new DecodeError({ reason: `${reader.left} bytes behind the last record`, path: "/batch/records", offset: header.sizeBytes })
  return records
}
