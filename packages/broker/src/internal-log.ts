// A log the broker writes for itself: keyed records, one batch per write, durable before anyone hears of it. Replayed once at the start.
import { type BatchHeader, batchHeaders, decodeBatch, decodeControlRecord, encodeBatch } from "@rivven/protocol/records"
import { BrokerError } from "./errors.ts"
import type { Partition } from "./log/partition.ts"
import type { Clock } from "./ports.ts"

export interface LogRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

export interface ReplayedRecord extends LogRecord {
  readonly offset: number
  readonly timestamp: number
  /** Counts only once this producer's transaction is committed. */
  readonly transactionOf: number | null
}

export interface ReplayedMarker {
  readonly producerId: number
  readonly isCommit: boolean
}

interface Replay {
  readonly apply: (record: ReplayedRecord) => void
  readonly onMarker: (marker: ReplayedMarker) => void
}

const replayBytes = 1_048_576

export class InternalLog {
  readonly #partition: Partition
  readonly #clock: Clock

  constructor(partition: Partition, clock: Clock) {
    this.#partition = partition
    this.#clock = clock
  }

  get endOffset(): number {
    return this.#partition.logEndOffset
  }

  /** All or nothing, and durable when it resolves with the last offset; part of a transaction if one is named. Rejects with a `BrokerError`. */
  async append(
    records: readonly LogRecord[],
    transaction?: { readonly producerId: number; readonly producerEpoch: number },
  ): Promise<number> {
    const timestamp = this.#clock.wall()
    const batch = encodeBatch({
      records: records.map((record) => ({ ...record, timestamp, headers: [] })),
      ...(transaction && { ...transaction, isTransactional: true }),
    })
    const result = this.#partition.append(batch, { origin: "internal" })
    if (!result.ok) throw new BrokerError("STORAGE_READ_ONLY", result.message, { path: this.#path() })
    await this.#partition.whenDurable(result.lastOffset)
    return result.lastOffset
  }

  /** Every record from the start of the log, in order. A record that cannot be used stops the start of the broker. */
  async replay(apply: (record: ReplayedRecord) => void, onMarker: (marker: ReplayedMarker) => void = () => {}): Promise<void> {
    let offset = this.#partition.logStartOffset
    while (offset < this.#partition.logEndOffset) {
      const read = await this.#partition.read({ offset, maxBytes: replayBytes, minOneBatch: true, upTo: this.#partition.logEndOffset })
      if (!read.ok) throw this.#corrupt(offset, read.message)
      try {
        for (const slice of read.slices) this.#applyAll(slice, { apply, onMarker })
      } finally {
        read.release()
      }
      if (read.nextOffset <= offset) throw this.#corrupt(offset, "nothing can be read here")
      offset = read.nextOffset
    }
  }

  #applyAll(slice: Uint8Array, replay: Replay): void {
    for (const { at, header } of batchHeaders(slice)) {
      try {
        applyBatch(slice.subarray(at, at + header.sizeBytes), header, replay)
      } catch (error) {
        throw this.#corrupt(header.baseOffset, error instanceof Error ? error.message : String(error))
      }
    }
  }

  #corrupt(offset: number, reason: string): BrokerError {
    return new BrokerError("INTERNAL_LOG_CORRUPT", `${this.#path()} cannot be replayed at offset ${offset}: ${reason}`, {
      path: this.#path(),
    })
  }

  #path(): string {
    return `${this.#partition.topic}-${this.#partition.index}`
  }
}

function applyBatch(batch: Uint8Array, header: BatchHeader, { apply, onMarker }: Replay): void {
  const { records } = decodeBatch(batch)
  const transactionOf = header.isTransactional ? header.producerId : null
  if (!header.isControl) for (const record of records) apply(copied({ ...record, transactionOf }))
  else
    for (const marker of records.map(decodeControlRecord))
      if (marker) onMarker({ producerId: header.producerId, isCommit: marker.type === "commit" })
}

/** The log's memory is pooled: what stays must be its own. */
function copied({ offset, timestamp, key, value, transactionOf }: ReplayedRecord): ReplayedRecord {
  return { offset, timestamp, key: key?.slice() ?? null, value: value?.slice() ?? null, transactionOf }
}
