// A clock that stands until a test moves it. Timers fire in the order of their deadlines, each at its own time.
import type { Cancel, Clock } from "../ports.ts"

interface Timer {
  readonly dueMs: number
  readonly run: () => void
}

export class ManualClock implements Clock {
  #nowMs = 0
  readonly #startWallMs: number
  readonly #timers = new Set<Timer>()

  constructor(startWallMs = 1_700_000_000_000) {
    this.#startWallMs = startWallMs
  }

  monotonic(): number {
    return this.#nowMs
  }

  wall(): number {
    return this.#startWallMs + this.#nowMs
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { dueMs: this.#nowMs + Math.max(0, ms), run }
    this.#timers.add(timer)
    // What is due already does not wait for the test.
    if (ms <= 0) setImmediate(() => this.#timers.delete(timer) && run())
    return () => this.#timers.delete(timer)
  }

  endOfTick(run: () => void): void {
    setImmediate(run)
  }

  get pendingTimers(): number {
    return this.#timers.size
  }

  /** Moves on, firing what comes due; between two timers the rest of the program gets its turn. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (let next = this.#next(endMs); next; next = this.#next(endMs)) {
      this.#timers.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.run()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#nowMs = endMs
  }

  #next(endMs: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) if (timer.dueMs <= endMs && (!first || timer.dueMs < first.dueMs)) first = timer
    return first
  }
}
