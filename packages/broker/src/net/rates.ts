// How often something happened per key in the last second or so: token buckets that hold one second's worth. Bounded: what has filled up
// again is forgotten, and so are the oldest when there are too many.
import type { Clock } from "../ports.ts"

interface Bucket {
  tokens: number
  atMs: number
}

const maxKeys = 10_000

export class Rates {
  readonly #clock: Clock
  readonly #buckets = new Map<string, Bucket>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** False when this would be more than `perSecond`, which is not counted then. */
  take(key: string, perSecond: number): boolean {
    const nowMs = this.#clock.monotonic()
    const known = this.#buckets.get(key)
    const capacity = Math.max(1, perSecond)
    const tokens = known ? Math.min(capacity, known.tokens + ((nowMs - known.atMs) / 1_000) * perSecond) : capacity
    this.#buckets.delete(key)
    const isAllowed = tokens >= 1
    this.#buckets.set(key, { tokens: isAllowed ? tokens - 1 : tokens, atMs: nowMs })
    if (this.#buckets.size > maxKeys) this.#forget()
    return isAllowed
  }

  get size(): number {
    return this.#buckets.size
  }

  #forget(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key)
      if (this.#buckets.size <= maxKeys) return
    }
  }
}
