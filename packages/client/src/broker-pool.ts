/**
 * The open connections, one per address and lane. A lane keeps requests that may wait long (fetch, join) away from those that must not
 * (heartbeats): answers of one connection come in request order. Simultaneous users of a lane share one attempt to connect.
 */
import { Connection, type ConnectionConfig } from "./connection.ts"
import { type Failed, failed, type Result } from "./errors.ts"
import type { Address } from "./ports.ts"

type Entry = { address: Address; lane: string; opening: Promise<Result<Connection>>; connection: Connection | null }

export const addressKey = ({ host, port }: Address): string => `${host}:${port}`

const closedClient: Failed = failed("CLOSED", "the client is closed")
const closedLane: Failed = failed("CONNECTION_LOST", "the connection was no longer wanted when it opened")

export class BrokerPool {
  readonly #config: ConnectionConfig
  readonly #entries = new Map<string, Entry>()
  #isClosed = false

  constructor(config: ConnectionConfig) {
    this.#config = config
  }

  get(address: Address, lane: string): Promise<Result<Connection>> {
    if (this.#isClosed) return Promise.resolve(closedClient)
    const key = `${addressKey(address)}/${lane}`
    const existing = this.#entries.get(key)
    if (existing !== undefined && existing.connection?.isOpen !== false) return existing.opening
    const entry: Entry = { address, lane, connection: null, opening: Promise.resolve(closedClient) }
    this.#entries.set(key, entry)
    entry.opening = this.#open(entry, key)
    return entry.opening
  }

  /** Open connections of a lane, to be preferred when any broker will do. */
  openIn(lane: string): Connection[] {
    return [...this.#entries.values()].flatMap(({ lane: own, connection }) =>
      own === lane && connection?.isOpen === true ? [connection] : [],
    )
  }

  closeLane(lane: string): void {
    this.#closeWhere((entry) => entry.lane === lane)
  }

  /** Closes what leads to addresses the cluster no longer has. */
  retain(addresses: readonly Address[]): void {
    const wanted = new Set(addresses.map(addressKey))
    this.#closeWhere((entry) => !wanted.has(addressKey(entry.address)))
  }

  close(): void {
    this.#isClosed = true
    this.#closeWhere(() => true)
  }

  async #open(entry: Entry, key: string): Promise<Result<Connection>> {
    const opened = await Connection.open(entry.address, this.#config)
    const isWanted = this.#entries.get(key) === entry
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    }
    if (!opened.ok) {
      forget()
      return opened
    }
    if (!isWanted) {
      opened.value.close()
      return closedLane
    }
    entry.connection = opened.value
    opened.value.onClosed = forget
    if (!opened.value.isOpen) forget()
    return opened
  }

  #closeWhere(matches: (entry: Entry) => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (!matches(entry)) continue
      this.#entries.delete(key)
      entry.connection?.close()
    }
  }
}
