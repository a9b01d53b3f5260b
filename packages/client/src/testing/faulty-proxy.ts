/** A TCP proxy between a client and a broker that spoils what the broker answers: cuts it, garbles it, keeps it back. */
import { connect, createServer, type Socket } from "node:net"

export type Fault = "pass" | "cut" | "garble" | "hang"

export type FaultyProxy = AsyncDisposable & {
  port: number
  /** Asked for each chunk of the broker's answers. */
  fault: () => Fault
  /** Nothing the client sends arrives. */
  isDeaf: boolean
  /** Where to garble, and with what, as fractions of 1. */
  random: () => number
  target: { host: string; port: number }
  dropConnections(): void
}

export async function startFaultyProxy(): Promise<FaultyProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const broker = connect(proxy.target)
    let isHung = false
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.on("error", () => socket.destroy())
      socket.on("close", () => {
        sockets.delete(socket)
        client.destroy()
        broker.destroy()
      })
    }
    client.on("data", (chunk) => void (proxy.isDeaf || broker.write(chunk)))
    broker.on("data", (chunk) => {
      const fault = proxy.fault()
      isHung ||= fault === "hang"
      if (!isHung) spoil(client, Buffer.from(chunk), fault)
    })
  })

  function spoil(client: Socket, chunk: Buffer, fault: Fault): void {
    if (fault === "cut") {
      client.end(chunk.subarray(0, Math.floor(chunk.length * proxy.random())))
      return
    }
    if (fault === "garble") chunk[Math.floor(chunk.length * proxy.random())] = Math.floor(256 * proxy.random())
    client.write(chunk)
  }

  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))
  })
  const proxy: FaultyProxy = {
    port,
    fault: () => "pass",
    isDeaf: false,
    random: Math.random,
    target: { host: "127.0.0.1", port: 0 },
    dropConnections() {
      for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}
