import { encodeResponse } from "@rivven/protocol"
import { ApiVersions, apis, Heartbeat, ListGroups, Metadata } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { Connection, type ConnectionConfig } from "./connection.ts"
import { nodeClock, nodeNet } from "./node-ports.ts"
import { frameOf, type ScriptedBroker, startScriptedBroker } from "./testing/scripted-broker.ts"

const config = (more: Partial<ConnectionConfig> = {}): ConnectionConfig => ({
  net: nodeNet,
  clock: nodeClock,
  clientId: "test",
  softwareVersion: "1",
  maxFrameBytes: 1024 * 1024,
  connectTimeoutMs: 5_000,
  ...more,
})

async function connected(broker: ScriptedBroker, more: Partial<ConnectionConfig> = {}): Promise<Connection> {
  const opened = await Connection.open(broker, config(more))
  if (!opened.ok) throw new Error(opened.error.message)
  return opened.value
}

const beat = { groupId: "g", generationId: 1, memberId: "m" }
const groups = { statesFilter: [], typesFilter: [] }
const timeoutMs = 5_000

describe("versions", () => {
  it("uses the highest version that both sides know, per connection", async () => {
    await using old = await startScriptedBroker({ ranges: new Map([[Heartbeat.key, [0, 2]]]) })
    await using young = await startScriptedBroker()
    expect((await connected(old)).versionOf(Heartbeat)).toEqual({ ok: true, value: 2 })
    expect((await connected(young)).versionOf(Heartbeat)).toEqual({ ok: true, value: 4 })
  })

  it("comes back with what the broker lists when it refuses the version of ApiVersions itself", async () => {
    await using broker = await startScriptedBroker()
    broker.on(ApiVersions, (_, { apiVersion, correlationId }) => {
      if (apiVersion <= 2) return undefined
      const body = { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }] }
      return { raw: encodeResponse(ApiVersions, 0, correlationId, body) }
    })
    const connection = await connected(broker)
    expect(broker.requests.map(({ apiVersion }) => apiVersion)).toEqual([4, 2])
    expect(connection.versionOf(Metadata).ok).toBe(true)
  })

  it("answers UNSUPPORTED_BY_CLUSTER, naming both ranges, when no version is common", async () => {
    await using broker = await startScriptedBroker({ ranges: new Map([[Heartbeat.key, [7, 9]]]) })
    const answer = await (await connected(broker)).send(Heartbeat, beat, { timeoutMs })
    expect(answer).toMatchObject({ ok: false, error: { code: "UNSUPPORTED_BY_CLUSTER", retriable: false } })
    expect(!answer.ok && answer.error.message).toMatch(/7 to 9.*0 to 4/)
  })

  it("answers UNSUPPORTED_BY_CLUSTER for an API that the broker does not list", async () => {
    await using broker = await startScriptedBroker()
    broker.on(ApiVersions, () => ({
      errorCode: 0,
      apiKeys: apis.filter(({ key }) => key !== 12).map(({ key }) => ({ apiKey: key, minVersion: 0, maxVersion: 9 })),
    }))
    expect(await (await connected(broker)).send(Heartbeat, beat, { timeoutMs })).toMatchObject({
      ok: false,
      error: { code: "UNSUPPORTED_BY_CLUSTER" },
    })
  })
})

