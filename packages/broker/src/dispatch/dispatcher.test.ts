import { encodeRequest, errorCode } from "@rivven/protocol"
import { ApiVersions, apiByKey, Heartbeat, ListGroups, Metadata, Produce } from "@rivven/protocol/messages"
import { commitSeed, randomMessage, seeded } from "@rivven/protocol/testing"
import { describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { startTestBroker } from "../testing/in-process.ts"
import { Talk } from "../testing/talk.ts"
import { WireClient } from "../testing/wire-client.ts"

describe("versions", () => {
  it("advertises exactly what is served", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    const { apiKeys } = await wire.call(ApiVersions, 3, { clientSoftwareName: "test", clientSoftwareVersion: "1" })
    expect(apiKeys).toEqual(handlers.map(({ api, versions }) => ({ apiKey: api.key, minVersion: versions[0], maxVersion: versions[1] })))
    const keys = apiKeys.map((one) => one.apiKey)
    expect(keys).toEqual([...new Set(keys)].sort((a, b) => a - b))
  })

  it("advertises what old librdkafka takes as a sign of codecs and groups", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    const { apiKeys } = await wire.call(ApiVersions, 0, {})
    const first = (key: number) => apiKeys.find((one) => one.apiKey === key)?.minVersion
    expect([0, 10, 11, 12, 13, 14].map(first)).toEqual([0, 0, 0, 0, 0, 0])
    expect([first(8), first(9), first(2)]).toEqual([1, 1, 1])
  })

  it("answers an unknown version of ApiVersions in the format of version 0 with error 35 and every key", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    const frame = wire.encode(ApiVersions, 4, { clientSoftwareName: "test", clientSoftwareVersion: "1" })
    new DataView(frame.buffer, frame.byteOffset).setInt16(6, 99)
    const answer = Buffer.from(await wire.send(frame))
    expect(answer.readInt16BE(4)).toBe(errorCode("UNSUPPORTED_VERSION"))
    expect(answer.readInt32BE(6)).toBe(handlers.length)
  })

  it("answers INVALID_REQUEST to a client name that Kafka would not take", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    for (const [clientSoftwareName, clientSoftwareVersion] of [
      ["", "1"],
      ["-x", "1"],
      ["x", "1 2"],
      ["x\u0000", "1"],
    ] as const)
      expect((await wire.call(ApiVersions, 3, { clientSoftwareName, clientSoftwareVersion })).errorCode).toBe(errorCode("INVALID_REQUEST"))
  })

  it.each([
    ["Produce 0-2, which are advertised only", 0, 2],
    ["a version beyond the range", 3, 13],
    ["a negative version", 3, -1],
    ["an API nobody knows", 99, 0],
    ["an API that is not served", 38, 1],
  ])("closes the connection on %s", async (_, key, version) => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    wire.push(header(key, version))
    await wire.closed()
    expect(broker.log.some(({ level, fields }) => level === "warn" && String(fields.reason).length > 0)).toBe(true)
  })
})

describe("requests that cannot be read", () => {
  it("close their connection, log client and API but no payload, and leave others alone", async () => {
    await using broker = await startTestBroker()
    await using neighbour = await Talk.to(broker)
    await using wire = await WireClient.connect(broker)
    const frame = Buffer.from(wire.encode(Heartbeat, 3, { groupId: "secret-payload", generationId: 1, memberId: "m" }))
    const cut = Buffer.concat([frame.subarray(0, frame.length - 3)])
    cut.writeInt32BE(cut.length - 4, 0)
    wire.push(cut)
    await wire.closed()
    const line = broker.log.find(({ message }) => message === "closed a connection")
    expect(JSON.stringify(line)).toContain("Heartbeat version 3")
    expect(JSON.stringify(line)).not.toContain("secret-payload")
    expect((await neighbour.wire.call(ListGroups, 4, { statesFilter: [], typesFilter: [] })).errorCode).toBe(0)
  })

  it("refuse array counts that cannot fit before anything is allocated (2026-111108)", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    const before = process.memoryUsage().heapUsed
    const frame = Buffer.concat([header(3, 1).subarray(0, 4), header(3, 1).subarray(4), Buffer.from([0x7f, 0xff, 0xff, 0xff])])
    frame.writeInt32BE(frame.length - 4, 0)
    wire.push(frame)
    await wire.closed()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1_048_576)
  })

  it("survive 2,000 mutated requests of every API and version: each is answered or ends its connection", async () => {
    await using broker = await startTestBroker({ settings: { "auto.create.topics.enable": "false" } })
    const seed = commitSeed()
    const random = seeded(seed)
    let wire = await WireClient.connect(broker)
    for (let round = 0; round < 2_000; round++) {
      const handler = handlers[Math.floor(random() * handlers.length)]!
      const [first, last] = handler.accepts ?? handler.versions
      const version = first + Math.floor(random() * (last - first + 1))
      const body = randomMessage(handler.api.request, version, random)
      const frame = mutated(encodeRequest(handler.api, version, { correlationId: round, clientId: "fuzz" }, body as never), random)
      if (waits(handler.api.key)) {
        wire.push(frame)
        wire.socket.end()
        wire = await WireClient.connect(broker)
        continue
      }
      const outcome = await Promise.race([
        wire.send(frame).then(
          () => "answer",
          () => "closed",
        ),
        wire.closed().then(() => "closed"),
      ])
      expect(["answer", "closed"], `seed ${seed} round ${round}`).toContain(outcome)
      if (wire.isClosed || outcome === "closed") wire = await WireClient.connect(broker)
    }
    await wire[Symbol.asyncDispose]()
    const bugs = broker.log.filter(({ level }) => level === "error")
    expect(
      bugs.map(({ fields }) => String(fields.error)),
      `seed ${seed}`,
    ).toEqual([])
    await using talk = await Talk.to(broker)
    expect((await talk.createTopic("alive")).error).toBe("NONE")
  }, 60_000)
})

