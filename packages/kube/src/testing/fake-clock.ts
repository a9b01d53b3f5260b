// A clock that moves only when a test says so. Timers fire in the order of their time.
import type { Cancel, Clock } from "../ports.ts"

type Timer = { dueMs: number; order: number; run: () => void }

export class FakeClock implements Clock {
  #nowMs = 0
  #order = 0
  readonly #startMs: number
  readonly #timers = new Set<Timer>()

  constructor(startMs = Date.UTC(2026, 0, 31, 12)) {
    this.#startMs = startMs
  }

  monotonic(): number {
    return this.#nowMs
  }

  wall(): number {
    return this.#startMs + this.#nowMs
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { dueMs: this.#nowMs + ms, order: this.#order, run }
    this.#order += 1
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  get pending(): number {
    return this.#timers.size
  }

  /** Time until the next timer. */
  get nextMs(): number | undefined {
    const next = this.#next(Number.POSITIVE_INFINITY)
    return next && next.dueMs - this.#nowMs
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#timers.delete(next)
      this.#nowMs = next.dueMs
      next.run()
    }
    this.#nowMs = untilMs
  }

  #next(untilMs: number): Timer | undefined {
    let best: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.dueMs > untilMs) continue
      if (!best || timer.dueMs < best.dueMs || (timer.dueMs === best.dueMs && timer.order < best.order)) best = timer
    }
    return best
  }
}
