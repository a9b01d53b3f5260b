// What this console may ask of a cluster: so many requests a second, so many at a time. Who waits is served by priority, then by order.
import type { Clock } from "../../ports.ts"

/** Lower goes first. */
export const priorities = { user: 0, page: 1, live: 2, sampler: 3 } as const
export type Priority = keyof typeof priorities

export interface BudgetLimits {
  perSecond: number
  burst: number
  inFlight: number
}

export const clusterBudget: BudgetLimits = { perSecond: 20, burst: 60, inFlight: 8 }

interface Waiting {
  cost: number
  priority: number
  start: () => void
}

export class Budget {
  readonly #clock: Clock
  readonly #limits: BudgetLimits
  readonly #queue: Waiting[] = []
  #tokens: number
  #at: number
  #inFlight = 0
  #isWakePlanned = false

  constructor(clock: Clock, limits: BudgetLimits) {
    this.#clock = clock
    this.#limits = limits
    this.#tokens = limits.burst
    this.#at = clock.monotonic()
  }

  /** Runs a call that costs `cost` requests as soon as the budget has them. */
  async run<T>(priority: Priority, cost: number, call: () => Promise<T>): Promise<T> {
    await this.#turn(priorities[priority], Math.min(cost, this.#limits.burst))
    try {
      return await call()
    } finally {
      this.#inFlight -= 1
      this.#serve()
    }
  }

  get waiting(): number {
    return this.#queue.length
  }

  #turn(priority: number, cost: number): Promise<void> {
    return new Promise((start) => {
      const at = this.#queue.findIndex((other) => other.priority > priority)
      this.#queue.splice(at < 0 ? this.#queue.length : at, 0, { cost, priority, start })
      this.#serve()
    })
  }

  #serve(): void {
    this.#refill()
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      if (this.#inFlight >= this.#limits.inFlight) return
      if (this.#tokens < next.cost) {
        this.#planWake(next.cost)
        return
      }
      this.#queue.shift()
      this.#tokens -= next.cost
      this.#inFlight += 1
      next.start()
    }
  }

  #refill(): void {
    const now = this.#clock.monotonic()
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + ((now - this.#at) / 1000) * this.#limits.perSecond)
    this.#at = now
  }

  #planWake(cost: number): void {
    if (this.#isWakePlanned) return
    this.#isWakePlanned = true
    this.#clock.after(Math.ceil(((cost - this.#tokens) / this.#limits.perSecond) * 1000) + 1, () => {
      this.#isWakePlanned = false
      this.#serve()
    })
  }
}
