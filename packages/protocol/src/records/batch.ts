/**
 * Headers of record batches, magic 2. Reading looks at nothing behind the header, so a compressed batch stays as it is.
 * The CRC covers byte 21 to the end: base offset and leader epoch are rewritten in place without touching it.
 */
import { DecodeError } from "../codec-error.ts"
import { crc32c } from "./crc32c.ts"

/** Bytes before the first record. */
export const batchHeaderBytes = 61
/** Bytes that `batchLength` does not count: base offset and the length itself. */
export const batchLengthOverhead = 12
const crcAt = 17
const crcFrom = 21

export const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const
export type Codec = (typeof codecs)[number]

export interface BatchHeader {
  /** Bytes of the whole batch. */
  readonly sizeBytes: number
  readonly baseOffset: number
  readonly partitionLeaderEpoch: number
  readonly magic: number
  readonly crc: number
  /** Number of the codec, 0-7; `codecs` names 0-4. */
  readonly codecId: number
  /** Undefined when the codec is unknown. */
  readonly codec: Codec | undefined
  readonly timestampType: "create" | "append"
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly hasDeleteHorizon: boolean
  readonly lastOffsetDelta: number
  /** baseOffset + lastOffsetDelta. */
  readonly lastOffset: number
  /** Milliseconds; beyond ±2^53 rounded, for the caller to refuse. */
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  /** -1 when the producer is not idempotent. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordsCount: number
}

/**
 * Size of the batch at `at`, or undefined when fewer than 12 bytes are left. It may exceed what is left, and may be too small for a
 * header; `parseBatchHeader` refuses both.
 */
export function batchSizeAt(bytes: Uint8Array, at = 0): number | undefined {
  if (bytes.byteLength - at < batchLengthOverhead) return undefined
  return viewOf(bytes).getInt32(at + 8) + batchLengthOverhead
}

/** Throws `DecodeError` when the batch is cut, too small for a header, or not of magic 2. Nothing else is judged. */
export function parseBatchHeader(bytes: Uint8Array, at = 0): BatchHeader {
  const view = viewOf(bytes)
  const left = bytes.byteLength - at
  if (left < batchHeaderBytes) throw fault(`batch header needs ${batchHeaderBytes} bytes, ${left} are left`, at)
  const sizeBytes = view.getInt32(at + 8) + batchLengthOverhead
  const magic = view.getInt8(at + 16)
  if (magic !== 2) throw fault(`batch has magic ${magic}, only 2 is supported`, at + 16)
  if (sizeBytes < batchHeaderBytes) throw fault(`batch of ${sizeBytes} bytes is smaller than its header`, at + 8)
  if (sizeBytes > left) throw fault(`batch of ${sizeBytes} bytes, ${left} are left`, at + 8)
  const attributes = view.getInt16(at + 21)
  const baseOffset = int64At(view, at)
  const lastOffsetDelta = view.getInt32(at + 23)
  return {
    sizeBytes,
    baseOffset,
    partitionLeaderEpoch: view.getInt32(at + 12),
    magic,
    crc: view.getUint32(at + crcAt),
    codecId: attributes & 7,
    codec: codecs[attributes & 7],
    timestampType: attributes & 8 ? "append" : "create",
    isTransactional: (attributes & 16) !== 0,
    isControl: (attributes & 32) !== 0,
    hasDeleteHorizon: (attributes & 64) !== 0,
    lastOffsetDelta,
    lastOffset: baseOffset + lastOffsetDelta,
    baseTimestamp: int64At(view, at + 27),
    maxTimestamp: int64At(view, at + 35),
    producerId: int64At(view, at + 43),
    producerEpoch: view.getInt16(at + 51),
    baseSequence: view.getInt32(at + 53),
    recordsCount: view.getInt32(at + 57),
  }
}

export interface LocatedBatch {
  readonly at: number
  readonly header: BatchHeader
}

/**
 * Headers of batches that follow each other. A batch cut by the end of `bytes` ends the walk silently, as fetched data may end anywhere;
 * anything else that is wrong throws `DecodeError`.
 */
export function* batchHeaders(bytes: Uint8Array, from = 0): Generator<LocatedBatch> {
  let at = from
  for (let size = batchSizeAt(bytes, at); size !== undefined && size <= bytes.byteLength - at; size = batchSizeAt(bytes, at)) {
    const header = parseBatchHeader(bytes, at)
    yield { at, header }
    at += header.sizeBytes
  }
}

/** CRC-32C of one whole batch, as it should be. */
export function computeCrc(batch: Uint8Array): number {
  return crc32c(batch.subarray(crcFrom))
}

/** Does the stored CRC fit the bytes of the batch at `at`? The header must have been parsed. */
export function verifyCrc(bytes: Uint8Array, at = 0): boolean {
  const size = batchSizeAt(bytes, at) ?? 0
  return viewOf(bytes).getUint32(at + crcAt) === crc32c(bytes.subarray(at + crcFrom, at + size))
}

/** In place, outside the CRC. */
export function rewriteBaseOffset(bytes: Uint8Array, baseOffset: number, at = 0): void {
  const view = viewOf(bytes)
  const high = Math.floor(baseOffset / 4_294_967_296)
  view.setInt32(at, high)
  view.setUint32(at + 4, baseOffset - high * 4_294_967_296)
}

/** In place, outside the CRC. */
export function rewriteLeaderEpoch(bytes: Uint8Array, epoch: number, at = 0): void {
  viewOf(bytes).setInt32(at + 12, epoch)
}

/** Stamps a batch with the broker's clock (LogAppendTime): timestamp type, largest timestamp, and a new CRC. */
export function rewriteAppendTime(batch: Uint8Array, timestampMs: number): void {
  const view = viewOf(batch)
  view.setInt16(crcFrom, view.getInt16(crcFrom) | 8)
  view.setBigInt64(35, BigInt(timestampMs))
  view.setUint32(crcAt, computeCrc(batch))
}

export interface HeaderFields {
  readonly attributes: number
  readonly baseOffset: number
  readonly partitionLeaderEpoch: number
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordsCount: number
}

/** Fills the header of a batch whose records are in place, CRC last. */
export function writeBatchHeader(batch: Uint8Array, fields: HeaderFields): void {
  const view = viewOf(batch)
  rewriteBaseOffset(batch, fields.baseOffset)
  view.setInt32(8, batch.byteLength - batchLengthOverhead)
  view.setInt32(12, fields.partitionLeaderEpoch)
  view.setInt8(16, 2)
  view.setInt16(21, fields.attributes)
  view.setInt32(23, fields.lastOffsetDelta)
  view.setBigInt64(27, BigInt(fields.baseTimestamp))
  view.setBigInt64(35, BigInt(fields.maxTimestamp))
  view.setBigInt64(43, BigInt(fields.producerId))
  view.setInt16(51, fields.producerEpoch)
  view.setInt32(53, fields.baseSequence)
  view.setInt32(57, fields.recordsCount)
  view.setUint32(crcAt, computeCrc(batch))
}

function int64At(view: DataView, at: number): number {
  return view.getInt32(at) * 4_294_967_296 + view.getUint32(at + 4)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function fault(reason: string, offset: number): DecodeError {
  return new DecodeError({ reason, path: "/batch", offset })
}
