// Whether the event loop is late, so that new connections are shed before old ones suffer. Measured only while somebody asks: a timer is
// armed at a question and compared with when it should have fired.
import type { Clock } from "../ports.ts"

const probeMs = 50
const restMs = 1_000

export class LoopWatch {
  readonly #clock: Clock
  readonly #maxLagMs: number
  #dueMs = Number.POSITIVE_INFINITY
  #behindUntilMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, maxLagMs: number) {
    this.#clock = clock
    this.#maxLagMs = maxLagMs
  }

  /** True while a probe is overdue, and for a second after one was. */
  isBehind(): boolean {
    this.#look()
    if (this.#dueMs === Number.POSITIVE_INFINITY) this.#probe()
    return this.#clock.monotonic() < this.#behindUntilMs
  }

  #probe(): void {
    this.#dueMs = this.#clock.monotonic() + probeMs
    this.#clock.after(probeMs, () => {
      this.#look()
      this.#dueMs = Number.POSITIVE_INFINITY
    })
  }

  #look(): void {
    const nowMs = this.#clock.monotonic()
    if (nowMs - this.#dueMs > this.#maxLagMs) this.#behindUntilMs = nowMs + restMs
  }
}
