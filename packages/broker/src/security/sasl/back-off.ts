// Who fails has to wait, more each time: per address and user, so that nobody can lock out somebody who comes from elsewhere. Who would wait
// too long, because many tries are under way already, is refused at once. Owns the counts; bounded, and forgotten after a while.
import type { Clock } from "../../ports.ts"

interface Failures {
  count: number
  /** Tries are answered one after the other, each after the pause of the one before. */
  freeAtMs: number
  lastMs: number
}

const firstPauseMs = 100
const longestPauseMs = 5_000
const forgottenMs = 60_000
const maxEntries = 10_000

export class BackOff {
  readonly #clock: Clock
  readonly #failures = new Map<string, Failures>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How long a try has to wait before it is looked at; null when the line is too long. */
  enter(address: string, user: string): number | null {
    const known = this.#failures.get(keyOf(address, user))
    const nowMs = this.#clock.monotonic()
    if (!known || nowMs - known.lastMs > forgottenMs) return 0
    const waitMs = Math.max(0, known.freeAtMs - nowMs)
    if (waitMs > longestPauseMs) return null
    known.freeAtMs = nowMs + waitMs + pauseMs(known.count)
    return waitMs
  }

  failed(address: string, user: string): void {
    const nowMs = this.#clock.monotonic()
    const key = keyOf(address, user)
    const known = this.#failures.get(key)
    const count = known && nowMs - known.lastMs <= forgottenMs ? known.count + 1 : 1
    this.#failures.delete(key)
    this.#failures.set(key, { count, freeAtMs: Math.max(nowMs + pauseMs(count), known?.freeAtMs ?? 0), lastMs: nowMs })
    this.#bound()
  }

  succeeded(address: string, user: string): void {
    this.#failures.delete(keyOf(address, user))
  }

  get size(): number {
    return this.#failures.size
  }

  #bound(): void {
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= maxEntries) return
      this.#failures.delete(key)
    }
  }
}

/** Everybody may mistype once. */
const pauseMs = (failures: number): number => (failures < 2 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 2, 10)))

const keyOf = (address: string, user: string): string => JSON.stringify([address, user.slice(0, 256)])
