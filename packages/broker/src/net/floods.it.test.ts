// F6, F7, F8: what strangers cost, and what those who belong here notice of them. The broker runs in a process of its own.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { Metadata } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { Authority, localServer } from "../testing/certificates.ts"
import { BrokerUnderFlood } from "../testing/floods/broker-under-flood.ts"
import type { TestBrokerOptions } from "../testing/in-process.ts"
import { type Login, logIn } from "../testing/sasl-login.ts"
import { WireClient } from "../testing/wire-client.ts"

const login: Login = { mechanism: "SCRAM-SHA-256", user: "alice", password: "alices" }
const secured: TestBrokerOptions = {
  listeners: [{ name: "client", listen: { host: "127.0.0.1", port: 0 }, protocol: "SASL_PLAINTEXT", mechanisms: ["SCRAM-SHA-256"] }],
  security: {
    users: [
      { name: "alice", password: "alices" },
      { name: "victim", password: "secret" },
    ],
  },
}
const kib = 1_024
const noTopics = { topics: [], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false }

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true })
    socket.once("error", reject)
    socket.once("connect", () => {
      socket.on("error", () => {})
      resolve(socket)
    })
  })
}

/** In batches, because a listen queue has an end. */
async function openMany<T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> {
  const all: T[] = []
  while (all.length < count)
    all.push(...(await Promise.all(Array.from({ length: Math.min(200, count - all.length) }, (_, index) => one(all.length + index)))))
  return all
}

async function loggedIn(port: number): Promise<WireClient> {
  const wire = await WireClient.connect({ host: "127.0.0.1", port })
  const { error } = await logIn(wire, login)
  if (error !== "NONE") throw new Error(error)
  return wire
}

