import type { Clock } from "./ports.ts"

export interface Rate {
  perSecond: number
  burst: number
}

export type RateDecision = { ok: true } | { ok: false; retryAfterMs: number }

/** Token buckets by key. A bucket that is full again is forgotten. */
export class RateLimiter {
  readonly #clock: Clock
  readonly #rate: Rate
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(clock: Clock, rate: Rate) {
    this.#clock = clock
    this.#rate = rate
  }

  /** Whether a token is there, without taking it. */
  check(key: string): RateDecision {
    const { perSecond, burst } = this.#rate
    const bucket = this.#buckets.get(key)
    const tokens = bucket ? Math.min(burst, bucket.tokens + ((this.#clock.monotonic() - bucket.at) / 1000) * perSecond) : burst
    return tokens >= 1 ? { ok: true } : { ok: false, retryAfterMs: Math.ceil(((1 - tokens) / perSecond) * 1000) }
  }

  /** Takes `count` tokens, or answers how long until they are there. */
  take(key: string, count = 1): RateDecision {
    const { perSecond, burst } = this.#rate
    const now = this.#clock.monotonic()
    const bucket = this.#buckets.get(key)
    const tokens = bucket ? Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond) : burst
    const isGranted = tokens >= Math.min(count, burst)
    const left = isGranted ? tokens - count : tokens
    this.#buckets.set(key, { tokens: left, at: now })
    if (this.#buckets.size > 10_000) this.#forgetFull(now)
    return isGranted ? { ok: true } : { ok: false, retryAfterMs: Math.ceil(((Math.min(count, burst) - tokens) / perSecond) * 1000) }
  }

  #forgetFull(now: number): void {
    const { perSecond, burst } = this.#rate
    for (const [key, { tokens, at }] of this.#buckets) if (tokens + ((now - at) / 1000) * perSecond >= burst) this.#buckets.delete(key)
  }
}
