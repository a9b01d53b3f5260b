/** The bindings of the ports to Node: the only file of this package that touches sockets, timers, clocks and randomness. */
import { Socket } from "node:net"
import type { Address, ByteStream, Clock, Net, Ports, Random, StreamEvents } from "./ports.ts"

export const nodeClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}

export const nodeRandom: Random = { next: () => Math.random() }

function connect(address: Address, events: StreamEvents): ByteStream {
  const socket = new Socket()
  let cause: Error | null = null
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
  socket.on("connect", () => events.onOpen())
  socket.on("data", (chunk: Uint8Array) => events.onData(chunk))
  socket.on("error", (error) => {
    cause = error
  })
  socket.on("close", () => events.onEnd(cause))
  socket.connect({ host: address.host, port: address.port })
  return {
    write: (bytes, onWritten) => void socket.write(bytes, (error) => (error ? undefined : onWritten?.())),
    destroy: () => void socket.destroy(),
  }
}

export const nodeNet: Net = { connect }

export const nodePorts: Ports = { clock: nodeClock, random: nodeRandom, net: nodeNet }
