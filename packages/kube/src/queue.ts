// Work queue of keys. A key waits at most once and never runs twice at once: added while it runs, it runs again afterwards.
// Failed keys come back with a per-key backoff under one overall rate. Holds no objects and knows no kinds.
import { type Cancel, type Clock, nodeClock } from "./ports.ts"

export type WorkQueueOptions = {
  clock?: Clock
  firstBackoffMs?: number
  maxBackoffMs?: number
  /** Rate of all retries together. */
  perSecond?: number
  burst?: number
}

type Delayed = { dueMs: number; cancel: Cancel }

export class WorkQueue {
  readonly #clock: Clock
  readonly #firstBackoffMs: number
  readonly #maxBackoffMs: number
  readonly #bucket: TokenBucket
  /** In order of arrival; never holds a key that is running. */
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()
  /** Added while running. */
  readonly #again = new Set<string>()
  readonly #delayed = new Map<string, Delayed>()
  readonly #failures = new Map<string, number>()
  readonly #takers: ((key: string | undefined) => void)[] = []
  readonly #idleWaiters: (() => void)[] = []
  #isStopped = false

  constructor(options: WorkQueueOptions = {}) {
    this.#clock = options.clock ?? nodeClock
    this.#firstBackoffMs = options.firstBackoffMs ?? 5
    this.#maxBackoffMs = options.maxBackoffMs ?? 1_000_000
    this.#bucket = new TokenBucket(this.#clock, options.perSecond ?? 10, options.burst ?? 100)
  }

  /** Keys that wait for a worker now. */
  get length(): number {
    return this.#waiting.size
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  add(key: string): void {
    if (this.#isStopped) return
    this.#undelay(key)
    if (this.#running.has(key)) {
      this.#again.add(key)
      return
    }
    this.#waiting.add(key)
    this.#hand()
  }

  /** The earliest of several delays of one key wins. */
  addAfter(key: string, delayMs: number): void {
    if (this.#isStopped) return
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const dueMs = this.#clock.monotonic() + delayMs
    const planned = this.#delayed.get(key)
    if (planned && planned.dueMs <= dueMs) return
    this.#undelay(key)
    this.#delayed.set(key, { dueMs, cancel: this.#clock.after(delayMs, () => this.add(key)) })
  }

  /** After a failure: 5 ms, 10 ms, … 1000 s per key, and not faster than the overall rate. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    const backoffMs = Math.min(this.#maxBackoffMs, this.#firstBackoffMs * 2 ** Math.min(failures, 40))
    this.addAfter(key, Math.max(backoffMs, this.#bucket.reserveMs()))
  }

  /** The key succeeded: its next failure starts from the first delay again. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  /** The next key, to be given back with `done`; `undefined` once stopped. */
  take(): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.#isStopped) {
        resolve(undefined)
        return
      }
      this.#takers.push(resolve)
      this.#hand()
    })
  }

  done(key: string): void {
    this.#running.delete(key)
    if (this.#again.delete(key)) this.add(key)
    this.#settleIdle()
  }

  /** Runs keys until stopped; resolves when the last worker ended. A handler that throws stops its worker: it is a bug. */
  async run(handle: (key: string) => Promise<void>, { concurrency = 1 }: { concurrency?: number } = {}): Promise<void> {
    await Promise.all(Array.from({ length: concurrency }, () => this.#work(handle)))
  }

  /** Resolves when nothing waits and nothing runs; delayed keys do not count. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve)
      this.#settleIdle()
    })
  }

  /** Waiting and delayed keys are dropped; running ones end by themselves. */
  stop(): void {
    this.#isStopped = true
    for (const { cancel } of this.#delayed.values()) cancel()
    this.#delayed.clear()
    this.#waiting.clear()
    this.#again.clear()
    for (const taker of this.#takers.splice(0)) taker(undefined)
    this.#settleIdle()
  }

  async #work(handle: (key: string) => Promise<void>): Promise<void> {
    for (let key = await this.take(); key !== undefined; key = await this.take()) {
      try {
        await handle(key)
      } finally {
        this.done(key)
      }
    }
  }

  #hand(): void {
    while (this.#takers.length > 0 && this.#waiting.size > 0) {
      const [key] = this.#waiting
      const taker = this.#takers.shift()
      if (key === undefined || taker === undefined) return
      this.#waiting.delete(key)
      this.#running.add(key)
      taker(key)
    }
  }

  #undelay(key: string): void {
    this.#delayed.get(key)?.cancel()
    this.#delayed.delete(key)
  }

  #settleIdle(): void {
    if (this.#waiting.size > 0 || this.#running.size > 0) return
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
  }
}

class TokenBucket {
  readonly #clock: Clock
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #atMs: number

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#atMs = clock.monotonic()
  }

  /** Takes one token, also from the future, and says how long to wait for it. */
  reserveMs(): number {
    const nowMs = this.#clock.monotonic()
    this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#atMs) * this.#perMs) - 1
    this.#atMs = nowMs
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs
  }
}
