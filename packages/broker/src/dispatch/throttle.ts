// What one request costs its sender: time on the processor, bytes that were produced, and what its handler adds. The longest wait that one
// of the quotas asks for counts.
import type { Metrics } from "../metrics.ts"
import type { QuotaKind } from "../quotas/quota-entity.ts"
import type { Consumer } from "../quotas/quota-store.ts"
import type { Quotas } from "../quotas/quotas.ts"

export class Throttle {
  readonly #quotas: Quotas
  readonly #consumer: Consumer
  #busyMs = 0
  #ms = 0
  #kind: QuotaKind = "request"

  constructor(quotas: Quotas, consumer: Consumer) {
    this.#quotas = quotas
    this.#consumer = consumer
  }

  /** Time that the request had the processor for itself. */
  busy(ms: number): void {
    this.#busyMs += ms
  }

  add(kind: QuotaKind, ms: number): void {
    if (ms <= this.#ms) return
    this.#ms = ms
    this.#kind = kind
  }

  produced(bytes: number): void {
    this.add("produce", this.#quotas.charge("produce", this.#consumer, bytes))
  }

  /** Charges the time so far; the answer is what the response says and how long the connection is not read. */
  settle(metrics: Metrics): number {
    // One second of one processor is 100 percent.
    const percent = this.#busyMs / 10
    this.#busyMs = 0
    this.add("request", this.#quotas.charge("request", this.#consumer, percent))
    if (this.#ms > 0) metrics.onThrottled(this.#kind, this.#ms)
    return this.#ms
  }
}
