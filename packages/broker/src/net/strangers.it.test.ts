// F9: what does not speak Kafka at all, or does so wrongly, before and after authentication. It is answered or its connection ends, within a
// second, and nobody else notices.
import { connect } from "node:net"
import { encodeRequest } from "@rivven/protocol"
import { ApiVersions, Metadata } from "@rivven/protocol/messages"
import { commitSeed, count, seeded } from "@rivven/protocol/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Authority, localServer } from "../testing/certificates.ts"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { WireClient } from "../testing/wire-client.ts"

const listen = { host: "127.0.0.1", port: 0 }
const cases = count({ ci: 20_000, campaign: 100_000 })
const lanes = 16

let broker: TestBroker

beforeAll(async () => {
  const ca = await Authority.root()
  const { chain: certificate, key } = await ca.sign(localServer)
  broker = await startTestBroker({
    listeners: [
      { name: "plain", listen, protocol: "PLAINTEXT" },
      { name: "sasl", listen, protocol: "SASL_PLAINTEXT", mechanisms: ["SCRAM-SHA-256"] },
      { name: "tls", listen, protocol: "TLS", tls: { material: { certificate, key }, clientCertificate: "none", principal: "dn" } },
    ],
    limits: { handshakesPerSecond: 1_000_000, stalledFrameMs: 200, handshakeMs: 400, failureDelayMs: 0 },
  })
})
afterAll(() => broker.stop())

const texts = [
  "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  "POST /x HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "SSH-2.0-OpenSSH_9.2\r\n",
  "EHLO example.com\r\n",
  "*1\r\n$4\r\nPING\r\n",
  "\u0000\u0000\u0000\u0008\u0004\u00d2\u0016\u002f",
]

type Random = () => number

const bytes = (size: number, random: Random): Buffer => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)))

/** A header with nothing behind it. */
function frame(key: number, version: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(14)
  head.writeInt32BE(10 + rest.length, 0)
  head.writeInt16BE(key, 4)
  head.writeInt16BE(version, 6)
  head.writeInt32BE(1, 8)
  head.writeInt16BE(-1, 12)
  return Buffer.concat([head, rest])
}

const versions = Buffer.from(
  encodeRequest(ApiVersions, 3, { correlationId: 1, clientId: "t" }, { clientSoftwareName: "t", clientSoftwareVersion: "1" }),
)

const makers: readonly ((random: Random) => Buffer)[] = [
  (random) => Buffer.from(texts[Math.floor(random() * texts.length)] ?? ""),
  // TLS hello and other records.
  (random) => Buffer.concat([Buffer.from([0x14 + Math.floor(random() * 4), 3, Math.floor(random() * 5), 0, 200]), bytes(200, random)]),
  (random) => bytes(1 + Math.floor(random() * 300), random),
  (random) => frame(Math.floor(random() * 65_536) - 32_768, Math.floor(random() * 65_536) - 32_768),
  (random) => frame(Math.floor(random() * 128), -1 - Math.floor(random() * 32_768)),
  (random) => frame(Math.floor(random() * 128), Math.floor(random() * 16), bytes(Math.floor(random() * 100), random)),
  // The right thing with a byte turned.
  (random) => {
    const turned = Buffer.from(versions)
    const at = Math.floor(random() * turned.length)
    turned[at] = Math.floor(random() * 256)
    return turned
  },
  (random) => versions.subarray(0, 1 + Math.floor(random() * (versions.length - 1))),
  (random) => Buffer.concat([versions, bytes(20, random)]),
  (random) => Buffer.concat([Buffer.from([0x80 * Math.floor(random() * 2), 0, 0, Math.floor(random() * 20)]), bytes(30, random)]),
]

function outcome(port: number, sent: Buffer): Promise<"answered" | "closed" | "hangs"> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true })
    const done = (result: "answered" | "closed" | "hangs") => {
      clearTimeout(timer)
      socket.destroy()
      resolve(result)
    }
    const timer = setTimeout(() => done("hangs"), 5_000)
    socket.on("error", () => {})
    socket.on("data", () => done("answered"))
    socket.on("close", () => done("closed"))
    socket.on("connect", () => {
      socket.write(sent)
      // What waits for more hears that there will be none.
      socket.end()
    })
  })
}

describe("strangers", () => {
  it(`${cases} of them are answered or closed`, async () => {
    const seed = commitSeed()
    const random = seeded(seed)
    const ports = [...broker.broker.addresses.values()].map(({ port }) => port)
    const counts = { answered: 0, closed: 0, hangs: 0 }
    let left = cases
    const lane = async () => {
      while (left-- > 0) {
        const sent = makers[left % makers.length]?.(random) ?? versions
        const result = await outcome(ports[left % ports.length] ?? 0, sent)
        counts[result] += 1
        if (result === "hangs") throw new Error(`seed ${seed}: hangs after ${sent.toString("hex")}`)
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    expect(counts.answered).toBeGreaterThan(0)
    expect(counts.closed).toBeGreaterThan(counts.answered)
    expect(broker.log.filter(({ level }) => level === "error")).toEqual([])
    await using wire = await WireClient.connect({ host: "127.0.0.1", port: broker.broker.addresses.get("plain")?.port ?? 0 })
    const { brokers } = await wire.call(Metadata, 12, {
      topics: [],
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: false,
    })
    expect(brokers.length).toBe(1)
  }, 120_000)

  it("a frame that is begun and left ends after a while, without anything being allocated for it", async () => {
    for (const [, { port }] of broker.broker.addresses) {
      const socket = connect({ host: "127.0.0.1", port })
      socket.on("error", () => {})
      const closed = new Promise((resolve) => socket.on("close", resolve))
      socket.write(Buffer.from([0, 0, 0xff, 0xff, 0]))
      await closed
    }
  })
})
