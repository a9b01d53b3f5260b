// HTTPS over one socket. Closing ends idle connections at once and lets running requests finish for a moment.
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import type { Clock } from "../../ports.ts"

export type ListenerOptions = {
  host: string
  port: number
  key: string
  cert: string
  clock: Clock
  handle: (request: IncomingMessage, response: ServerResponse) => void
}

const keepAliveMs = 75_000
const graceMs = 1_000
const headersMs = 30_000

export class Listener {
  readonly #server: Server
  readonly #clock: Clock

  private constructor(server: Server, clock: Clock) {
    this.#server = server
    this.#clock = clock
  }

  /** Rejects with the operating system's error, such as EADDRINUSE. */
  static async open({ host, port, key, cert, clock, handle }: ListenerOptions): Promise<Listener> {
    const options = { key, cert, minVersion: "TLSv1.2", keepAliveTimeout: keepAliveMs, headersTimeout: headersMs } as const
    const server = createServer(options, handle)
    // A client that speaks no TLS, or does not trust the certificate, ends its own connection only.
    server.on("tlsClientError", (_error, socket) => socket.destroy())
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject)
      server.listen(port, host, () => {
        server.off("error", reject)
        resolve()
      })
    })
    return new Listener(server, clock)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    // Answers in flight wait for the disk only; what is still open after that belongs to a client that does not read.
    const cancel = this.#clock.after(graceMs, () => this.#server.closeAllConnections())
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
    })
    cancel()
  }
}
