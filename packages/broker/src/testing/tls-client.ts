// A `WireClient` over TLS, with or without a certificate of its own.
import { type ConnectionOptions, connect } from "node:tls"
import type { Identity } from "./certificates.ts"
import { WireClient } from "./wire-client.ts"

export interface TlsClientOptions {
  readonly host: string
  readonly port: number
  readonly ca: string
  readonly identity?: Identity | undefined
  readonly more?: ConnectionOptions
}

/** Rejects when the handshake fails on this side; with TLS 1.3 a client certificate is judged only afterwards. */
export function connectTls({ host, port, ca, identity, more }: TlsClientOptions): Promise<WireClient> {
  return new Promise((resolve, reject) => {
    const own = identity ? { cert: identity.chain || identity.certificate.toString("pem"), key: identity.key } : {}
    const socket = connect({ host, port, ca, servername: "localhost", ...own, ...more })
    socket.once("error", reject)
    socket.once("secureConnect", () => resolve(WireClient.over(socket)))
  })
}
