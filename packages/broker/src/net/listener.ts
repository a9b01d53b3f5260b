// One listener: accepts connections as far as the admission lets them in, and ends them when the broker stops or when who they belong to
// may not be there any longer.

import type { Clock, Closer, Connection, Logger, Net, TlsMaterial, TlsOptions, Visit } from "../ports.ts"
import type { Authentication } from "../security/authentication.ts"
import type { Identify } from "../security/security.ts"
import type { Admission, Refusal } from "./admission.ts"
import { ClientConnection, type Prepare } from "./connection.ts"
import type { ByteBudget, ConnectionLimits } from "./limits.ts"
import { plainAddress } from "./peer.ts"

/** What listeners tell; the counts are in the metrics. */
export interface ListenerEvents {
  onRefused(listener: string, reason: Refusal): void
  onHandshake(listener: string, outcome: "success" | "failure"): void
}

export interface ListenerOptions {
  readonly name: string
  readonly tls?: TlsOptions
  readonly net: Net
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: ConnectionLimits
  /** Shared by all listeners. */
  readonly admission: Admission
  readonly largeFrames: ByteBudget
  readonly nextId: () => number
  readonly identify: Identify
  readonly prepare: Prepare
  readonly isPressured: () => boolean
  readonly events: ListenerEvents
}

/** Refusals and bad handshakes come in floods: one line per second says how many. */
const logEveryMs = 1_000

export class Listener {
  readonly #options: ListenerOptions
  readonly #connections = new Set<ClientConnection>()
  #closer: Closer | null = null
  #whenEmpty: (() => void) | null = null
  #isClosing = false
  #lastLogMs = Number.NEGATIVE_INFINITY
  #unlogged = 0

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.name
  }

  /** Answers the bound port. */
  async open(address: { host: string; port: number }): Promise<number> {
    const { net, tls, events, name } = this.#options
    const arrivals = {
      admit: (remoteAddress: string) => this.#admit(plainAddress(remoteAddress)),
      accept: (socket: Connection, visit: Visit) => this.#accept(socket, visit),
      shook: (remoteAddress: string, failure: string | null) => {
        events.onHandshake(name, failure === null ? "success" : "failure")
        if (failure !== null) this.#logOften({ address: plainAddress(remoteAddress), reason: failure }, "a TLS handshake failed")
      },
    }
    this.#closer = await net.listen(address, arrivals, tls)
    return this.#closer.port
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** The log's pressure changed: producing sockets are read again, or not. */
  regulate(): void {
    for (const connection of this.#connections) connection.regulate()
  }

  /** Throws when the material cannot be used; connections stay as they are. */
  replaceTls(material: TlsMaterial): void {
    this.#closer?.replaceTls(material)
  }

  /** Ends the connections whose authentication matches. */
  endSessions(matches: (authentication: Authentication) => boolean, reason: string): void {
    for (const connection of this.#connections) if (matches(connection.authentication)) connection.fail(reason)
  }

  /** No new connection; what has started is answered, at most for the given time. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true
    const closed = this.#closer?.close()
    for (const connection of this.#connections) connection.drain()
    if (this.#connections.size > 0) await this.#untilEmpty(graceMs)
    await closed
  }

  destroyAll(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  #untilEmpty(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(graceMs, () => this.destroyAll())
      this.#whenEmpty = () => {
        cancel()
        resolve()
      }
    })
  }

  #admit(address: string): Visit | null {
    const { admission, tls, events, name, clock } = this.#options
    if (this.#isClosing) return null
    const entry = admission.enter(address, { isTls: tls !== undefined })
    if ("release" in entry) return { sinceMs: clock.monotonic(), leave: entry.release }
    events.onRefused(name, entry.refusal)
    const { count: connections } = admission
    this.#logOften({ address, reason: entry.refusal, connections, ofAddress: admission.ofAddress(address) }, "refused a connection")
    return null
  }

  #accept(socket: Connection, { sinceMs }: Visit): void {
    const { identify, limits, nextId, clock } = this.#options
    const address = plainAddress(socket.remoteAddress)
    const authentication = identify(socket, {
      address,
      deadlineMs: Math.max(0, sinceMs + limits.handshakeMs - clock.monotonic()),
      failureDelayMs: limits.failureDelayMs,
    })
    if ("refused" in authentication) {
      this.#options.events.onRefused(this.#options.name, "certificate")
      this.#logOften({ address, reason: authentication.refused }, "refused a connection")
      socket.destroy()
      return
    }
    const connection: ClientConnection = new ClientConnection({
      ...this.#options,
      socket,
      id: nextId(),
      listener: this.#options.name,
      authentication,
      onClosed: () => this.#forget(connection),
    })
    this.#connections.add(connection)
  }

  #forget(connection: ClientConnection): void {
    this.#connections.delete(connection)
    if (this.#connections.size === 0) this.#whenEmpty?.()
  }

  #logOften(fields: object, message: string): void {
    const nowMs = this.#options.clock.monotonic()
    this.#unlogged += 1
    if (nowMs - this.#lastLogMs < logEveryMs) return
    this.#options.logger.warn({ listener: this.#options.name, ...fields, times: this.#unlogged }, message)
    this.#lastLogMs = nowMs
    this.#unlogged = 0
  }
}
