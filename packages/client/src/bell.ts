/** Wakes who waits: "something happened, look again". A ring without a waiter is remembered for the next one. */
import { pause } from "./deadline.ts"
import type { Clock } from "./ports.ts"

export class Bell {
  #hasRung = false
  #waiter: AbortController | null = null

  ring(): void {
    this.#hasRung = true
    this.#waiter?.abort()
  }

  /** Resolves at the next ring, at the end of the time, or when the signal aborts. One waiter at a time. */
  async wait(clock: Clock, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (!this.#hasRung) {
      this.#waiter = new AbortController()
      await pause(clock, timeoutMs, signal === undefined ? this.#waiter.signal : AbortSignal.any([signal, this.#waiter.signal]))
      this.#waiter = null
    }
    this.#hasRung = false
  }
}
