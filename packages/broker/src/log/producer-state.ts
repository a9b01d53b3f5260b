/**
 * What idempotence and transactions need to know of each producer id in one partition: its epoch, its last five batches, where its open
 * transaction begins. `applied` follows the written log and nothing else; batches of the current tick are checked against `staged` on top
 * of it and vanish if the write fails.
 */
import { type BatchHeader, type ControlMarker, decodeBatch, decodeControlRecord } from "@rivven/protocol/records"
import { refused } from "./batch-checks.ts"
import type { Refused } from "./model.ts"
import { type AbortedTransaction, OpenTransactions } from "./open-transactions.ts"

/** Where one batch lies. Sequences wrap from 2^31-1 to 0. */
export interface BatchMark {
  readonly firstSequence: number
  readonly lastSequence: number
  readonly lastOffset: number
  /** lastOffset - offsetDelta is the first offset. */
  readonly offsetDelta: number
  readonly timestamp: number
}

export interface ProducerEntry {
  readonly producerId: number
  readonly epoch: number
  /** Of this epoch, oldest first, at most five. */
  readonly batches: readonly BatchMark[]
  /** First offset of the open transaction. */
  readonly openSince: number | null
  /** Of the last batch or marker, in ms. */
  readonly timestamp: number
  /** Of the last marker, -1 without one. */
  readonly coordinatorEpoch: number
}

export type ProducerVerdict = { kind: "append" } | { kind: "duplicate"; mark: BatchMark } | { kind: "refused"; answer: Refused }

/** A batch with the offset it was given. */
export interface PlacedBatch {
  readonly header: BatchHeader
  readonly baseOffset: number
  readonly lastOffset: number
  /** Of a control batch. */
  readonly marker: ControlMarker | null
}

const retainedBatches = 5
const sequences = 0x8000_0000
const append: ProducerVerdict = { kind: "append" }

/** The marker in a control batch; null in any other. */
export function markerOf(header: BatchHeader, bytes: Uint8Array): ControlMarker | null {
  const record = header.isControl ? decodeBatch(bytes).records[0] : undefined
  return (record && decodeControlRecord(record)) ?? null
}

export class ProducerStates {
  readonly transactions = new OpenTransactions()
  private readonly applied = new Map<number, ProducerEntry>()
  private readonly staged = new Map<number, ProducerEntry>()

  get size(): number {
    return this.applied.size
  }

  entries(): Iterable<ProducerEntry> {
    return this.applied.values()
  }

  /** With what the current tick has staged. */
  latest(producerId: number): ProducerEntry | undefined {
    return this.staged.get(producerId) ?? this.applied.get(producerId)
  }

  check(header: BatchHeader): ProducerVerdict {
    const { producerId, producerEpoch, baseSequence } = header
    const known = producerId < 0 ? undefined : this.latest(producerId)
    if (known === undefined) return append
    if (producerEpoch < known.epoch)
      return no("INVALID_PRODUCER_EPOCH", `epoch ${producerEpoch} of producer ${producerId}, ${known.epoch} was seen`)
    if (header.isControl) return append
    if (!header.isTransactional && known.openSince !== null)
      return no("INVALID_TXN_STATE", `producer ${producerId} has an open transaction here, and this batch is no part of one`)
    if (baseSequence < 0) return append
    if (producerEpoch > known.epoch)
      return baseSequence === 0 ? append : no("OUT_OF_ORDER_SEQUENCE_NUMBER", `sequence ${baseSequence}, a new epoch starts at 0`)
    return checkSequence(header, known)
  }

  /** Counts a batch as if it were written. */
  stage(batch: PlacedBatch): void {
    const { producerId } = batch.header
    if (producerId >= 0) this.staged.set(producerId, follow(this.latest(producerId), batch))
  }

  /** The batch is in the log, whoever staged it. */
  apply(batch: PlacedBatch): void {
    const { header, baseOffset, lastOffset, marker } = batch
    const { producerId } = header
    if (producerId < 0) return
    this.applied.set(producerId, follow(this.applied.get(producerId), batch))
    if (marker) this.transactions.end(producerId, { markerOffset: lastOffset, isCommit: marker.type === "commit" })
    else if (header.isTransactional) this.transactions.begin(producerId, baseOffset)
  }

  /** All staged batches were applied, or none of them will be. */
  clearStaged(): void {
    this.staged.clear()
  }

  /** From caches, before anything is replayed on top of them. */
  restore(entries: readonly ProducerEntry[], aborted: readonly AbortedTransaction[]): void {
    for (const entry of entries) this.applied.set(entry.producerId, entry)
    const open = entries.flatMap(({ producerId, openSince }) => (openSince === null ? [] : [[producerId, openSince] as const]))
    this.transactions.restore({ open: open.sort(([, a], [, b]) => a - b), aborted })
  }

  /** Forgets producers whose last batch is older; a later batch of theirs is taken as a first one. */
  expire(olderThan: number): number {
    const before = this.applied.size
    for (const { producerId, timestamp, openSince } of this.applied.values())
      if (timestamp < olderThan && openSince === null) this.applied.delete(producerId)
    return before - this.applied.size
  }
}

function checkSequence(header: BatchHeader, known: ProducerEntry): ProducerVerdict {
  const { producerId, baseSequence } = header
  const expected = nextSequence(known.batches.at(-1)?.lastSequence ?? -1)
  if (baseSequence === expected) return append
  const lastSequence = lastSequenceOf(header)
  const mark = known.batches.find((batch) => batch.firstSequence === baseSequence && batch.lastSequence === lastSequence)
  if (mark !== undefined) return { kind: "duplicate", mark }
  return no("OUT_OF_ORDER_SEQUENCE_NUMBER", `sequence ${baseSequence} of producer ${producerId}, ${expected} comes next`)
}

function follow(known: ProducerEntry | undefined, { header, baseOffset, lastOffset, marker }: PlacedBatch): ProducerEntry {
  const { producerId, producerEpoch: epoch, maxTimestamp: timestamp } = header
  const before = known?.epoch === epoch ? known.batches : []
  if (marker || header.isControl)
    return { producerId, epoch, batches: before, openSince: null, timestamp, coordinatorEpoch: marker?.coordinatorEpoch ?? -1 }
  const mark: BatchMark = {
    firstSequence: header.baseSequence,
    lastSequence: lastSequenceOf(header),
    lastOffset,
    offsetDelta: header.lastOffsetDelta,
    timestamp,
  }
  return {
    producerId,
    epoch,
    // Batches that the broker writes for a producer, offsets in a transaction, have no sequences.
    batches: header.baseSequence < 0 ? before : [...before.slice(1 - retainedBatches), mark],
    openSince: header.isTransactional ? (known?.openSince ?? baseOffset) : null,
    timestamp,
    coordinatorEpoch: known?.coordinatorEpoch ?? -1,
  }
}

const nextSequence = (last: number): number => (last + 1) % sequences

const lastSequenceOf = (header: BatchHeader): number => (header.baseSequence + header.lastOffsetDelta) % sequences

const no = (error: Refused["error"], message: string): ProducerVerdict => ({ kind: "refused", answer: refused(error, message) })
