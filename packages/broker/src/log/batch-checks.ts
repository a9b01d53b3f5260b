/** What is checked of a batch before it is appended: its header and its CRC. Nothing is decompressed. */
import { type BatchHeader, batchHeaderBytes, defaultMaxOutputBytes, parseBatchHeader, verifyCrc } from "@rivven/protocol/records"
import type { LogConfig, Refused } from "./model.ts"

export interface CheckContext {
  config: LogConfig
  nowMs: number
  origin: "client" | "internal"
  isInTransaction?: boolean
}

export const refused = (error: Refused["error"], message: string): Refused => ({ ok: false, error, message })

export function checkBatch(batch: Uint8Array, context: CheckContext): { ok: true; header: BatchHeader } | Refused {
  const header = headerOf(batch)
  if (header === null) return refused("CORRUPT_MESSAGE", "not exactly one record batch of magic 2")
  const { maxMessageBytes } = context.config
  if (batch.length > maxMessageBytes && context.origin === "client") {
    return refused("MESSAGE_TOO_LARGE", `batch of ${batch.length} bytes, max.message.bytes is ${maxMessageBytes}`)
  }
  if (!verifyCrc(batch)) return refused("CORRUPT_MESSAGE", "the CRC does not match the batch")
  if (header.codec === undefined) return refused("UNSUPPORTED_COMPRESSION_TYPE", `codec ${header.codecId}, known are 0 to 4`)
  return checkCounts(header, context) ?? checkTimestamps(header, context) ?? { ok: true, header }
}

function headerOf(batch: Uint8Array): BatchHeader | null {
  try {
    const header = parseBatchHeader(batch)
    return header.sizeBytes === batch.length ? header : null
  } catch {
    // The decoder says more precisely why, but to a client every unreadable batch is the same.
    return null
  }
}

/** Length, attributes, two deltas, key length, value length, header count: one byte each at least. */
const leastRecordBytes = 7

/** A count that the payload cannot hold would make the log jump over offsets that nobody wrote. */
function mostRecords({ codec, sizeBytes }: BatchHeader): number {
  const payloadBytes = codec === "none" ? sizeBytes - batchHeaderBytes : defaultMaxOutputBytes
  return Math.floor(payloadBytes / leastRecordBytes)
}

function checkCounts(header: BatchHeader, { origin, isInTransaction = false }: CheckContext): Refused | null {
  const { lastOffsetDelta, recordsCount, producerId, producerEpoch, baseSequence } = header
  if (recordsCount < 1 || lastOffsetDelta !== recordsCount - 1) {
    return refused("INVALID_RECORD", `lastOffsetDelta is ${lastOffsetDelta} with ${recordsCount} records`)
  }
  if (recordsCount > mostRecords(header))
    return refused("CORRUPT_MESSAGE", `${recordsCount} records do not fit into ${header.sizeBytes} bytes`)
  if (!Number.isSafeInteger(producerId) || producerId < -1) return refused("INVALID_RECORD", "producer id outside 0 to 2^53")
  if (origin === "internal") return null
  if (header.isControl) return refused("INVALID_RECORD", "clients do not write control batches")
  if (producerId >= 0 && (producerEpoch < 0 || baseSequence < 0)) {
    return refused("INVALID_RECORD", `producer id ${producerId} with epoch ${producerEpoch} and sequence ${baseSequence}`)
  }
  if (header.isTransactional && producerId < 0) return refused("INVALID_RECORD", "a transactional batch needs a producer id")
  if (header.isTransactional && !isInTransaction)
    return refused("INVALID_TXN_STATE", "this producer has no open transaction for the partition")
  return null
}

function checkTimestamps(header: BatchHeader, { config, nowMs, origin }: CheckContext): Refused | null {
  const { baseTimestamp, maxTimestamp } = header
  if (!Number.isSafeInteger(baseTimestamp) || !Number.isSafeInteger(maxTimestamp)) {
    return refused("INVALID_TIMESTAMP", "timestamp outside ±2^53")
  }
  if (origin === "internal" || config.timestampType === "LogAppendTime") return null
  if (header.timestampType === "append") return refused("INVALID_TIMESTAMP", "the topic's timestamps are the producer's (CreateTime)")
  if (maxTimestamp > nowMs + config.timestampAfterMaxMs) {
    return refused("INVALID_TIMESTAMP", `${maxTimestamp} is more than ${config.timestampAfterMaxMs} ms in the future`)
  }
  if (baseTimestamp !== -1 && baseTimestamp < nowMs - config.timestampBeforeMaxMs) {
    return refused("INVALID_TIMESTAMP", `${baseTimestamp} is more than ${config.timestampBeforeMaxMs} ms in the past`)
  }
  return null
}
