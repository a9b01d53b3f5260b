// Who may connect: decided before anything is read, with the total, the share of one address and of one principal, handshakes per second,
// and how late the loop is. Shared by all listeners; owns the counts.
import type { Clock } from "../ports.ts"
import type { ConnectionLimits } from "./limits.ts"
import { LoopWatch } from "./loop-watch.ts"
import { Rates } from "./rates.ts"

/** Why somebody was not let in; a label of metrics. */
export const refusals = ["total", "address", "principal", "rate", "handshakes", "busy", "certificate"] as const
export type Refusal = (typeof refusals)[number]

export interface AdmissionOptions {
  readonly limits: ConnectionLimits
  readonly clock: Clock
  /** Connections per second that an address may open; undefined without a quota. */
  readonly quotaOf?: (address: string) => number | undefined
}

export type Entry = { readonly release: () => void } | { readonly refusal: Refusal }

export class Admission {
  readonly #limits: ConnectionLimits
  readonly #quotaOf: (address: string) => number | undefined
  readonly #loop: LoopWatch
  readonly #arrivals: Rates
  readonly #handshakes: Rates
  readonly #byAddress = new Map<string, number>()
  readonly #byPrincipal = new Map<string, number>()
  #total = 0

  constructor({ limits, clock, quotaOf = () => undefined }: AdmissionOptions) {
    this.#limits = limits
    this.#quotaOf = quotaOf
    this.#loop = new LoopWatch(clock, limits.maxLoopLagMs)
    this.#arrivals = new Rates(clock)
    this.#handshakes = new Rates(clock)
  }

  get count(): number {
    return this.#total
  }

  ofAddress(address: string): number {
    return this.#byAddress.get(address) ?? 0
  }

  enter(address: string, { isTls }: { isTls: boolean }): Entry {
    const refusal = this.#whyNot(address, isTls)
    if (refusal) return { refusal }
    this.#total += 1
    const leave = count(this.#byAddress, address)
    return {
      release: once(() => {
        this.#total -= 1
        leave()
      }),
    }
  }

  /** A connection has proved who it is; `null` when that principal has its share already. The answer gives the place back. */
  claim(principal: string): (() => void) | null {
    if ((this.#byPrincipal.get(principal) ?? 0) >= this.#limits.maxConnectionsPerPrincipal) return null
    return once(count(this.#byPrincipal, principal))
  }

  #whyNot(address: string, isTls: boolean): Refusal | undefined {
    const { maxConnections, maxConnectionsPerAddress, handshakesPerSecond } = this.#limits
    if (this.#total >= maxConnections) return "total"
    if (this.ofAddress(address) >= maxConnectionsPerAddress) return "address"
    if (this.#loop.isBehind()) return "busy"
    const quota = this.#quotaOf(address)
    if (quota !== undefined && !this.#arrivals.take(address, quota)) return "rate"
    if (isTls && !this.#handshakes.take(address, handshakesPerSecond)) return "handshakes"
    return undefined
  }
}

function count(counts: Map<string, number>, key: string): () => void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
  return () => {
    const left = (counts.get(key) ?? 1) - 1
    if (left === 0) counts.delete(key)
    else counts.set(key, left)
  }
}

function once(run: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    run()
  }
}
