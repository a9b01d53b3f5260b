import { pbkdf2Sync } from "node:crypto"
import { errorName } from "@rivven/protocol"
import {
  AlterUserScramCredentials,
  ApiVersions,
  DescribeUserScramCredentials,
  Metadata,
  SaslAuthenticate,
  SaslHandshake,
} from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { handshake, type Login, logIn } from "../testing/sasl-login.ts"
import { WireClient } from "../testing/wire-client.ts"
import type { MechanismName } from "./sasl/exchange.ts"
import type { ListenerSettings } from "./settings.ts"

const all: readonly MechanismName[] = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]
const saslListener: ListenerSettings = {
  name: "client",
  listen: { host: "127.0.0.1", port: 0 },
  protocol: "SASL_PLAINTEXT",
  mechanisms: all,
  allowsPlainWithoutTls: true,
}
const users = [
  { name: "admin", password: "admin-secret" },
  { name: "ünïcode,=", password: "pässword" },
]

const startSecured = (options: Parameters<typeof startTestBroker>[0] = {}) =>
  startTestBroker({ listeners: [saslListener], security: { users }, ...options })
const asAdmin = (mechanism: Login["mechanism"] = "SCRAM-SHA-256"): Login => ({ mechanism, user: "admin", password: "admin-secret" })

async function connected(broker: TestBroker, login: Login = asAdmin()): Promise<WireClient> {
  const wire = await WireClient.connect(broker)
  expect(await logIn(wire, login)).toMatchObject({ error: "NONE" })
  return wire
}

/** For SCRAM-SHA-256. */
async function store(wire: WireClient, user: string, password: string): Promise<string> {
  const salt = Buffer.from("0123456789abcdef")
  const saltedPassword = pbkdf2Sync(password, salt, 4_096, 32, "sha256")
  const upsertions = [{ name: user, mechanism: 1, iterations: 4_096, salt, saltedPassword }]
  const { results } = await wire.call(AlterUserScramCredentials, 0, { deletions: [], upsertions })
  return errorName(results[0]!.errorCode)
}

const noTopics = { topics: [], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false }

describe("logging in", () => {
  it.each(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const)("works with %s for users of the file", async (mechanism) => {
    await using broker = await startSecured()
    for (const { name, password } of users) {
      await using wire = await connected(broker, { mechanism, user: name, password })
      expect((await wire.call(Metadata, 12, noTopics)).brokers.length).toBe(1)
    }
  })

  it("works for stored users, also after a restart, and ends within a second when the credential is deleted", async () => {
    const ports = { disk: memoryDisk() }
    const first = await startSecured({ ports })
    const before = await connected(first)
    expect(await store(before, "bob", "bobs")).toBe("NONE")
    expect(await store(before, "carol", "carols")).toBe("NONE")
    await first.stop()
    await using broker = await startSecured({ ports })
    await using admin = await connected(broker)
    await using bob = await connected(broker, { mechanism: "SCRAM-SHA-256", user: "bob", password: "bobs" })
    await using plainBob = await connected(broker, { mechanism: "PLAIN", user: "bob", password: "bobs" })
    const deletions = [{ name: "bob", mechanism: 1 }]
    const startedMs = performance.now()
    const { results } = await admin.call(AlterUserScramCredentials, 0, { deletions, upsertions: [] })
    expect(errorName(results[0]!.errorCode)).toBe("NONE")
    await Promise.all([bob.closed(), plainBob.closed()])
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    const { results: described } = await admin.call(DescribeUserScramCredentials, 0, { users: null })
    expect(described.map(({ user, credentialInfos }) => [user, credentialInfos])).toEqual([
      ["admin", [1, 2].map((mechanism) => ({ mechanism, iterations: 4_096 }))],
      ["carol", [{ mechanism: 1, iterations: 4_096 }]],
      ["ünïcode,=", [1, 2].map((mechanism) => ({ mechanism, iterations: 4_096 }))],
    ])
    await using refused = await WireClient.connect(broker)
    expect((await logIn(refused, { mechanism: "SCRAM-SHA-256", user: "bob", password: "bobs" })).error).toBe("SASL_AUTHENTICATION_FAILED")
  })
})

