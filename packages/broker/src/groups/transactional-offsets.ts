// Offsets that a transaction has committed and whose outcome is open: invisible, and in the way of those who want stable ones, until the
// transaction ends. Plain data; `__consumer_offsets` has the same as transactional batches and markers.
import type { CommittedOffset, OffsetKey, OffsetStore } from "./offsets.ts"

export type PendingOffset = readonly [OffsetKey, CommittedOffset]

const nameOf = ({ groupId, topic, partition }: OffsetKey): string => JSON.stringify([groupId, topic, partition])

export class TransactionalOffsets {
  readonly #pending = new Map<number, Map<string, PendingOffset>>()

  add(producerId: number, offsets: readonly PendingOffset[]): void {
    const known = this.#pending.get(producerId) ?? new Map<string, PendingOffset>()
    for (const one of offsets) known.set(nameOf(one[0]), one)
    if (known.size > 0) this.#pending.set(producerId, known)
  }

  /** Takes back what could not be written. */
  remove(producerId: number, offsets: readonly PendingOffset[]): void {
    const known = this.#pending.get(producerId)
    for (const one of offsets) if (known?.get(nameOf(one[0])) === one) known.delete(nameOf(one[0]))
    if (known?.size === 0) this.#pending.delete(producerId)
  }

  /** The transaction has ended: its offsets count, or never did. */
  end(producerId: number, isCommit: boolean, store: OffsetStore): void {
    const known = this.#pending.get(producerId)
    this.#pending.delete(producerId)
    if (isCommit) for (const [key, value] of known?.values() ?? []) store.set(key, value)
  }

  isPending(key: OffsetKey): boolean {
    if (this.#pending.size === 0) return false
    const name = nameOf(key)
    for (const known of this.#pending.values()) if (known.has(name)) return true
    return false
  }

  hasAny(groupId: string): boolean {
    for (const known of this.#pending.values()) for (const [key] of known.values()) if (key.groupId === groupId) return true
    return false
  }
}
