// Charges requests against the quotas of who sent them, and says how long their connection has to wait. Owns the measurements; nothing is
// measured for whom no quota is. Bounded: measurements of who has been quiet are forgotten.
import type { Clock } from "../ports.ts"
import { type QuotaKind, quotaKeys } from "./quota-entity.ts"
import { SampledRate, TokenBucket, type Windows } from "./quota-rate.ts"
import type { Consumer, Limit, QuotaStore } from "./quota-store.ts"

export interface QuotasOptions {
  readonly store: QuotaStore
  readonly clock: Clock
  readonly windows: Windows
  readonly mutationWindows: Windows
}

export type Mutation = { readonly ok: true } | { readonly ok: false; readonly throttleMs: number }

type Limits = Partial<Record<QuotaKind, Limit>>

const maxRemembered = 10_000
const kinds = Object.keys(quotaKeys) as QuotaKind[]

export class Quotas {
  readonly #options: QuotasOptions
  readonly #rates = new Map<string, SampledRate>()
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #limits = new Map<string, Limits>()
  #version = -1
  #lookedMs = Number.NEGATIVE_INFINITY

  constructor(options: QuotasOptions) {
    this.#options = options
  }

  /** How many senders something is remembered of. */
  get measured(): number {
    return this.#rates.size + this.#buckets.size
  }

  /** Counts what was used; the answer is how long who used it has to wait, in ms. */
  charge(kind: "produce" | "request", consumer: Consumer, amount: number): number {
    const limit = this.#limitsOf(consumer)?.[kind]
    if (!limit) return 0
    const nowMs = this.#options.clock.monotonic()
    const rate = this.#rateOf(`${kind} ${limit.sharedBy}`, nowMs)
    rate.record(amount, nowMs)
    const waitMs = rate.overuseMs(limit.perSecond, nowMs)
    // Time on the processor cannot be given back by waiting longer than one window at a time.
    return kind === "request" ? Math.min(waitMs, this.#options.windows.windowMs) : waitMs
  }

  /** What is too much is not given now. Who has been given nothing lately gets it all the same and waits afterwards: a batch may be large. */
  fetch(consumer: Consumer, bytes: number): { readonly throttleMs: number; readonly isGiven: boolean } {
    const limit = this.#limitsOf(consumer)?.fetch
    if (!limit) return { throttleMs: 0, isGiven: true }
    const nowMs = this.#options.clock.monotonic()
    const rate = this.#rateOf(`fetch ${limit.sharedBy}`, nowMs)
    const isFirst = rate.isIdle(nowMs)
    rate.record(bytes, nowMs)
    const throttleMs = rate.overuseMs(limit.perSecond, nowMs)
    const isGiven = throttleMs === 0 || isFirst
    if (!isGiven) rate.record(-bytes, nowMs)
    return { throttleMs, isGiven }
  }

  /** The most that one fetch may be given: more than fits into all windows could never be made up for. */
  largestFetch(consumer: Consumer): number {
    const limit = this.#limitsOf(consumer)?.fetch
    const { count, windowMs } = this.#options.windows
    return limit ? Math.max(1, (limit.perSecond * (count - 1) * windowMs) / 1_000) : Number.MAX_SAFE_INTEGER
  }

  /** Partitions that are made or go. Strict: refused once nothing is left; otherwise the change is made and its sender waits. */
  mutate(consumer: Consumer, partitions: number, { isStrict }: { isStrict: boolean }): Mutation {
    const limit = this.#limitsOf(consumer)?.mutation
    if (!limit) return { ok: true }
    const nowMs = this.#options.clock.monotonic()
    const bucket = this.#bucketOf(limit, nowMs)
    const throttleMs = bucket.emptyMs(limit.perSecond, nowMs)
    if (isStrict && throttleMs > 0) return { ok: false, throttleMs }
    bucket.take(partitions)
    const afterMs = isStrict ? 0 : bucket.emptyMs(limit.perSecond, nowMs)
    return afterMs > 0 ? { ok: false, throttleMs: afterMs } : { ok: true }
  }

  #limitsOf(consumer: Consumer): Limits | undefined {
    const { store } = this.#options
    if (store.isEmpty) return undefined
    if (this.#version !== store.version || this.#limits.size > maxRemembered) this.#limits.clear()
    this.#version = store.version
    const key = JSON.stringify([consumer.user, consumer.clientId])
    const known = this.#limits.get(key)
    if (known) return known
    const found: Limits = {}
    for (const kind of kinds) {
      const limit = store.limitOf(consumer, quotaKeys[kind])
      if (limit) found[kind] = limit
    }
    this.#limits.set(key, found)
    return found
  }

  #rateOf(key: string, nowMs: number): SampledRate {
    const known = this.#rates.get(key)
    if (known) return known
    this.#makeRoom(this.#rates, nowMs)
    const made = new SampledRate(this.#options.windows)
    this.#rates.set(key, made)
    return made
  }

  #bucketOf({ sharedBy, perSecond }: Limit, nowMs: number): TokenBucket {
    const known = this.#buckets.get(sharedBy)
    if (known) return known
    this.#makeRoom(this.#buckets, nowMs)
    const made = new TokenBucket(this.#options.mutationWindows, { perSecond, nowMs })
    this.#buckets.set(sharedBy, made)
    return made
  }

  /** Those go that nothing is left of, looked for once per window, and if that is not enough the oldest. */
  #makeRoom(measured: Map<string, { isIdle(nowMs: number): boolean }>, nowMs: number): void {
    if (measured.size < maxRemembered) return
    if (nowMs - this.#lookedMs >= this.#options.windows.windowMs) {
      this.#lookedMs = nowMs
      for (const [key, one] of measured) if (one.isIdle(nowMs)) measured.delete(key)
    }
    for (const key of measured.keys()) {
      if (measured.size < maxRemembered) return
      measured.delete(key)
    }
  }
}
