// Deadlines of the members of one group on one timer. A heartbeat only moves a deadline; the timer looks when the earliest could be due.
import type { Cancel, Clock } from "../ports.ts"

export class Sessions {
  readonly #clock: Clock
  readonly #onExpired: (memberId: string) => void
  readonly #deadlines = new Map<string, number>()
  #dueMs = Number.POSITIVE_INFINITY
  #cancel: Cancel = () => {}

  constructor(clock: Clock, onExpired: (memberId: string) => void) {
    this.#clock = clock
    this.#onExpired = onExpired
  }

  set(memberId: string, timeoutMs: number | null): void {
    if (timeoutMs === null) {
      this.#deadlines.delete(memberId)
      return
    }
    const deadline = this.#clock.monotonic() + timeoutMs
    this.#deadlines.set(memberId, deadline)
    if (deadline < this.#dueMs) this.#arm(deadline)
  }

  has(memberId: string): boolean {
    return this.#deadlines.has(memberId)
  }

  stop(): void {
    this.#cancel()
    this.#deadlines.clear()
    this.#dueMs = Number.POSITIVE_INFINITY
  }

  #arm(deadline: number): void {
    this.#cancel()
    this.#dueMs = deadline
    this.#cancel = this.#clock.after(Math.max(0, deadline - this.#clock.monotonic()), () => this.#onTimer())
  }

  #onTimer(): void {
    const nowMs = this.#clock.monotonic()
    this.#dueMs = Number.POSITIVE_INFINITY
    const expired = [...this.#deadlines].filter(([, deadline]) => deadline <= nowMs)
    for (const [memberId] of expired) this.#deadlines.delete(memberId)
    const earliest = Math.min(...this.#deadlines.values())
    if (Number.isFinite(earliest) && earliest < this.#dueMs) this.#arm(earliest)
    for (const [memberId] of expired) this.#onExpired(memberId)
  }
}
