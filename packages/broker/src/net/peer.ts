// What handlers may know of the connection a request came over.

/** Who a request comes from, as Kafka prints it: `User:alice`. */
export interface Principal {
  readonly type: "User"
  readonly name: string
}

/** Whoever comes by a listener that asks for no identity, and everybody before authentication. */
export const anonymous: Principal = { type: "User", name: "ANONYMOUS" }

export interface Peer {
  readonly id: number
  /** The listener that the connection came in by, for example `client`. */
  readonly listener: string
  readonly principal: Principal
  /** As Kafka prints it: `/127.0.0.1`. */
  readonly host: string
  /** What the client said of itself in ApiVersions. */
  software: { readonly name: string; readonly version: string } | null
  /** True once nothing can be answered any more, or the broker is stopping: long waits end then. */
  readonly isLeaving: boolean
  /** Runs once when `isLeaving` becomes true; the answer takes it back. */
  onLeaving(listener: () => void): () => void
}

export class ConnectionPeer implements Peer {
  readonly id: number
  readonly host: string
  readonly listener: string
  principal: Principal = anonymous
  software: Peer["software"] = null
  #isLeaving = false
  readonly #listeners = new Set<() => void>()

  constructor({ id, remoteAddress, listener }: { id: number; remoteAddress: string; listener: string }) {
    this.id = id
    this.listener = listener
    this.host = `/${remoteAddress.replace(/^::ffff:/, "")}`
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
