// Node's sockets as the broker's `Net`. A binding: nothing is decided here but how Node is called.
import { createServer, connect as openSocket, type Server, type Socket } from "node:net"
import { BrokerError } from "../errors.ts"
import type { Arrivals, Closer, Connection, ConnectionEvents, Net, TlsOptions } from "../ports.ts"
import { NodeTls } from "./node-tls.ts"

export const nodeNet: Net = {
  listen: ({ host, port }, arrivals, tls) =>
    new Promise((resolve, reject) => {
      const handshakes = tls && openTls(tls, arrivals)
      const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
        const visit = arrivals.admit(socket.remoteAddress ?? "")
        if (!visit) return void socket.destroy()
        socket.on("close", () => visit.leave())
        if (handshakes) handshakes.begin(socket, visit)
        else arrivals.accept(wrap(socket, null), visit)
      })
      const refuse = (cause: NodeJS.ErrnoException) => reject(listenError(cause, `${host}:${port}`))
      server.once("error", refuse)
      server.listen({ host, port, backlog: 1_024 }, () => {
        server.off("error", refuse)
        // An accept that fails (no free descriptors) concerns one connection, which the kernel keeps waiting.
        server.on("error", () => {})
        resolve(closerOf(server, handshakes))
      })
    }),

  connect: (host, port) =>
    new Promise((resolve, reject) => {
      const socket = openSocket({ host, port, noDelay: true })
      socket.once("error", reject)
      socket.once("connect", () => {
        socket.off("error", reject)
        resolve(wrap(socket, null))
      })
    }),
}

function openTls(tls: TlsOptions, arrivals: Arrivals): NodeTls {
  return new NodeTls(tls, {
    secured: (socket, certificate, visit) => {
      arrivals.shook(socket.remoteAddress ?? "", null)
      arrivals.accept(wrap(socket, certificate), visit)
    },
    failed: (remoteAddress, reason) => arrivals.shook(remoteAddress, reason),
  })
}

function listenError(cause: NodeJS.ErrnoException, address: string): BrokerError {
  if (cause.code === "EADDRINUSE")
    return new BrokerError("ADDRESS_IN_USE", `${address} is in use by another process`, { cause, path: "/listen/port" })
  return new BrokerError("LISTEN_FAILED", `cannot listen on ${address}: ${cause.message}`, { cause, path: "/listen" })
}

function closerOf(server: Server, handshakes: NodeTls | undefined): Closer {
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    port,
    replaceTls: (material) => handshakes?.replace(material),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        handshakes?.abandon()
      }),
  }
}

function wrap(socket: Socket, certificate: Uint8Array | null): Connection {
  // A reset before anybody listens must not end the process.
  socket.on("error", () => {})
  return {
    remoteAddress: socket.remoteAddress ?? "",
    certificate,
    listen: (events) => attach(socket, events),
    write: (parts, written) => writeAll(socket, parts, written),
    get bufferedBytes() {
      return socket.writableLength
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  }
}

function attach(socket: Socket, events: ConnectionEvents): void {
  let failure: Error | null = null
  socket.on("error", (error) => {
    failure = error
  })
  socket.on("data", (chunk: Buffer) => events.data(chunk))
  socket.on("drain", () => events.drain())
  socket.on("close", () => events.close(failure))
}

function writeAll(socket: Socket, parts: readonly Uint8Array[], written?: () => void): void {
  const last = parts.length - 1
  socket.cork()
  parts.forEach((part, index) => {
    socket.write(part, index === last && written ? () => written() : undefined)
  })
  socket.uncork()
}
