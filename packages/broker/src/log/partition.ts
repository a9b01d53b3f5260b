import type { AppendOptions, AppendResult, CorruptRange, LogConfig, ReadRequest, ReadResult, Refused, TimestampOffset } from "./model.ts"

/** One partition's log. */
export interface Partition {
  readonly topic: string
  readonly topicId: string
  readonly index: number
  readonly config: Readonly<LogConfig>
  readonly logStartOffset: number
  readonly logEndOffset: number
  readonly highWatermark: number
  readonly leaderEpoch: number
  readonly sizeBytes: number
  readonly corruptRanges: readonly CorruptRange[]
  append(batch: Uint8Array, options?: AppendOptions): AppendResult
  /** Call the three waits in the same synchronous stretch as the append they wait for; they reject with a `BrokerError`. */
  whenWritten(lastOffset: number): Promise<void>
  whenDurable(lastOffset: number): Promise<void>
  /** `whenDurable` or `whenWritten`, as the partition's durability says. */
  whenAcked(lastOffset: number): Promise<void>
  read(request: ReadRequest): Promise<ReadResult>
  /** Bytes between an offset and the high watermark, from the index: an estimate for long polls. */
  readableBytes(offset: number): number
  /** First record with timestamp >= `timestamp`, below the high watermark. */
  offsetForTimestamp(timestamp: number): Promise<TimestampOffset | null | Refused>
  maxTimestampOffset(): Promise<TimestampOffset | null | Refused>
  onHighWatermark(listener: (highWatermark: number) => void): () => void
  /** Epoch in force at an offset. */
  epochAt(offset: number): number
  /** KIP-101 answer: the greatest epoch <= the asked one and its exclusive end offset; null when the epoch is unknown or in the future. */
  endOffsetForEpoch(epoch: number): { epoch: number; endOffset: number } | null
  /** Durable when it resolves. -1 means the high watermark. Answers the new log start. */
  deleteRecordsBefore(offset: number): Promise<number>
  updateConfig(config: Partial<LogConfig>): void
}
