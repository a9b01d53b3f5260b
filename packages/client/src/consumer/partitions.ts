/** What this consumer owns, and per partition how far it is. Owned by the consumer's `poll`; a late answer finds out by identity. */

import type { OffsetSpec } from "../admin/offsets.ts"
import type { BatchReader } from "../batch-reader.ts"
import { partitionKey, type TopicPartition } from "./assignors/assignor.ts"
import type { ConsumedRecord } from "./types.ts"

export class OwnedPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** Offset of the next record to hand out; `null` while nobody knows where to begin. */
  position: number | null = null
  /** What this consumer committed last, so that nothing is committed twice. */
  committed: number | null = null
  /** Leader epoch of the last record handed out; -1 when unknown. */
  lastEpoch = -1
  /** Where to begin has to be asked of the leader, instead of the group's commits. */
  reset: OffsetSpec | null = null
  isPaused = false
  /** Stands still until the next seek, because of an error that was reported. */
  isStopped = false
  isFetching = false
  /** Nothing is fetched before this moment: the pause after a failure. */
  blockedUntilMs = 0
  failures = 0
  #reader: BatchReader | null = null
  #records: ConsumedRecord[] = []

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  /** Bytes fetched and not handed out. */
  get bufferedBytes(): number {
    return this.#reader?.sizeBytes ?? 0
  }

  get isBuffered(): boolean {
    return this.#reader !== null
  }

  fill(reader: BatchReader): void {
    this.#reader = reader
  }

  /** Up to `most` records, unpacking one batch at most. A batch that cannot be read is thrown back as the failure. */
  take(most: number): { records: ConsumedRecord[]; failure: ReturnType<BatchReader["next"]> | null } {
    if (this.#records.length === 0 && this.#reader !== null) {
      const next = this.#reader.next()
      if (!next.ok) {
        this.#reader = null
        return { records: [], failure: next }
      }
      this.#records = next.value ?? []
      if (next.value === null) this.#drained()
    }
    const records = this.#records.splice(0, most)
    const last = records.at(-1)
    if (last !== undefined) {
      this.position = this.#records.length === 0 && this.#reader !== null ? this.#reader.nextOffset : last.offset + 1
      this.lastEpoch = last.leaderEpoch
    }
    return { records, failure: null }
  }

  /** From here on: what was fetched for another place is dropped. */
  moveTo(position: number): void {
    this.drop()
    this.position = position
    this.lastEpoch = -1
    this.reset = null
  }

  /** Where to begin has to be asked for first. */
  resetTo(spec: OffsetSpec): void {
    this.drop()
    this.position = null
    this.lastEpoch = -1
    this.reset = spec
  }

  drop(): void {
    this.#reader = null
    this.#records = []
    this.isStopped = false
    this.failures = 0
    this.blockedUntilMs = 0
  }

  /** Control batches and compacted ends count as passed. */
  #drained(): void {
    if (this.#reader !== null) this.position = this.#reader.nextOffset
    this.#reader = null
  }
}

export class OwnedPartitions {
  readonly #partitions = new Map<string, OwnedPartition>()

  get all(): OwnedPartition[] {
    return [...this.#partitions.values()]
  }

  get list(): TopicPartition[] {
    return this.all.map(({ topic, partition }) => ({ topic, partition }))
  }

  get({ topic, partition }: TopicPartition): OwnedPartition | undefined {
    return this.#partitions.get(partitionKey(topic, partition))
  }

  /** Still owned, and not given up and taken again in between. */
  has(owned: OwnedPartition): boolean {
    return this.get(owned) === owned
  }

  add(partitions: readonly TopicPartition[]): void {
    for (const item of partitions) {
      const key = partitionKey(item.topic, item.partition)
      if (!this.#partitions.has(key)) this.#partitions.set(key, new OwnedPartition(item))
    }
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) this.#partitions.delete(partitionKey(topic, partition))
  }

  /** The last one served comes last next time, so that one full partition starves nobody. */
  rotate(owned: OwnedPartition): void {
    const key = partitionKey(owned.topic, owned.partition)
    if (this.#partitions.delete(key)) this.#partitions.set(key, owned)
  }
}
