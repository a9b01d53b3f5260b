// A1: every API key, in every version and one on either side, in every state of a connection that has to authenticate. Generated from the
// table of handlers, so that a new API cannot be forgotten. What is expected is said here anew, in a few lines.
import { encodeRequest, errorName } from "@rivven/protocol"
import { Metadata, SaslAuthenticate, SaslHandshake } from "@rivven/protocol/messages"
import { randomMessage, seeded } from "@rivven/protocol/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { nodeClock } from "../storage/node-time.ts"
import { Authority, localServer } from "../testing/certificates.ts"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { handshake, logIn, sendToken } from "../testing/sasl-login.ts"
import { connectTls } from "../testing/tls-client.ts"
import { WireClient } from "../testing/wire-client.ts"

const states = ["fresh", "handshaken", "mid-SCRAM", "failed", "wrong mechanism", "expired"] as const
type State = (typeof states)[number]

interface Cell {
  readonly key: number
  readonly version: number
  readonly isAccepted: boolean
}

const lastKey = 127
const [handshakeKey, versionsKey, authenticateKey] = [17, 18, 36]
const known = new Map(handlers.map((handler) => [handler.api.key, handler]))

function* cells(): Generator<Cell> {
  for (let key = 0; key <= lastKey; key++) {
    const handler = known.get(key)
    const [first, last] = handler ? (handler.accepts ?? handler.versions) : [1, 0]
    for (let version = first - 1; version <= last + 1; version++) yield { key, version, isAccepted: version >= first && version <= last }
    if (!handler) yield { key, version: 32_767, isAccepted: false }
  }
}

/** Whether there is an answer; without one the connection is closed. */
function expected(state: State, { key, version, isAccepted }: Cell): "answered" | "closed" {
  if (state === "failed" || state === "wrong mechanism") return "closed"
  if (key === versionsKey && state === "fresh") return "answered"
  if ((key === handshakeKey || key === authenticateKey) && isAccepted && version >= 0) return "answered"
  return "closed"
}

const listener = {
  name: "client",
  listen: { host: "127.0.0.1", port: 0 },
  protocol: "SASL_PLAINTEXT" as const,
  mechanisms: ["SCRAM-SHA-256" as const],
}
const login = { mechanism: "SCRAM-SHA-256" as const, user: "alice", password: "alices" }

let broker: TestBroker
let lasting: TestBroker
let count = 0

beforeAll(async () => {
  const options = { listeners: [listener], security: { users: [{ name: "alice", password: "alices" }] }, limits: { failureDelayMs: 0 } }
  broker = await startTestBroker({ ...options, settings: { "connections.max.reauth.ms": "1" } })
  lasting = await startTestBroker(options)
})
afterAll(async () => {
  await broker.stop()
  await lasting.stop()
})

async function inState(state: State): Promise<WireClient> {
  const wire = await WireClient.connect(broker)
  if (state === "wrong mechanism") await handshake(wire, "PLAIN")
  if (state === "handshaken" || state === "mid-SCRAM" || state === "failed") await handshake(wire, "SCRAM-SHA-256")
  if (state === "mid-SCRAM") expect((await sendToken(wire, `n,,n=u${count++},r=abc`)).error).toBe("NONE")
  // Each time another name, so that nobody has to wait for the failures before.
  if (state === "failed") expect((await sendToken(wire, `n,,n=u${count++},r= `)).error).toBe("SASL_AUTHENTICATION_FAILED")
  if (state === "expired") {
    expect(await logIn(wire, login)).toMatchObject({ error: "NONE", lifetimeMs: 1 })
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return wire
}

const random = seeded(17)

function frameOf({ key, version, isAccepted }: Cell): Uint8Array {
  const handler = known.get(key)
  if (handler && isAccepted)
    return encodeRequest(
      handler.api,
      version,
      { correlationId: 7, clientId: "t" },
      randomMessage(handler.api.request, version, random) as never,
    )
  // With an empty tag section, as newer headers have it.
  const frame = Buffer.alloc(4 + 8 + 2 + 1)
  frame.writeInt32BE(11, 0)
  frame.writeInt16BE(key, 4)
  frame.writeInt16BE(version, 6)
  frame.writeInt32BE(7, 8)
  frame.writeInt16BE(-1, 12)
  return frame
}

async function tryCell(state: State, cell: Cell): Promise<"answered" | "closed"> {
  await using wire = await inState(state)
  const closed = wire.closed().then(() => "closed" as const)
  const answered = wire.send(frameOf(cell)).then(
    () => "answered" as const,
    () => "closed" as const,
  )
  return await Promise.race([answered, closed])
}

describe.each(states)("a connection that is %s", (state) => {
  const all = [...cells()]

  it(`answers and closes as it should, in all ${all.length} cases`, async () => {
    const wrong: string[] = []
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let at = lane; at < all.length; at += 8) {
        const cell = all[at]!
        const outcome = await tryCell(state, cell)
        if (outcome !== expected(state, cell)) wrong.push(`key ${cell.key} version ${cell.version}: ${outcome}`)
      }
    })
    await Promise.all(lanes)
    expect(wrong).toEqual([])
    expect(broker.log.filter(({ level }) => level === "error")).toEqual([])
  })
})