describe("generated requests", () => {
  it.each(handlers.map(({ api, accepts, versions }) => [api.name, api.key, accepts ?? versions] as const))(
    "%s answers 12 random requests in each version",
    async (_, key, [first, last]) => {
      await using broker = await startTestBroker({ settings: { "auto.create.topics.enable": "false" } })
      let wire = await WireClient.connect(broker)
      const api = apiByKey(key)!
      const random = seeded(key + 1)
      const answered = { yes: 0, no: 0 }
      for (let version = first; version <= last; version++) {
        for (let round = 0; round < 12; round++) {
          if (wire.isClosed) wire = await WireClient.connect(broker)
          const body = harmless(key, randomMessage(api.request, version, random))
          await wire.call(api, version, body as never).then(
            () => answered.yes++,
            () => answered.no++,
          )
        }
      }
      await wire[Symbol.asyncDispose]()
      expect(broker.log.filter(({ level }) => level === "error")).toEqual([])
      expect(answered).toEqual(key === Metadata.key ? expect.anything() : { yes: 12 * (last - first + 1), no: 0 })
    },
  )

  it("counts requests by API and error", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    await talk.metadata("no such name!")
    await talk.wire.call(Metadata, 12, { topics: null, includeTopicAuthorizedOperations: false })
    const text = await broker.broker.registry.metrics()
    expect(text).toContain('rivven_requests_total{api="Metadata",error="INVALID_TOPIC_EXCEPTION"} 1')
    expect(text).toContain('rivven_requests_total{api="Metadata",error="NONE"} 1')
    expect(text).toContain('rivven_request_seconds_count{api="Metadata"} 2')
  })
})

/** A random acks=0 request has no answer, and random waits could be long. */
function harmless(key: number, body: Record<string, unknown>): Record<string, unknown> {
  if (key === Produce.key) return { ...body, acks: 1 }
  if (key === 1) return { ...body, maxWaitMs: 0 }
  return key === 11 ? { ...body, sessionTimeoutMs: 1 } : body
}

/** APIs whose answer may rightly take long, or never come. */
const waits = (key: number): boolean => key === 0 || key === 1 || key === 11

function header(key: number, version: number): Buffer {
  const frame = Buffer.alloc(4 + 2 + 2 + 4 + 2 + 4)
  frame.writeInt32BE(frame.length - 4, 0)
  frame.writeInt16BE(key, 4)
  frame.writeInt16BE(version, 6)
  frame.writeInt32BE(1, 8)
  frame.writeInt16BE(4, 12)
  frame.write("fuzz", 14)
  return frame
}

/** Keeps the frame's length true and its API and version as they are; flips, cuts or grows what is behind. */
function mutated(frame: Uint8Array, random: () => number): Buffer {
  let bytes = Buffer.from(frame)
  const behind = 12
  const flips = Math.floor(random() * 4)
  for (let flip = 0; flip < flips; flip++) bytes[behind + Math.floor(random() * (bytes.length - behind))] = Math.floor(random() * 256)
  if (random() < 0.2) bytes = bytes.subarray(0, behind + Math.floor(random() * (bytes.length - behind)))
  bytes.writeInt32BE(bytes.length - 4, 0)
  return bytes
}
