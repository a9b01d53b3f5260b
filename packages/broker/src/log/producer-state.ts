/**
 * What idempotence needs to know of each producer id in one partition: its epoch and its last five batches. `applied` follows the
 * written log and nothing else; batches of the current tick are checked against `staged` on top of it and vanish if the write fails.
 */
import type { BatchHeader } from "@rivven/protocol/records"
import { refused } from "./batch-checks.ts"
import type { Refused } from "./model.ts"

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
  /** Oldest first, at most five. */
  readonly batches: readonly BatchMark[]
}

export type ProducerVerdict = { kind: "append" } | { kind: "duplicate"; mark: BatchMark } | { kind: "refused"; answer: Refused }

const retainedBatches = 5
const sequences = 0x8000_0000
const append: ProducerVerdict = { kind: "append" }

export class ProducerStates {
  private readonly applied = new Map<number, ProducerEntry>()
  private readonly staged = new Map<number, ProducerEntry>()

  get size(): number {
    return this.applied.size
  }

  entries(): Iterable<ProducerEntry> {
    return this.applied.values()
  }

  check(header: BatchHeader): ProducerVerdict {
    const { producerId, producerEpoch, baseSequence } = header
    if (producerId < 0 || header.isControl) return append
    const known = this.staged.get(producerId) ?? this.applied.get(producerId)
    const last = known?.batches.at(-1)
    if (known === undefined || last === undefined) return append
    if (producerEpoch < known.epoch) {
      return no("INVALID_PRODUCER_EPOCH", `epoch ${producerEpoch} of producer ${producerId}, ${known.epoch} was seen`)
    }
    if (producerEpoch > known.epoch) {
      return baseSequence === 0 ? append : no("OUT_OF_ORDER_SEQUENCE_NUMBER", `sequence ${baseSequence}, a new epoch starts at 0`)
    }
    if (baseSequence === nextSequence(last.lastSequence)) return append
    const lastSequence = lastSequenceOf(header)
    const mark = known.batches.find((batch) => batch.firstSequence === baseSequence && batch.lastSequence === lastSequence)
    if (mark !== undefined) return { kind: "duplicate", mark }
    return no(
      "OUT_OF_ORDER_SEQUENCE_NUMBER",
      `sequence ${baseSequence} of producer ${producerId}, ${nextSequence(last.lastSequence)} comes next`,
    )
  }

  /** Counts a batch as if it were written; its header carries the assigned offset. */
  stage(header: BatchHeader, lastOffset: number): void {
    if (header.producerId < 0 || header.isControl) return
    const known = this.staged.get(header.producerId) ?? this.applied.get(header.producerId)
    this.staged.set(header.producerId, follow(known, header, lastOffset))
  }

  /** The batch is in the log, whoever staged it. */
  apply(header: BatchHeader, lastOffset: number): void {
    if (header.producerId < 0 || header.isControl) return
    this.applied.set(header.producerId, follow(this.applied.get(header.producerId), header, lastOffset))
  }

  /** All staged batches were applied, or none of them will be. */
  clearStaged(): void {
    this.staged.clear()
  }

  /** From a snapshot, before anything is replayed on top of it. */
  restore(entry: ProducerEntry): void {
    this.applied.set(entry.producerId, entry)
  }

  /** Forgets producers whose last batch is older; a later batch of theirs is taken as a first one. */
  expire(olderThan: number): number {
    const before = this.applied.size
    for (const { producerId, batches } of this.applied.values()) {
      if ((batches.at(-1)?.timestamp ?? 0) < olderThan) this.applied.delete(producerId)
    }
    return before - this.applied.size
  }
}

function follow(known: ProducerEntry | undefined, header: BatchHeader, lastOffset: number): ProducerEntry {
  const mark: BatchMark = {
    firstSequence: header.baseSequence,
    lastSequence: lastSequenceOf(header),
    lastOffset,
    offsetDelta: header.lastOffsetDelta,
    timestamp: header.maxTimestamp,
  }
  const before = known?.epoch === header.producerEpoch ? known.batches : []
  return { producerId: header.producerId, epoch: header.producerEpoch, batches: [...before.slice(1 - retainedBatches), mark] }
}

const nextSequence = (last: number): number => (last + 1) % sequences

const lastSequenceOf = (header: BatchHeader): number => (header.baseSequence + header.lastOffsetDelta) % sequences

const no = (error: Refused["error"], message: string): ProducerVerdict => ({ kind: "refused", answer: refused(error, message) })
