// Node's TCP sockets as the broker's `Net`. A binding: nothing is decided here.
import { createServer, connect as openSocket, type Server, type Socket } from "node:net"
import { BrokerError } from "../errors.ts"
import type { Closer, Connection, ConnectionEvents, Net } from "../ports.ts"

export const nodeNet: Net = {
  listen: ({ host, port }, accept) =>
    new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => accept(wrap(socket)))
      const refuse = (cause: NodeJS.ErrnoException) => reject(listenError(cause, `${host}:${port}`))
      server.once("error", refuse)
      server.listen({ host, port, backlog: 1_024 }, () => {
        server.off("error", refuse)
        // An accept that fails (no free descriptors) concerns one connection, which the kernel keeps waiting.
        server.on("error", () => {})
        resolve(closerOf(server))
      })
    }),
  connect: (host, port) =>
    new Promise((resolve, reject) => {
      const socket = openSocket({ host, port, noDelay: true })
      socket.once("error", reject)
      socket.once("connect", () => {
        socket.off("error", reject)
        resolve(wrap(socket))
      })
    }),
}

function listenError(cause: NodeJS.ErrnoException, address: string): BrokerError {
  if (cause.code === "EADDRINUSE")
    return new BrokerError("ADDRESS_IN_USE", `${address} is in use by another process`, { cause, path: "/listen/port" })
  return new BrokerError("LISTEN_FAILED", `cannot listen on ${address}: ${cause.message}`, { cause, path: "/listen" })
}

function closerOf(server: Server): Closer {
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { port, close: () => new Promise((resolve) => void server.close(() => resolve())) }
}

function wrap(socket: Socket): Connection {
  // A reset before anybody listens must not end the process.
  socket.on("error", () => {})
  return {
    remoteAddress: socket.remoteAddress ?? "",
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
