// A flood in a process of its own: `kind` of attempts at a rate for a time, from addresses of its own. Prints how many it made.
import { connect, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"
import { handshake, sendToken } from "../sasl-login.ts"
import { WireClient } from "../wire-client.ts"

const [, , kind = "", port = "", rate = "", seconds = ""] = process.argv
const addresses = 8
let made = 0

/** Loopback has many addresses; a flood comes from some of them. */
const from = () => `127.0.1.${(made % addresses) + 1}`
const target = { host: "127.0.0.1", port: Number(port) }

function plainSocket(): Socket {
  const socket = connect({ ...target, localAddress: from() })
  socket.on("error", () => {})
  return socket
}

const attempts: Record<string, () => void> = {
  connect: () => {
    const socket = plainSocket()
    socket.on("connect", () => socket.resetAndDestroy())
  },
  tls: () => {
    const socket = connectTls({ socket: plainSocket(), rejectUnauthorized: false })
    socket.on("error", () => {})
    socket.on("secureConnect", () => socket.destroy())
  },
  scram: () => {
    const socket = plainSocket()
    socket.once("connect", () => void guess(WireClient.over(socket)).catch(() => socket.destroy()))
  },
}

async function guess(wire: WireClient): Promise<void> {
  await handshake(wire, "SCRAM-SHA-256")
  const { reply } = await sendToken(wire, "n,,n=victim,r=abc")
  const nonce = /r=([^,]*)/.exec(reply)?.[1]
  await sendToken(wire, `c=biws,r=${nonce},p=${Buffer.alloc(32, made).toString("base64")}`)
  await wire[Symbol.asyncDispose]()
}

const startedMs = performance.now()
const timer = setInterval(() => {
  const elapsed = (performance.now() - startedMs) / 1_000
  for (; made < Math.min(elapsed, Number(seconds)) * Number(rate); made++) attempts[kind]?.()
  if (elapsed < Number(seconds)) return
  clearInterval(timer)
  process.stdout.write(`${made}\n`, () => process.exit(0))
}, 10)
