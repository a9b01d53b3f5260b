// Offsets that a transaction has committed and whose outcome is open: invisible, and in the way of those who want stable ones, until the
// transaction ends. Plain data; `__consumer_offsets` has the same as transactional batches and markers.
import type { CommittedOffset, OffsetKey, OffsetStore } from "./offsets.ts"

export type PendingOffset = readonly [OffsetKey, CommittedOffset]

export interface Ending {
  readonly store: OffsetStore
  /** Whether the offset's topic is still the one that it was committed for. */
  readonly isThere: (key: OffsetKey, value: CommittedOffset) => boolean
}

const nameOf = ({ groupId, topic, partition }: OffsetKey): string => JSON.stringify([groupId, topic, partition])

export class TransactionalOffsets {
  readonly #pending = new Map<number, Map<string, PendingOffset>>()
  /** How many open transactions have something pending, by key and by group. */
  readonly #byKey = new Map<string, number>()
  readonly #byGroup = new Map<string, number>()

  add(producerId: number, offsets: readonly PendingOffset[]): void {
    const known = this.#pending.get(producerId) ?? new Map<string, PendingOffset>()
    for (const one of offsets) {
      if (!known.has(nameOf(one[0]))) this.#count(one[0], 1)
      known.set(nameOf(one[0]), one)
    }
    if (known.size > 0) this.#pending.set(producerId, known)
  }

  /** Takes back what could not be written. */
  remove(producerId: number, offsets: readonly PendingOffset[]): void {
    const known = this.#pending.get(producerId)
    for (const one of offsets) {
      if (known?.get(nameOf(one[0])) !== one) continue
      known.delete(nameOf(one[0]))
      this.#count(one[0], -1)
    }
    if (known?.size === 0) this.#pending.delete(producerId)
  }

  /** The transaction has ended: its offsets count, or never did. What was committed later than one of them stays. */
  end(producerId: number, isCommit: boolean, { store, isThere }: Ending): void {
    const known = this.#pending.get(producerId)
    this.#pending.delete(producerId)
    for (const [key, value] of known?.values() ?? []) {
      this.#count(key, -1)
      if (isCommit && isThere(key, value)) store.set(key, value)
    }
  }

  isPending(key: OffsetKey): boolean {
    return this.#byKey.size > 0 && this.#byKey.has(nameOf(key))
  }

  hasAny(groupId: string): boolean {
    return this.#byGroup.has(groupId)
  }

  #count(key: OffsetKey, change: number): void {
    const counts: readonly [Map<string, number>, string][] = [
      [this.#byKey, nameOf(key)],
      [this.#byGroup, key.groupId],
    ]
    for (const [counted, name] of counts) {
      const count = (counted.get(name) ?? 0) + change
      if (count > 0) counted.set(name, count)
      else counted.delete(name)
    }
  }
}
