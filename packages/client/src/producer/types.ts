import type { OffsetToCommit } from "../admin/group-offsets.ts"
import type { GroupMetadata } from "../consumer/types.ts"
import type { Result } from "../errors.ts"

export type Codec = "none" | "gzip" | "snappy" | "lz4" | "zstd"

export type Header = { key: string; value: Uint8Array | null }

export type ProducerRecord = {
  topic: string
  /** Chosen by key, or sticky without one, when left out. */
  partition?: number
  key?: Uint8Array | string | null
  value: Uint8Array | string | null
  headers?: readonly Header[]
  /** Milliseconds since 1970; now when left out. */
  timestamp?: number
}

export type RecordPosition = {
  topic: string
  partition: number
  /** `null` with acks 0, and when a repeated batch was so old that the broker no longer knows where it put it. */
  offset: number | null
  timestamp: number
}

export type ProducerOptions = {
  /** -1 (all, the default), 1, or 0 (never answered). Idempotence needs -1. */
  acks?: -1 | 0 | 1
  /** Default true with acks -1: a retry never doubles a record and never changes the order. */
  isIdempotent?: boolean
  codec?: Codec
  /** How long a batch waits for company. Default 5. */
  lingerMs?: number
  /** Size at which a batch leaves. Default 64 KiB. */
  batchBytes?: number
  /** Most that one request carries, and so the largest record. Default 1 MiB. */
  maxRequestBytes?: number
  /** Everything not yet acknowledged; beyond it `send` waits. Default 32 MiB. */
  bufferBytes?: number
  /** How long `send` may wait for metadata and buffer space. Default 60 s. */
  maxBlockMs?: number
  /** From `send` to the result, retries included. Default 120 s. */
  deliveryTimeoutMs?: number
  requestTimeoutMs?: number
  /** Let the broker make unknown topics. Default true, as brokers may forbid it themselves. */
  mayCreateTopics?: boolean
}

export type Producer = {
  /** Resolves when the record is acknowledged, or with why it was not. */
  send(record: ProducerRecord): Promise<Result<RecordPosition>>
  /** One result per record, in order. */
  sendAll(records: readonly ProducerRecord[]): Promise<Result<RecordPosition>[]>
  /** Sends what waits for company now, and resolves when everything sent so far has its result. */
  flush(): Promise<void>
  /** Refuses further records, flushes, and fails what is not acknowledged in time (default: the delivery timeout). */
  close(options?: { timeoutMs?: number }): Promise<void>
  /** Bytes taken and not yet acknowledged. */
  readonly bufferedBytes: number
}

export type TransactionalOptions = Omit<ProducerOptions, "acks" | "isIdempotent"> & {
  /** Names the producer across restarts: whoever comes with it later fences the earlier ones. */
  transactionalId: string
  /** After this time the broker aborts what is open. Default 60 s. */
  transactionTimeoutMs?: number
}

/**
 * `broken`: a record or a call of the open transaction failed, only `abort` helps. `fatal`: fenced or forbidden, only `close` helps.
 * `ending`: the end is asked for; when the answer did not come in time, the same call again finds out.
 */
export type TransactionState = "uninitialised" | "ready" | "open" | "ending" | "broken" | "fatal"

/** Sends only within transactions. Calls answer with the reason when the state does not allow them. */
export type TransactionalProducer = Producer & {
  readonly transactionState: TransactionState
  /** Once, before everything else: fences earlier producers of this id and ends what they left open. */
  init(): Promise<Result<void>>
  begin(): Result<void>
  /** Commits offsets of a consumer's group with the transaction. Take `consumer.groupMetadata()` anew each time. */
  sendOffsets(offsets: readonly OffsetToCommit[], group: Pick<GroupMetadata, "groupId"> & Partial<GroupMetadata>): Promise<Result<void>>
  /** Waits for all records; commits only when every one was acknowledged. */
  commit(options?: { timeoutMs?: number }): Promise<Result<void>>
  /** Fails what is not acknowledged, and makes the rest invisible to readers of committed data. */
  abort(options?: { timeoutMs?: number }): Promise<Result<void>>
}