it("covers at least 3,000 cases", () => {
  expect([...cells()].length * states.length).toBeGreaterThan(3_000)
})

it("without a certificate where one is needed, nothing is served", async () => {
  const ca = await Authority.root()
  const { chain: certificate, key } = await ca.sign(localServer)
  await using mutual = await startTestBroker({
    listeners: [
      {
        name: "client",
        listen: listener.listen,
        protocol: "TLS",
        tls: { material: { certificate, key, clientCa: ca.pem }, clientCertificate: "need", principal: "dn" },
      },
    ],
    limits: { handshakesPerSecond: 1_000 },
  })
  for (const { api } of handlers) {
    const outcome = await connectTls({ ...mutual, ca: ca.pem }).then(
      async (wire) => {
        const answer = await wire.send(frameOf({ key: api.key, version: api.versions[1], isAccepted: true })).catch(() => "closed")
        await wire[Symbol.asyncDispose]()
        return answer
      },
      () => "closed",
    )
    expect(outcome, api.name).toBe("closed")
  }
})

describe("a session (KIP-368)", () => {
  const noTopics = { topics: [], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false }

  it("without a limit has none, and authenticates anew only as the same user by the same mechanism", async () => {
    await using wire = await WireClient.connect(lasting)
    expect(await logIn(wire, login)).toMatchObject({ error: "NONE", lifetimeMs: 0 })
    expect(errorName((await wire.call(SaslHandshake, 1, { mechanism: "SCRAM-SHA-256" })).errorCode)).toBe("ILLEGAL_SASL_STATE")
    expect((await wire.call(Metadata, 12, noTopics)).brokers.length).toBe(1)
    expect(errorName((await wire.call(SaslAuthenticate, 2, { authBytes: new Uint8Array(0) })).errorCode)).toBe("ILLEGAL_SASL_STATE")
    expect((await wire.call(Metadata, 12, noTopics)).brokers.length).toBe(1)
  })

  it("with a limit ends with it, unless the client authenticates anew", async () => {
    let laterMs = 0
    const clock = { ...nodeClock, monotonic: () => nodeClock.monotonic() + laterMs }
    await using limited = await startTestBroker({
      listeners: [{ ...listener, mechanisms: ["SCRAM-SHA-256", "SCRAM-SHA-512"] }],
      security: {
        users: [
          { name: "alice", password: "alices" },
          { name: "bob", password: "bobs" },
        ],
      },
      settings: { "connections.max.reauth.ms": "60000" },
      ports: { clock },
    })
    // A leap of time looks like a late loop to whoever connects after it.
    const wire = await WireClient.connect(limited)
    await using other = await WireClient.connect(limited)
    await using third = await WireClient.connect(limited)
    expect(await logIn(wire, login)).toMatchObject({ error: "NONE", lifetimeMs: 60_000 })
    laterMs = 50_000
    expect(await logIn(wire, login)).toMatchObject({ error: "NONE", lifetimeMs: 60_000 })
    laterMs = 100_000
    expect((await wire.call(Metadata, 12, noTopics)).brokers.length).toBe(1)
    await logIn(other, login)
    await logIn(third, login)
    laterMs = 110_001
    wire.push(wire.encode(Metadata, 12, noTopics))
    await wire.closed()
    expect((await logIn(other, { ...login, user: "bob", password: "bobs" })).error).toBe("SASL_AUTHENTICATION_FAILED")
    await other.closed()
    expect((await logIn(third, { ...login, mechanism: "SCRAM-SHA-512" })).error).toBe("ILLEGAL_SASL_STATE")
    await third.closed()
  })
})
