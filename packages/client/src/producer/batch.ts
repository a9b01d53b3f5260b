/**
 * Records of one partition on their way: collected, encoded once it is first sent, resent with the same bytes. It settles the promise of
 * each of its records exactly once, whatever still happens on the wire afterwards.
 */
import { encodeBatch } from "@rivven/protocol/records"
import type { Failed, Result } from "../errors.ts"
import type { Codec, Header, RecordPosition } from "./types.ts"

export type PendingRecord = {
  key: Uint8Array | null
  value: Uint8Array | null
  headers: { key: string; value: Uint8Array | null }[]
  timestamp: number
  sizeBytes: number
  settle(result: Result<RecordPosition>): void
}

/** What makes a batch recognisable to the broker, so that a repeated one is not written twice. */
export type Sequence = { producerId: number; producerEpoch: number; baseSequence: number }

/** How a batch is written. */
export type BatchFormat = { codec: Codec; isTransactional: boolean }

/** Upper bound of what a batch costs beside its records. */
export const batchOverheadBytes = 61
const recordOverheadBytes = 21
const headerOverheadBytes = 10

export function sizeOf(key: Uint8Array | null, value: Uint8Array | null, headers: readonly Header[]): number {
  let size = recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0)
  for (const header of headers) size += headerOverheadBytes + Buffer.byteLength(header.key) + (header.value?.length ?? 0)
  return size
}

export class ProducerBatch {
  readonly topic: string
  readonly partition: number
  readonly records: PendingRecord[] = []
  readonly createdAtMs: number
  sizeBytes = batchOverheadBytes
  /** Position in the partition's order; the halves of a split batch share the span of the whole. */
  order = 0
  orderSpan = 1
  sequence: Sequence | null = null
  attempts = 0
  #encoded: Uint8Array | null = null
  #isSettled = false
  #whenSettled: { promise: Promise<void>; resolve(): void } | null = null

  constructor(topic: string, partition: number, createdAtMs: number) {
    this.topic = topic
    this.partition = partition
    this.createdAtMs = createdAtMs
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  get canSplit(): boolean {
    return this.records.length > 1 && !this.#isSettled
  }

  /** Resolves when every record has its result; for a batch that was split, when its halves have. */
  get settled(): Promise<void> {
    this.#whenSettled ??= Promise.withResolvers<void>()
    if (this.#isSettled) this.#whenSettled.resolve()
    return this.#whenSettled.promise
  }

  add(record: PendingRecord): void {
    this.records.push(record)
    this.sizeBytes += record.sizeBytes
  }

  /** A new sequence makes a new encoding; without one the batch is not idempotent. */
  number(sequence: Sequence | null): void {
    this.sequence = sequence
    this.#encoded = null
  }

  encode({ codec, isTransactional }: BatchFormat): Uint8Array {
    this.#encoded ??= encodeBatch({
      records: this.records,
      codec,
      isTransactional,
      producerId: this.sequence?.producerId ?? -1,
      producerEpoch: this.sequence?.producerEpoch ?? -1,
      baseSequence: this.sequence?.baseSequence ?? -1,
    })
    return this.#encoded
  }

  complete(baseOffset: number | null, logAppendTimeMs: number): void {
    this.#settle((record, index) => ({
      ok: true,
      value: {
        topic: this.topic,
        partition: this.partition,
        offset: baseOffset === null ? null : baseOffset + index,
        timestamp: logAppendTimeMs < 0 ? record.timestamp : logAppendTimeMs,
      },
    }))
  }

  fail(failure: Failed): void {
    this.#settle(() => failure)
  }

  /**
   * Two halves that continue each other's sequence, for a batch the broker finds too large. It looks at the size before anything else, so an
   * earlier attempt without an answer was refused too, unless its limit was lowered in between.
   */
  split(): [ProducerBatch, ProducerBatch] {
    const first = new ProducerBatch(this.topic, this.partition, this.createdAtMs)
    const second = new ProducerBatch(this.topic, this.partition, this.createdAtMs)
    const middle = Math.ceil(this.records.length / 2)
    for (const record of this.records.slice(0, middle)) first.add(record)
    for (const record of this.records.slice(middle)) second.add(record)
    first.order = this.order
    second.order = this.order + this.orderSpan / 2
    first.orderSpan = this.orderSpan / 2
    second.orderSpan = this.orderSpan / 2
    const { sequence } = this
    first.number(sequence)
    second.number(sequence && { ...sequence, baseSequence: nextSequence(sequence.baseSequence, middle) })
    const whole = this.#whenSettled
    if (whole !== null) void Promise.all([first.settled, second.settled]).then(() => whole.resolve())
    return [first, second]
  }

  #settle(resultOf: (record: PendingRecord, index: number) => Result<RecordPosition>): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#encoded = null
    this.#whenSettled?.resolve()
    for (const [index, record] of this.records.entries()) record.settle(resultOf(record, index))
  }
}

/** Sequences are 31 bits and start over at 0. */
export const nextSequence = (baseSequence: number, count: number): number => (baseSequence + count) & 0x7fffffff
