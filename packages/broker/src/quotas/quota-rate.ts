// How much was used lately: Kafka's sampled rate, for what may run over and is made up for by waiting, and its token bucket, for what is
// refused. Pure; times are monotonic milliseconds.

export interface Windows {
  readonly count: number
  readonly windowMs: number
}

interface Sample {
  readonly startMs: number
  total: number
}

export class SampledRate {
  readonly #windows: Windows
  readonly #samples: Sample[] = []

  constructor(windows: Windows) {
    this.#windows = windows
  }

  record(amount: number, nowMs: number): void {
    const { windowMs } = this.#windows
    this.#forget(nowMs)
    const last = this.#samples.at(-1)
    if (last && nowMs - last.startMs < windowMs) last.total += amount
    else this.#samples.push({ startMs: nowMs, total: amount })
  }

  isIdle(nowMs: number): boolean {
    this.#forget(nowMs)
    return this.#samples.every(({ total }) => total <= 0)
  }

  /** How long to wait until the use so far is within so much per second; 0 when it is. */
  overuseMs(perSecond: number, nowMs: number): number {
    this.#forget(nowMs)
    const elapsedMs = this.#elapsedMs(nowMs)
    const rate = this.#samples.reduce((sum, { total }) => sum + total, 0) / (elapsedMs / 1_000)
    return rate <= perSecond ? 0 : Math.round(((rate - perSecond) / perSecond) * elapsedMs)
  }

  /** A short measurement counts as one of all windows but the last, so that a first burst is no violation. */
  #elapsedMs(nowMs: number): number {
    const { count, windowMs } = this.#windows
    const measuredMs = nowMs - (this.#samples[0]?.startMs ?? nowMs)
    const missing = count - 1 - Math.floor(measuredMs / windowMs)
    return measuredMs + Math.max(0, missing) * windowMs
  }

  #forget(nowMs: number): void {
    const { count, windowMs } = this.#windows
    while (this.#samples[0] && nowMs - this.#samples[0].startMs >= count * windowMs) this.#samples.shift()
  }
}

export class TokenBucket {
  readonly #windows: Windows
  #tokens: number
  #perSecond: number
  #atMs: number

  constructor(windows: Windows, { perSecond, nowMs }: { perSecond: number; nowMs: number }) {
    this.#windows = windows
    this.#perSecond = perSecond
    this.#tokens = this.#capacity
    this.#atMs = nowMs
  }

  /** How long until there is something to take; 0 when there is. */
  emptyMs(perSecond: number, nowMs: number): number {
    this.#refill(perSecond, nowMs)
    return this.#tokens < 0 ? Math.ceil((-this.#tokens / perSecond) * 1_000) : 0
  }

  /** May take more than there is: the next one waits for it. */
  take(amount: number): void {
    this.#tokens -= amount
  }

  isIdle(nowMs: number): boolean {
    this.#refill(this.#perSecond, nowMs)
    return this.#tokens >= this.#capacity
  }

  get #capacity(): number {
    return (this.#perSecond * this.#windows.count * this.#windows.windowMs) / 1_000
  }

  #refill(perSecond: number, nowMs: number): void {
    this.#perSecond = perSecond
    this.#tokens = Math.min(this.#capacity, this.#tokens + (perSecond * (nowMs - this.#atMs)) / 1_000)
    this.#atMs = nowMs
  }
}