/** How long each of many calls took, made by some clients in turn; sorted, in milliseconds. */
async function latencies(wires: readonly WireClient[], seconds: number): Promise<number[]> {
  const took: number[] = []
  const endMs = performance.now() + seconds * 1_000
  const loop = async (wire: WireClient, at: number) => {
    await new Promise((resolve) => setTimeout(resolve, (at % 50) * 4))
    while (performance.now() < endMs) {
      const startedMs = performance.now()
      await wire.call(Metadata, 12, noTopics)
      took.push(performance.now() - startedMs)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  await Promise.all(wires.map(loop))
  return took.sort((a, b) => a - b)
}

const percentile = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0

async function flood(kind: string, port: number, { rate, seconds }: { rate: number; seconds: number }): Promise<number> {
  const script = join(import.meta.dirname, "../testing/floods/flood-child.ts")
  const child = spawn(process.execPath, [script, kind, String(port), String(rate), String(seconds)], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  let output = ""
  child.stdout.on("data", (chunk) => {
    output += String(chunk)
  })
  await once(child, "exit")
  return Number(output)
}

describe("5,000 strangers (F6, 2022-34917)", () => {
  it("who announce 100 MiB are gone at once, and cost nothing", async () => {
    await using broker = await BrokerUnderFlood.start(secured)
    const before = await broker.usage()
    const sockets = await openMany(5_000, async () => {
      const socket = await open(broker.port)
      const closed = once(socket, "close")
      socket.resume().write(Buffer.from([0x06, 0x40, 0, 0, 0, 17]))
      return { socket, closed }
    })
    await Promise.all(sockets.map(({ closed }) => closed))
    const { rss, metrics, errors } = await broker.usage()
    expect(rss - before.rss).toBeLessThan(5_000 * 64 * kib)
    expect(metrics).toContain("rivven_connections 0")
    expect(errors).toEqual([])
  }, 60_000)

  it("who announce what is allowed and trickle cost at most 64 KiB each, and are gone after ten seconds", async () => {
    await using broker = await BrokerUnderFlood.start(secured)
    const before = await broker.usage()
    const startedMs = performance.now()
    const sockets = await openMany(5_000, async () => {
      const socket = await open(broker.port)
      const closed = once(socket, "close").then(() => performance.now())
      socket.resume().write(Buffer.concat([Buffer.from([0, 0, 0xff, 0xff, 0, 17]), Buffer.alloc(300)]))
      return { socket, closed, openedMs: performance.now() }
    })
    const trickle = setInterval(() => {
      for (const { socket } of sockets) if (socket.writable) socket.write("x")
    }, 1_000)
    // The last of them stand in the listen queue for a moment.
    await expect.poll(async () => (await broker.usage()).metrics, { timeout: 5_000 }).toContain("rivven_connections 5000")
    const { rss } = await broker.usage()
    const ofEach = (rss - before.rss) / 5_000
    const ended = await Promise.all(sockets.map(async ({ closed, openedMs }) => (await closed) - openedMs))
    clearInterval(trickle)
    expect(ofEach).toBeLessThan(64 * kib)
    expect(Math.max(...ended)).toBeLessThan(13_000)
    expect(Math.min(...ended)).toBeGreaterThan(8_000)
    expect(performance.now() - startedMs).toBeLessThan(40_000)
    process.stdout.write(`F6: ${(ofEach / kib).toFixed(1)} KiB each of 5,000 that trickle\n`)
  }, 60_000)
})

describe("10,000 who belong here and are idle (F7)", () => {
  it("cost at most 64 KiB each and are not noticed by 200 who work", async () => {
    await using broker = await BrokerUnderFlood.start(secured)
    const active = await openMany(200, () => loggedIn(broker.port))
    const alone = percentile(await latencies(active, 3), 0.99)
    const before = await broker.usage()
    const idle = await openMany(10_000, () => loggedIn(broker.port))
    const { rss, metrics } = await broker.usage()
    const ofEach = (rss - before.rss) / 10_000
    const among = percentile(await latencies(active, 3), 0.99)
    expect(metrics).toContain("rivven_connections 10200")
    expect(ofEach).toBeLessThan(64 * kib)
    // Below 50 ms it is the machine's noise that is compared.
    expect(among).toBeLessThan(Math.max(2 * alone, 50))
    process.stdout.write(
      `F7: ${(ofEach / kib).toFixed(1)} KiB each of 10,000 idle; p99 ${alone.toFixed(1)} ms alone, ${among.toFixed(1)} ms among them\n`,
    )
    for (const wire of [...active, ...idle]) wire.socket.destroy()
  }, 120_000)
})

describe("a flood (F8)", () => {
  it.each([
    ["3,000 connections a second", "connect", 3_000],
    ["1,000 wrong passwords a second", "scram", 1_000],
    ["500 TLS handshakes a second", "tls", 500],
  ])(
    "of %s leaves a client answers within half a second",
    async (_, kind, rate) => {
      const ca = await Authority.root()
      const { chain: certificate, key } = await ca.sign(localServer)
      const tls = { material: { certificate, key }, clientCertificate: "none" as const, principal: "dn" as const }
      const listen = { host: "127.0.0.1", port: 0 }
      const listeners = [...(secured.listeners ?? []), { name: "tls", listen, protocol: "TLS" as const, tls }]
      await using broker = await BrokerUnderFlood.start({ ...secured, listeners })
      const port = (kind === "tls" ? broker.ports.tls : broker.ports.client) ?? 0
      const wires = await openMany(10, () => loggedIn(broker.ports.client ?? 0))
      const seconds = 5
      const [made, took] = await Promise.all([flood(kind, port, { rate, seconds }), latencies(wires, seconds)])
      const p99 = percentile(took, 0.99)
      const { errors, metrics } = await broker.usage()
      process.stdout.write(`F8: ${made} of ${kind}, p99 ${p99.toFixed(1)} ms\n`)
      expect(made).toBeGreaterThan((rate * seconds) / 2)
      expect(p99).toBeLessThan(500)
      expect(errors).toEqual([])
      if (kind === "tls") expect(metrics).toMatch(/rivven_connections_refused_total\{listener="tls",reason="handshakes"\} [1-9]/)
      for (const wire of wires) wire.socket.destroy()
      // A second later somebody new gets in.
      await using late = await loggedIn(broker.ports.client ?? 0)
      expect((await late.call(Metadata, 12, noTopics)).brokers.length).toBe(1)
    },
    60_000,
  )
})
