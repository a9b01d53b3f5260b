/** Control batches: the markers that end transactions. One record, key = int16 version + int16 type, value = int16 version + int32 epoch. */
import { encodeBatch } from "./encode-batch.ts"
import type { KafkaRecord } from "./record.ts"

export interface ControlMarker {
  readonly type: "abort" | "commit"
  readonly coordinatorEpoch: number
}

export interface ControlBatchInput extends ControlMarker {
  readonly producerId: number
  readonly producerEpoch: number
  /** Milliseconds. */
  readonly timestamp: number
  readonly baseOffset?: number
  readonly partitionLeaderEpoch?: number
}

export function encodeControlBatch({ type, coordinatorEpoch, timestamp, ...header }: ControlBatchInput): Uint8Array {
  const key = Buffer.alloc(4)
  key.writeInt16BE(type === "commit" ? 1 : 0, 2)
  const value = Buffer.alloc(6)
  value.writeInt32BE(coordinatorEpoch, 2)
  return encodeBatch({ ...header, records: [{ timestamp, key, value }], isTransactional: true, isControl: true })
}

/** Undefined when the record is no marker of a transaction: other control types exist in Raft logs. */
export function decodeControlRecord({ key, value }: KafkaRecord): ControlMarker | undefined {
  if (!key || !value || key.byteLength < 4 || value.byteLength < 6) return undefined
  const type = viewOf(key).getInt16(2)
  if (type !== 0 && type !== 1) return undefined
  return { type: type === 1 ? "commit" : "abort", coordinatorEpoch: viewOf(value).getInt32(2) }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