describe("before authentication", () => {
  it("versions are told, and every other API closes the connection", async () => {
    await using broker = await startSecured()
    await using wire = await WireClient.connect(broker)
    expect((await wire.call(ApiVersions, 3, { clientSoftwareName: "t", clientSoftwareVersion: "1" })).errorCode).toBe(0)
    wire.push(wire.encode(Metadata, 12, noTopics))
    await wire.closed()
  })

  it("an unknown mechanism is answered with the list, then the connection ends", async () => {
    await using broker = await startSecured()
    await using wire = await WireClient.connect(broker)
    expect(await handshake(wire, "GSSAPI")).toEqual({ error: "UNSUPPORTED_SASL_MECHANISM", mechanisms: all })
    await wire.closed()
  })

  it("a wrong password is told, then the connection ends", async () => {
    await using broker = await startSecured()
    await using wire = await WireClient.connect(broker)
    expect(await logIn(wire, { ...asAdmin(), password: "wrong" })).toMatchObject({
      error: "SASL_AUTHENTICATION_FAILED",
      message: "Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256",
    })
    await wire.closed()
    const metrics = await broker.broker.registry.metrics()
    expect(metrics).toContain('rivven_authentications_total{listener="client",mechanism="SCRAM-SHA-256",outcome="failure"} 1')
    expect(metrics).toMatch(/rivven_listener_connections\{listener="client",protocol="SASL_PLAINTEXT"\} \d/)
    expect(JSON.stringify(broker.log)).not.toContain("wrong\\u0000")
  })

  it("counts in arrays and tag sections are refused before anything is allocated (2022-34917, 2026-111108, 2026-111115)", async () => {
    await using broker = await startSecured()
    const versions3 = Buffer.from([0, 18, 0, 3, 0, 0, 0, 1, 0, 1, 0x74])
    const handshake0 = Buffer.from([0, 17, 0, 0, 0, 0, 0, 1, 0, 1, 0x74])
    const authenticate2 = Buffer.from([0, 36, 0, 2, 0, 0, 0, 1, 0, 1, 0x74])
    const most = [0xff, 0xff, 0xff, 0xff, 0x0f]
    const bodies: [Buffer, number[]][] = [
      // Tags in the header, in the body, one tag that is all there could be, a varint without end.
      [versions3, most],
      [versions3, [0, 1, 1, ...most]],
      [versions3, [0, 2, 0x74, 2, 0x31, 1, 0, ...most]],
      [versions3, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
      [versions3, [0, ...most]],
      [handshake0, [0x7f, 0xff]],
      [handshake0, [0xff, 0xff]],
      [authenticate2, [0, ...most]],
      [authenticate2, [0, 0]],
    ]
    const before = process.memoryUsage().heapUsed
    for (const [head, rest] of bodies) {
      await using wire = await WireClient.connect(broker)
      const frame = Buffer.concat([Buffer.alloc(4), head, Buffer.from(rest)])
      frame.writeInt32BE(frame.length - 4)
      wire.push(frame)
      await wire.closed()
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1_048_576)
    expect(broker.log.filter(({ level }) => level === "error")).toEqual([])
  })

  it("SaslHandshake 0 is followed by bare tokens", async () => {
    await using broker = await startSecured()
    await using wire = await WireClient.connect(broker)
    expect((await wire.call(SaslHandshake, 0, { mechanism: "PLAIN" })).errorCode).toBe(0)
    const token = Buffer.from("\u0000admin\u0000admin-secret")
    const frame = Buffer.concat([Buffer.alloc(4), token])
    frame.writeInt32BE(token.length)
    expect(Buffer.from(await wire.send(frame)).length).toBe(0)
    expect((await wire.call(Metadata, 12, noTopics)).brokers.length).toBe(1)
  })

  it("a frame above 64 KiB closes the connection", async () => {
    await using broker = await startSecured()
    await using wire = await WireClient.connect(broker)
    wire.push(Buffer.from([0, 1, 0, 1]))
    await wire.closed()
  })

  it("takes at most the time allowed", async () => {
    await using broker = await startSecured({ limits: { handshakeMs: 100 } })
    await using wire = await WireClient.connect(broker)
    await wire.closed()
    expect(broker.log.some(({ fields }) => String(fields.reason).includes("did not authenticate in time"))).toBe(true)
  })
})

describe("without SASL", () => {
  it("SaslHandshake and SaslAuthenticate are answered with ILLEGAL_SASL_STATE and harm nothing", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    expect(await handshake(wire, "PLAIN")).toMatchObject({ error: "ILLEGAL_SASL_STATE" })
    expect(errorName((await wire.call(SaslAuthenticate, 2, { authBytes: new Uint8Array(1) })).errorCode)).toBe("ILLEGAL_SASL_STATE")
    expect((await wire.call(Metadata, 12, noTopics)).brokers.length).toBe(1)
  })
})
