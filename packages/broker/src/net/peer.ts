// What handlers may know of the connection a request came over.
import type { Authentication } from "../security/authentication.ts"
import type { Principal } from "../security/principal.ts"

export interface Peer {
  readonly id: number
  /** The listener that the connection came in by, for example `client`. */
  readonly listener: string
  /** `ANONYMOUS` until the connection has authenticated. */
  readonly principal: Principal
  readonly authentication: Authentication
  /** As Kafka prints it: `/127.0.0.1`. */
  readonly host: string
  /** What the client said of itself in ApiVersions. */
  software: { readonly name: string; readonly version: string } | null
  /** True once nothing can be answered any more, or the broker is stopping: long waits end then. */
  readonly isLeaving: boolean
  /** Runs once when `isLeaving` becomes true; the answer takes it back. */
  onLeaving(listener: () => void): () => void
}

export interface PeerOptions {
  readonly id: number
  readonly remoteAddress: string
  readonly listener: string
  readonly authentication: Authentication
}

export class ConnectionPeer implements Peer {
  readonly id: number
  readonly host: string
  readonly listener: string
  readonly authentication: Authentication
  software: Peer["software"] = null
  #isLeaving = false
  readonly #listeners = new Set<() => void>()

  constructor({ id, remoteAddress, listener, authentication }: PeerOptions) {
    this.id = id
    this.listener = listener
    this.authentication = authentication
    this.host = `/${plainAddress(remoteAddress)}`
  }

  get principal(): Principal {
    return this.authentication.principal
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  onLeaving(listener: () => void): () => void {
    if (this.#isLeaving) listener()
    else this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  leave(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }
}

/** An IPv4 address is one, also when it came in by an IPv6 socket. */
export const plainAddress = (remoteAddress: string): string => remoteAddress.replace(/^::ffff:/, "")
