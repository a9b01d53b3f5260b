// Accepts connections, counts them against the limits, and ends them when the broker stops.
import type { Clock, Closer, Connection, Logger, Net } from "../ports.ts"
import { ClientConnection, type Prepare } from "./connection.ts"
import { ByteBudget, type ConnectionLimits } from "./limits.ts"

export interface ListenerOptions {
  readonly name: string
  readonly net: Net
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: ConnectionLimits
  readonly prepare: Prepare
  readonly isPressured: () => boolean
}

export class Listener {
  readonly #options: ListenerOptions
  readonly #connections = new Set<ClientConnection>()
  readonly #byAddress = new Map<string, number>()
  readonly #largeFrames: ByteBudget
  #closer: Closer | null = null
  #nextId = 1
  #whenEmpty: (() => void) | null = null

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#largeFrames = new ByteBudget(options.limits.largeFrameBudgetBytes)
  }

  /** Answers the bound port. */
  async open(address: { host: string; port: number }): Promise<number> {
    this.#closer = await this.#options.net.listen(address, (socket) => this.#accept(socket))
    return this.#closer.port
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** The log's pressure changed: producing sockets are read again, or not. */
  regulate(): void {
    for (const connection of this.#connections) connection.regulate()
  }

  /** No new connection; what has started is answered, at most for the given time. */
  async close(graceMs: number): Promise<void> {
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

  #accept(socket: Connection): void {
    const { limits, logger } = this.#options
    const address = socket.remoteAddress
    const ofAddress = this.#byAddress.get(address) ?? 0
    if (this.#connections.size >= limits.maxConnections || ofAddress >= limits.maxConnectionsPerAddress) {
      logger.warn({ address, connections: this.#connections.size, ofAddress }, "refused a connection")
      socket.destroy()
      return
    }
    this.#byAddress.set(address, ofAddress + 1)
    const connection: ClientConnection = new ClientConnection({
      ...this.#options,
      socket,
      id: this.#nextId++,
      listener: this.#options.name,
      largeFrames: this.#largeFrames,
      onClosed: () => this.#forget(connection, address),
    })
    this.#connections.add(connection)
  }

  #forget(connection: ClientConnection, address: string): void {
    this.#connections.delete(connection)
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
    if (this.#connections.size === 0) this.#whenEmpty?.()
  }
}
