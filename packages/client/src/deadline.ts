/** One moment on the monotonic clock by which a whole call, with all its retries, must have an answer. */
import { failed, type Result } from "./errors.ts"
import type { Clock } from "./ports.ts"

export class Deadline {
  readonly #clock: Clock
  readonly #at: number

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock
    this.#at = clock.monotonic() + timeoutMs
  }

  get leftMs(): number {
    return Math.max(0, this.#at - this.#clock.monotonic())
  }

  get isOver(): boolean {
    return this.leftMs <= 0
  }

  /** The smaller of what is left and `ms`, in whole milliseconds as the wire wants them: the budget of one step. */
  share(ms: number): number {
    return Math.floor(Math.min(this.leftMs, ms))
  }
}

/** Resolves after `ms`, or at once when the signal aborts. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const done = () => {
      cancel()
      signal?.removeEventListener("abort", done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal?.addEventListener("abort", done)
  })
}

/** The promise, or a TIMEOUT value when it takes longer; what comes later is dropped. */
export function within<T>(clock: Clock, options: { timeoutMs: number; what: string }, promise: Promise<Result<T>>): Promise<Result<T>> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(options.timeoutMs, () =>
      resolve(failed("TIMEOUT", `${options.what} took longer than ${Math.round(options.timeoutMs)} ms`)),
    )
    promise.then(resolve, reject).finally(cancel)
  })
}
