// One thing that is read from a cluster again and again. Equal questions at the same time are one question; a failure keeps the old value with
// its age; a question that takes too long is answered with the old value while the read goes on.
import type { Cell } from "../../envelope.ts"
import type { Clock } from "../../ports.ts"

export interface SourceFailure {
  code: string
  message: string
  /** Wall time at which it is tried again. */
  retryAt: number | null
}

export interface Read<T> {
  /** Undefined: never read. */
  value: T | undefined
  /** Wall time at which the value was read; 0 when never. */
  asOf: number
  /** Why the value is older than was asked for. */
  failure: SourceFailure | undefined
}

export type Loaded<T> = { ok: true; value: T } | { ok: false; error: { code: string; message: string } }

const maxWaitMs = 5_000
/** A read that takes longer than this is answered from the old value while that is old by a few times the asked age at most. */
const patienceMs = 300
const tolerance = 3
const retryMs = 2_000

export class Reading<T> {
  readonly #clock: Clock
  readonly #load: () => Promise<Loaded<T>>
  #value: T | undefined
  #asOf = 0
  #readAt = Number.NEGATIVE_INFINITY
  #failure: { code: string; message: string; at: number } | undefined
  #pending: Promise<void> | undefined
  #isStaleOnArrival = false

  constructor(clock: Clock, load: () => Promise<Loaded<T>>) {
    this.#clock = clock
    this.#load = load
  }

  /** A value not older than `maxAgeMs`, or the newest there is with the reason. */
  async read(maxAgeMs: number): Promise<Read<T>> {
    const now = this.#clock.monotonic()
    if (now - this.#readAt <= maxAgeMs) return this.#answer(undefined)
    if (!this.#pending && this.#failure && now - this.#failure.at < retryMs) return this.peek()
    const pending = this.#pending ?? this.#start()
    // A source that failed just now is tried again, but nobody waits for it; only who needs the newest does.
    if (this.#failure && maxAgeMs > 0) return this.peek()
    const isTolerable = now - this.#readAt <= maxAgeMs * tolerance
    if (!(await this.#isLate(pending, isTolerable ? patienceMs : maxWaitMs))) return this.peek()
    return this.#answer(isTolerable ? undefined : { code: "TIMEOUT", message: `no answer within ${maxWaitMs / 1000} s`, retryAt: null })
  }

  /** What is known now. */
  peek(): Read<T> {
    if (!this.#failure) return this.#answer(undefined)
    const { code, message, at } = this.#failure
    const retryAt = Math.round(this.#clock.wall() + Math.max(0, at + retryMs - this.#clock.monotonic()))
    return this.#answer({ code, message, retryAt })
  }

  /** Something changed: the value is old, whatever its age. */
  invalidate(): void {
    this.#readAt = Number.NEGATIVE_INFINITY
    this.#failure = undefined
    if (this.#pending) this.#isStaleOnArrival = true
  }

  #answer(failure: SourceFailure | undefined): Read<T> {
    return { value: this.#value, asOf: this.#asOf, failure }
  }

  #start(): Promise<void> {
    this.#isStaleOnArrival = false
    // A value is as old as its question: what a slow source says may have changed meanwhile.
    this.#pending = this.#run({ wall: this.#clock.wall(), monotonic: this.#clock.monotonic() }).finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  async #run(startedAt: { wall: number; monotonic: number }): Promise<void> {
    const loaded = await this.#load()
    if (!loaded.ok) {
      this.#failure = { ...loaded.error, at: this.#clock.monotonic() }
      return
    }
    this.#value = loaded.value
    this.#asOf = startedAt.wall
    this.#failure = undefined
    if (!this.#isStaleOnArrival) this.#readAt = startedAt.monotonic
  }

  async #isLate(pending: Promise<void>, waitMs: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>()
    const cancel = this.#clock.after(waitMs, () => late.resolve(true))
    try {
      return await Promise.race([pending.then(() => false), late.promise])
    } finally {
      cancel()
    }
  }
}

/** A number of a snapshot: as it is, with its age when the read after it failed, or the reason why there is none. */
export function cellOf(value: number | undefined | null, read: Read<unknown>): Cell<number> {
  if (value === undefined || value === null) return { missing: "NOT_READ" }
  return read.failure ? { stale: value, asOf: read.asOf } : value
}
