/**
 * Which partition a record goes to. A key decides as in Java's client (murmur2 over the key bytes, also over an empty key). Without a key
 * records stick to one partition until about one batch went there, then move to another that has a leader.
 */
import type { Random } from "../ports.ts"
import { murmur2 } from "./murmur2.ts"

export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount
}

/** The partitions of a topic, and which of them have a leader. When none has, all are taken as usable. */
export type Choice = { count: number; isUsable: (partition: number) => boolean }

export class StickyPartitioner {
  readonly #random: Random
  readonly #switchBytes: number
  readonly #current = new Map<string, { partition: number; bytes: number }>()

  constructor(random: Random, switchBytes: number) {
    this.#random = random
    this.#switchBytes = switchBytes
  }

  partitionFor(topic: string, sizeBytes: number, choice: Choice): number {
    const current = this.#current.get(topic)
    if (current !== undefined && current.bytes < this.#switchBytes && choice.isUsable(current.partition)) {
      current.bytes += sizeBytes
      return current.partition
    }
    const usable = Array.from({ length: choice.count }, (_, partition) => partition).filter(choice.isUsable)
    const all = usable.length > 0 ? usable : Array.from({ length: choice.count }, (_, partition) => partition)
    const others = all.length > 1 ? all.filter((partition) => partition !== current?.partition) : all
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