describe("requests and answers", () => {
  it("wraps correlation ids at 2^31 and goes on", async () => {
    await using broker = await startScriptedBroker()
    broker.on(Heartbeat, () => ({ errorCode: 0 }))
    const connection = await connected(broker, { firstCorrelationId: 2 ** 31 - 2 })
    const answers = await Promise.all(Array.from({ length: 4 }, () => connection.send(Heartbeat, beat, { timeoutMs })))
    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(broker.requests.map(({ correlationId }) => correlationId)).toEqual([2 ** 31 - 2, 2 ** 31 - 1, 0, 1, 2])
  })

  it("answers TIMEOUT to the late request, CONNECTION_LOST to those behind it, and closes", async () => {
    await using broker = await startScriptedBroker()
    broker.on(Heartbeat, () => "hang")
    const connection = await connected(broker)
    const [late, behind] = await Promise.all([
      connection.send(Heartbeat, beat, { timeoutMs: 30 }),
      connection.send(Heartbeat, beat, { timeoutMs: 5_000 }),
    ])
    expect(late).toMatchObject({ ok: false, error: { code: "TIMEOUT" } })
    expect(behind).toMatchObject({ ok: false, error: { code: "CONNECTION_LOST" } })
    expect(connection.isOpen).toBe(false)
    expect(await connection.send(Heartbeat, beat, { timeoutMs })).toMatchObject({ ok: false, error: { code: "CONNECTION_LOST" } })
  })

  it("answers BAD_INPUT to a body that cannot be encoded, and the connection lives", async () => {
    await using broker = await startScriptedBroker()
    broker.on(Heartbeat, () => ({ errorCode: 0 }))
    const connection = await connected(broker)
    expect(await connection.send(Heartbeat, { ...beat, generationId: 2 ** 40 }, { timeoutMs })).toMatchObject({
      ok: false,
      error: { code: "BAD_INPUT" },
    })
    expect((await connection.send(Heartbeat, beat, { timeoutMs })).ok).toBe(true)
  })

  it("resolves a one-way request without an answer and keeps the order of the others", async () => {
    await using broker = await startScriptedBroker()
    broker.on(Heartbeat, ({ groupId }) => (groupId === "silent" ? "hang" : { errorCode: 0 }))
    const connection = await connected(broker)
    const oneWay = connection.send(Heartbeat, { ...beat, groupId: "silent" }, { timeoutMs, isOneWay: true })
    const usual = connection.send(Heartbeat, beat, { timeoutMs })
    expect(await Promise.all([oneWay, usual])).toMatchObject([{ ok: true }, { ok: true }])
  })
})

describe("hostile answers", () => {
  const hostile: [string, (correlationId: number) => Uint8Array][] = [
    ["a negative frame length", () => Buffer.from("ffffffff", "hex")],
    ["a frame length above the cap", () => Buffer.from("7fffffff", "hex")],
    ["a frame too short for a correlation id", () => frameOf(Buffer.from("0001", "hex"))],
    ["another correlation id", (id) => frameOf(Buffer.from([0x55, 0, 0, id, 0, 0, 0, 0, 0, 0]))],
    ["an answer cut inside", (id) => frameOf(Buffer.from([0, 0, 0, id, 0, 0, 0]))],
    ["a count that cannot fit", (id) => frameOf(Buffer.from([0, 0, 0, id, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x07]))],
    ["text of another protocol", () => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ]

  it.each(hostile)("answers BAD_ANSWER to %s and closes", async (_, bytesOf) => {
    await using broker = await startScriptedBroker()
    broker.on(ListGroups, (_body, { correlationId }) => ({ raw: bytesOf(correlationId) }))
    const connection = await connected(broker)
    expect(await connection.send(ListGroups, groups, { timeoutMs })).toMatchObject({
      ok: false,
      error: { code: "BAD_ANSWER", retriable: false },
    })
    expect(connection.isOpen).toBe(false)
  })

  it("answers CONNECTION_LOST when the stream ends inside a frame", async () => {
    await using broker = await startScriptedBroker()
    broker.on(ListGroups, () => {
      setImmediate(() => broker.dropConnections())
      return { raw: Buffer.from("000003e80000", "hex") }
    })
    expect(await (await connected(broker)).send(ListGroups, groups, { timeoutMs })).toMatchObject({
      ok: false,
      error: { code: "CONNECTION_LOST" },
    })
  })

  it("closes on an answer that nobody asked for", async () => {
    await using broker = await startScriptedBroker()
    broker.on(Heartbeat, (_body, { correlationId }) => {
      const answer = encodeResponse(Heartbeat, 4, correlationId, { errorCode: 0 })
      return { raw: Buffer.concat([answer, answer]) }
    })
    const connection = await connected(broker)
    const closed = new Promise((resolve) => {
      connection.onClosed = resolve
    })
    expect((await connection.send(Heartbeat, beat, { timeoutMs })).ok).toBe(true)
    expect(await closed).toMatchObject({ error: { code: "BAD_ANSWER" } })
  })
})

describe("connecting", () => {
  it("answers CONNECT_FAILED when nobody listens", async () => {
    const broker = await startScriptedBroker()
    await broker[Symbol.asyncDispose]()
    expect(await Connection.open(broker, config())).toMatchObject({ ok: false, error: { code: "CONNECT_FAILED", retriable: true } })
  })

  it("answers within the connect timeout when the broker accepts and stays silent", async () => {
    await using broker = await startScriptedBroker()
    broker.on(ApiVersions, () => "hang")
    expect(await Connection.open(broker, config({ connectTimeoutMs: 50 }))).toMatchObject({ ok: false, error: { code: "TIMEOUT" } })
  })
})
