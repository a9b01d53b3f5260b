/**
 * Which partition a record goes to. A key decides as in Java's client (murmur2 over the key bytes, also over an empty key). Without a key
 * records stick to one partition until about one batch went there, then move to another that has a leader.
 */
import type { Random } from "../ports.ts"
import { murmur2 } from "./murmur2.ts"

export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount
}

export class StickyPartitioner {
  readonly #random: Random
  readonly #switchBytes: number
  readonly #current = new Map<string, { partition: number; bytes: number }>()

  constructor(random: Random, switchBytes: number) {
    this.#random = random
    this.#switchBytes = switchBytes
  }

  /** `candidates` are the partitions that have a leader, or all when none has. */
  partitionFor(topic: string, candidates: readonly number[], sizeBytes: number): number {
    const current = this.#current.get(topic)
    if (current !== undefined && current.bytes < this.#switchBytes && candidates.includes(current.partition)) {
      current.bytes += sizeBytes
      return current.partition
    }
    const others = candidates.length > 1 ? candidates.filter((partition) => partition !== current?.partition) : candidates
    const partition = others[Math.floor(this.#random.next() * others.length)] ?? 0
    this.#current.set(topic, { partition, bytes: sizeBytes })
    return partition
  }

  /** The batch of this partition left: the next record without a key goes elsewhere. */
  batchLeft(topic: string, partition: number): void {
    const current = this.#current.get(topic)
    if (current?.partition === partition) current.bytes = this.#switchBytes
  }
}
