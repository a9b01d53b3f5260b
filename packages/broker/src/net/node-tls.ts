// Node's TLS for accepted sockets. A binding of `node-net.ts`: it shakes hands, hands over who is secure and says why others are not.
// A server that never listens does the work, since only a server verifies client certificates; sockets are given to it by hand.
// OpenSSL checks dates, chain, key usage and, with a revocation list, every certificate of the chain; the CA replaces all built-in ones.
import type { Socket } from "node:net"
import { createSecureContext, createServer, type SecureContextOptions, type Server, type TLSSocket } from "node:tls"
import { BrokerError } from "../errors.ts"
import type { TlsMaterial, TlsOptions, Visit } from "../ports.ts"

export interface TlsEvents {
  secured(socket: TLSSocket, certificate: Uint8Array | null, visit: Visit): void
  failed(remoteAddress: string, reason: string): void
}

export class NodeTls {
  readonly #options: TlsOptions
  readonly #server: Server
  /** By the other side's address and port, which raw and secure sockets have in common. */
  readonly #shaking = new Map<string, { readonly socket: Socket; readonly visit: Visit }>()

  constructor(options: TlsOptions, events: TlsEvents) {
    this.#options = options
    this.#server = createServer({
      ...this.#contextOf(options.material),
      requestCert: options.clientCertificate !== "none",
      // Checked below for `want` too, where Node would let a bad certificate pass.
      rejectUnauthorized: options.clientCertificate === "need",
      handshakeTimeout: options.handshakeMs,
      noDelay: true,
    })
    this.#server.on("secureConnection", (socket) => this.#onSecured(socket, events))
    this.#server.on("tlsClientError", (error, socket) => events.failed(socket.remoteAddress ?? "", reasonOf(error)))
  }

  begin(socket: Socket, visit: Visit): void {
    const key = keyOf(socket)
    this.#shaking.set(key, { socket, visit })
    socket.on("close", () => this.#shaking.delete(key))
    socket.on("error", () => {})
    this.#server.emit("connection", socket)
  }

  /** Sessions of the former certificates cannot be resumed: their ticket keys go with the context. */
  replace(material: TlsMaterial): void {
    this.#server.setSecureContext(this.#contextOf(material))
  }

  /** Ends handshakes under way; what is secure belongs to others. */
  abandon(): void {
    for (const { socket } of this.#shaking.values()) socket.destroy()
  }

  #contextOf({ certificate, key, clientCa, clientCrl }: TlsMaterial): SecureContextOptions {
    const context: SecureContextOptions = { cert: certificate, key, minVersion: this.#options.minVersion }
    if (clientCa !== undefined) context.ca = clientCa
    if (clientCrl !== undefined) context.crl = clientCrl
    try {
      createSecureContext(context)
    } catch (cause) {
      throw new BrokerError("CONFIG_INVALID", `the certificate, key, client CA or revocation list cannot be used: ${reasonOf(cause)}`, {
        cause,
      })
    }
    return context
  }

  #onSecured(socket: TLSSocket, events: TlsEvents): void {
    const shaking = this.#shaking.get(keyOf(socket))
    this.#shaking.delete(keyOf(socket))
    const certificate = socket.getPeerX509Certificate()?.raw ?? null
    if (shaking && (certificate === null || socket.authorized)) {
      events.secured(socket, certificate, shaking.visit)
      return
    }
    events.failed(socket.remoteAddress ?? "", `client certificate: ${String(socket.authorizationError)}`)
    socket.destroy()
  }
}

const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, message } = error as NodeJS.ErrnoException
  // OpenSSL's text carries addresses and source lines; its code names the cause.
  return code?.startsWith("ERR_SSL_") ? code.slice("ERR_SSL_".length).toLowerCase().replaceAll("_", " ") : message
}
