/** Reading places: one per partition, refilled together, a chunk at a time, so that a look at a big topic stays small. */
import type { Isolation } from "../admin/offsets.ts"
import { BatchReader } from "../batch-reader.ts"
import type { Cluster } from "../cluster.ts"
import type { ConsumedRecord } from "../consumer/types.ts"
import type { Deadline } from "../deadline.ts"
import type { ItemError } from "../errors.ts"
import { type FetchedPartition, fetchPartitions } from "../fetch-request.ts"
import { callLeaders } from "../leaders.ts"

export type ReadContext = {
  cluster: Cluster
  topic: string
  isolation: Isolation
  deadline: Deadline
  maxDecompressedBytes: number
  signal?: AbortSignal
}

export class Cursor {
  readonly partition: number
  readonly endOffset: number
  /** Offset of the next record to take. */
  nextOffset: number
  error: ItemError | null = null
  #reader: BatchReader | null = null
  #records: ConsumedRecord[] = []

  constructor(partition: number, { fromOffset, endOffset }: { fromOffset: number; endOffset: number }) {
    this.partition = partition
    this.nextOffset = fromOffset
    this.endOffset = endOffset
  }

  get isDone(): boolean {
    return this.error !== null || (this.#records.length === 0 && this.#reader === null && this.nextOffset >= this.endOffset)
  }

  get mustRefill(): boolean {
    return !this.isDone && this.#records.length === 0 && this.#reader === null
  }

  /** The next record without taking it; unpacks one batch when needed. */
  peek(): ConsumedRecord | null {
    while (this.#records.length === 0 && this.#reader !== null) this.#unpack(this.#reader)
    return this.#records[0] ?? null
  }

  take(): ConsumedRecord | null {
    const record = this.peek()
    if (record === null) return null
    this.#records.shift()
    this.nextOffset = record.offset + 1
    return record
  }

  fill(reader: BatchReader): void {
    this.#reader = reader
  }

  /** Nothing more comes: what is left of the range holds no records. */
  finish(): void {
    this.nextOffset = Math.max(this.nextOffset, this.endOffset)
  }

  #unpack(reader: BatchReader): void {
    const next = reader.next()
    if (!next.ok) this.error = next.error
    else if (next.value !== null) {
      this.#records = next.value.filter(({ offset }) => offset < this.endOffset)
      if (this.#records.length > 0) return
    }
    // The chunk is used up, or passed the end.
    if (!next.ok || next.value === null || reader.nextOffset >= this.endOffset) {
      this.nextOffset = Math.max(this.nextOffset, Math.min(reader.nextOffset, this.endOffset))
      this.#reader = null
    }
  }
}

/** Fetches one chunk for each cursor that ran dry. */
export async function refill(context: ReadContext, cursors: readonly Cursor[], chunkBytes: number): Promise<void> {
  const dry = cursors.filter((cursor) => cursor.mustRefill)
  if (dry.length === 0) return
  const { cluster, topic, isolation, deadline, maxDecompressedBytes } = context
  const items = dry.map(({ partition, nextOffset }) => ({ topic, partition, offset: nextOffset }))
  const policy = { ...cluster.policy(deadline.leftMs), deadline, signal: context.signal }
  const results = await callLeaders<(typeof items)[number], FetchedPartition>(cluster, { items, policy }, (open, { leader, timeoutMs }) => {
    const partitions = open.map(({ item, leaderEpoch, topicId }) => ({
      ...item,
      topicId,
      leaderEpoch,
      lastFetchedEpoch: -1,
      maxBytes: chunkBytes,
    }))
    const options = { leader, lane: "browse", maxWaitMs: 0, minBytes: 1, maxBytes: chunkBytes * open.length, isolation, timeoutMs }
    return fetchPartitions(cluster, partitions, options)
  })
  dry.forEach((cursor, index) => {
    const result = results[index]
    if (result === undefined) return
    if (!result.ok) cursor.error = result.error
    else if (result.value.records.length === 0) cursor.finish()
    else {
      const fromOffset = cursor.nextOffset
      cursor.fill(new BatchReader(result.value, { topic, partition: cursor.partition, fromOffset, isolation, maxDecompressedBytes }))
    }
  })
}

export function sizeOfRecord({ key, value, headers }: ConsumedRecord): number {
  const ofHeaders = headers.reduce((sum, header) => sum + header.key.length + (header.value?.length ?? 0), 0)
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders
}
