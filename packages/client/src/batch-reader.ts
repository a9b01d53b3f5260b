/**
 * Fetched bytes → records, one batch at a time, so that no more than one batch is ever unpacked. Checks each batch's CRC, leaves out what
 * lies before the wanted offset, control records and, when asked, records of aborted transactions. Nothing here trusts a length.
 */
import { DecodeError } from "@rivven/protocol"
import {
  type BatchHeader,
  batchSizeAt,
  CompressionError,
  decodeBatch,
  decodeControlRecord,
  type KafkaRecord,
  parseBatchHeader,
  verifyCrc,
} from "@rivven/protocol/records"
import type { Isolation } from "./admin/offsets.ts"
import type { ConsumedRecord } from "./consumer/types.ts"
import { type Failed, failed, ok, type Result } from "./errors.ts"
import type { FetchedPartition } from "./fetch-request.ts"

export type BatchReaderOptions = {
  topic: string
  partition: number
  fromOffset: number
  isolation: Isolation
  maxDecompressedBytes: number
}

export class BatchReader {
  /** Offset after everything taken so far. */
  nextOffset: number
  readonly #bytes: Uint8Array
  readonly #options: BatchReaderOptions
  readonly #aborted: { producerId: number; firstOffset: number }[]
  readonly #abortedProducers = new Set<number>()
  #at = 0

  constructor(fetched: Pick<FetchedPartition, "records" | "abortedTransactions">, options: BatchReaderOptions) {
    this.#bytes = fetched.records
    this.#options = options
    this.nextOffset = options.fromOffset
    this.#aborted = [...fetched.abortedTransactions].sort((a, b) => a.firstOffset - b.firstOffset)
  }

  get sizeBytes(): number {
    return this.#bytes.length
  }

  /** The records of the next batch that has any, `null` at the end. After a failure the reader stays where it is. */
  next(): Result<ConsumedRecord[] | null> {
    for (;;) {
      const sizeBytes = batchSizeAt(this.#bytes, this.#at)
      // The broker cuts an answer anywhere after the first batch.
      if (sizeBytes === undefined || (sizeBytes > this.#bytes.length - this.#at && this.#at > 0)) return ok(null)
      const batch = this.#read()
      if (!batch.ok) return batch
      this.#at += batch.value.header.sizeBytes
      const records = batch.value.records.filter(({ offset }) => offset >= this.nextOffset)
      this.nextOffset = Math.max(this.nextOffset, batch.value.header.lastOffset + 1)
      if (records.length > 0) return ok(records.map((record) => this.#consumed(record, batch.value.header)))
    }
  }

  #read(): Result<{ header: BatchHeader; records: KafkaRecord[] }> {
    try {
      const header = parseBatchHeader(this.#bytes, this.#at)
      if (header.lastOffsetDelta < 0) return this.#corrupt(`last offset delta ${header.lastOffsetDelta} is negative`)
      if (!verifyCrc(this.#bytes, this.#at)) return this.#corrupt("its checksum does not fit")
      if (header.lastOffset < this.nextOffset) return ok({ header, records: [] })
      const bytes = this.#bytes.subarray(this.#at, this.#at + header.sizeBytes)
      if (this.#isHidden(header, bytes)) return ok({ header, records: [] })
      return ok(decodeBatch(bytes, { maxOutputBytes: this.#options.maxDecompressedBytes }))
    } catch (error) {
      if (error instanceof DecodeError || error instanceof CompressionError) return this.#corrupt(error.message)
      throw error
    }
  }

  /** Control batches are never shown; batches of aborted transactions not to readers of committed data. */
  #isHidden(header: BatchHeader, bytes: Uint8Array): boolean {
    if (this.#options.isolation === "read_committed") {
      for (let next = this.#aborted[0]; next !== undefined && next.firstOffset <= header.lastOffset; next = this.#aborted[0]) {
        this.#abortedProducers.add(next.producerId)
        this.#aborted.shift()
      }
      if (header.isControl) {
        const [marker] = decodeBatch(bytes, { maxOutputBytes: this.#options.maxDecompressedBytes }).records
        if (marker !== undefined && decodeControlRecord(marker)?.type === "abort") this.#abortedProducers.delete(header.producerId)
      }
    }
    return header.isControl || (header.isTransactional && this.#abortedProducers.has(header.producerId))
  }

  #consumed(record: KafkaRecord, header: BatchHeader): ConsumedRecord {
    const { topic, partition } = this.#options
    const { offset, timestamp, key, value, headers } = record
    return { topic, partition, offset, leaderEpoch: header.partitionLeaderEpoch, timestamp, key, value, headers }
  }

  #corrupt(reason: string): Failed {
    const { topic, partition } = this.#options
    return failed("CORRUPT_BATCH", `the batch of ${topic}-${partition} at offset ${this.nextOffset} cannot be read: ${reason}`)
  }
}
