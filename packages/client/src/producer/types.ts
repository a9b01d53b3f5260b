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
