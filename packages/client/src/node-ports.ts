/** The bindings of the ports to Node: the only file of this package that touches sockets, timers, clocks and plain randomness. */
import { isIP, Socket } from "node:net"
import { connect as connectTls, type TLSSocket } from "node:tls"
import type { Address, ByteStream, Clock, Net, Ports, Random, StreamEvents, TlsOptions } from "./ports.ts"

export const nodeClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}

export const nodeRandom: Random = { next: () => Math.random() }

function connect(address: Address, events: StreamEvents, tls: TlsOptions | null): ByteStream {
  const socket = tls === null ? new Socket() : openTls(address, tls)
  let cause: Error | null = null
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
  socket.on(tls === null ? "connect" : "secureConnect", () => events.onOpen())
  socket.on("data", (chunk: Uint8Array) => events.onData(chunk))
  socket.on("error", (error) => {
    cause = error
  })
  socket.on("close", () => events.onEnd(cause))
  if (tls === null) socket.connect({ host: address.host, port: address.port })
  return {
    write: (bytes, onWritten) => void socket.write(bytes, (error) => (error ? undefined : onWritten?.())),
    destroy: () => void socket.destroy(),
  }
}

/** The broker's certificate is always checked, with its name. */
function openTls({ host, port }: Address, { ca, certificate: cert, key, serverName }: TlsOptions): TLSSocket {
  // SNI carries names only, but a certificate may well name an IP address.
  const servername = serverName ?? (isIP(host) === 0 ? host : undefined)
  return connectTls({ host, port, minVersion: "TLSv1.2", rejectUnauthorized: true, ca, cert, key, servername })
}

export const nodeNet: Net = { connect }

export const nodePorts: Ports = { clock: nodeClock, random: nodeRandom, net: nodeNet }
