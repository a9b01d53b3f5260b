/** What callers of the log say and get. Offsets are exclusive ends unless their name says `last`. */
import type { ErrorName } from "@rivven/protocol"

/** When a write counts: after fdatasync, after the page cache has it, or after the page cache with a flush every so often. */
export type Durability = "fsync" | "os" | `interval:${number}`

export type CleanupPolicy = "delete" | "compact" | "compact,delete"

/** Settings of one partition; names follow Kafka's topic configs. -1 means unlimited where a limit can be lifted. */
export interface LogConfig {
  durability: Durability
  segmentBytes: number
  segmentMs: number
  segmentIndexBytes: number
  indexIntervalBytes: number
  retentionMs: number
  retentionBytes: number
  maxMessageBytes: number
  timestampType: "CreateTime" | "LogAppendTime"
  timestampBeforeMaxMs: number
  timestampAfterMaxMs: number
  producerExpirationMs: number
  cleanupPolicy: CleanupPolicy
  minCleanableDirtyRatio: number
  minCompactionLagMs: number
  maxCompactionLagMs: number
  /** How long tombstones, and markers of transactions of which nothing is left, stay after the first compaction that met them. */
  deleteRetentionMs: number
}

export const defaultLogConfig: LogConfig = {
  durability: "fsync",
  segmentBytes: 1_073_741_824,
  segmentMs: 604_800_000,
  segmentIndexBytes: 10_485_760,
  indexIntervalBytes: 4_096,
  retentionMs: 604_800_000,
  retentionBytes: -1,
  maxMessageBytes: 1_048_588,
  timestampType: "CreateTime",
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: 3_600_000,
  producerExpirationMs: 86_400_000,
  cleanupPolicy: "delete",
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  deleteRetentionMs: 86_400_000,
}

/** Which partition, and how its log behaves. `topicId` is Kafka's text form: 16 bytes in base64url, 22 characters. */
export interface PartitionSpec {
  topic: string
  topicId: string
  index: number
  config?: Partial<LogConfig>
}

export interface AppendOptions {
  /** `internal`: written by the broker itself; control batches are allowed and a nearly full disk does not refuse it. */
  origin?: "client" | "internal"
  /** The coordinator knows that this batch belongs to an open transaction; a transactional batch without it is refused. */
  isInTransaction?: boolean
}

export interface Appended {
  ok: true
  baseOffset: number
  lastOffset: number
  /** -1 unless the topic stamps append time. */
  logAppendTimeMs: number
  /** The batch was already there: these are its offsets, nothing was appended. */
  duplicate: boolean
}

export interface Refused {
  ok: false
  error: ErrorName
  message: string
}

export type AppendResult = Appended | Refused

export interface ReadRequest {
  offset: number
  maxBytes: number
  /** Answer one whole batch even if it alone exceeds `maxBytes`. */
  minOneBatch?: boolean
  /** Exclusive end; the high watermark when left out. */
  upTo?: number
}

export interface ReadBatches {
  ok: true
  /** Whole batches, in order; the memory belongs to a pool until `release` is called. */
  slices: Uint8Array[]
  sizeBytes: number
  /** Where to read on; equal to the asked offset when nothing was there. */
  nextOffset: number
  release(): void
}

export type ReadResult = ReadBatches | Refused

export interface TimestampOffset {
  offset: number
  timestamp: number
  leaderEpoch: number
}

/** What a start found and did; the recovery report of one data directory. */
export interface RecoveryReport {
  cleanStart: boolean
  partitions: number
  durationMs: number
  scannedBytes: number
  /** Bytes behind the durable frontier that were read back, copied to new files and synced. */
  rewrittenBytes: number
  truncations: Truncation[]
  corruptions: CorruptRange[]
  quarantined: string[]
}

/** A torn tail that was cut: nothing of it was acknowledged in `fsync` mode. */
export interface Truncation {
  topic: string
  index: number
  offset: number
  bytes: number
  reason: string
}

/** Acknowledged data that is damaged: kept, never served, `to` is exclusive. */
export interface CorruptRange {
  topic: string
  index: number
  from: number
  to: number
  file: string
  position: number
  reason: string
}
