import { connect } from "node:net"
import { encodeRequest, FrameReader } from "@rivven/protocol"
import { ApiVersions, CreateTopics, Fetch, Heartbeat, ListGroups, Metadata, Produce } from "@rivven/protocol/messages"
import { describe, expect, it, vi } from "vitest"
import { noResponse } from "../dispatch/define-handler.ts"
import { faultyDisk } from "../storage/faulty-disk.ts"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { batchOf, Talk } from "../testing/talk.ts"
import { WireClient } from "../testing/wire-client.ts"

const correlationOf = (frame: Uint8Array): number => Buffer.from(frame).readInt32BE(0)

function produceFrame(correlationId: number, topic: string, options: { acks?: number; values?: string[] } = {}): Uint8Array {
  const { acks = -1, values = [`v${correlationId}`] } = options
  const topicData = [{ name: topic, partitionData: [{ index: 0, records: batchOf(values) }] }]
  return encodeRequest(Produce, 9, { correlationId, clientId: "t" }, { acks, timeoutMs: 1_000, topicData })
}

const listGroupsFrame = (correlationId: number): Uint8Array =>
  encodeRequest(ListGroups, 4, { correlationId, clientId: "t" }, { statesFilter: [], typesFilter: [] })

/** Opens its own gate: the intercepted request goes on when the test says so. */
function gate(): { opened: Promise<void>; open: () => void } {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  return { opened, open }
}

describe("responses", () => {
  it("leave in the order of requests, although later appends are done first", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    const { opened, open } = gate()
    let seen = 0
    broker.intercept(Produce, async (_, next) => {
      const answer = next()
      seen += 1
      if (seen === 1) await opened
      return answer
    })
    const frames = [1, 2, 3].map((id) => talk.wire.send(produceFrame(id, "t")))
    await vi.waitFor(() => expect(seen).toBe(3))
    open()
    expect((await Promise.all(frames)).map(correlationOf)).toEqual([1, 2, 3])
    expect(await talk.values("t")).toEqual(["v1", "v2", "v3"])
  })

  it("of other APIs are made one after the other: a request starts when all earlier ones are answered", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    const { opened, open } = gate()
    const started: string[] = []
    broker.intercept(Metadata, async (_, next) => {
      started.push("metadata")
      await opened
      return next()
    })
    broker.intercept(ListGroups, (_, next) => {
      started.push("groups")
      return next()
    })
    const first = wire.call(Metadata, 12, { topics: [], includeTopicAuthorizedOperations: false })
    const second = wire.send(listGroupsFrame(2))
    await vi.waitFor(() => expect(started).toEqual(["metadata"]))
    open()
    await first
    expect(correlationOf(await second)).toBe(2)
    expect(started).toEqual(["metadata", "groups"])
  })

  it("a Produce behind a CreateTopics in flight finds the topic", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    const create = encodeRequest(
      CreateTopics,
      7,
      { correlationId: 1, clientId: "t" },
      {
        topics: [{ name: "fresh", numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
        validateOnly: false,
      },
    )
    const both = [talk.wire.send(create), talk.wire.send(produceFrame(2, "fresh"))]
    await Promise.all(both)
    expect(await talk.values("fresh")).toEqual(["v2"])
  })

  it("acks=0 has none and does not hold up the ones behind it", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    talk.wire.push(produceFrame(1, "t", { acks: 0 }))
    talk.wire.push(produceFrame(2, "t", { acks: 0 }))
    expect(correlationOf(await talk.wire.send(listGroupsFrame(3)))).toBe(3)
    expect(await talk.values("t")).toEqual(["v1", "v2"])
  })

  it("acks=0 with an error closes the connection, which is all a client can see", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    wire.push(produceFrame(1, "missing", { acks: 0 }))
    await wire.closed()
    expect(broker.log.some(({ fields }) => String(fields.reason).includes("UNKNOWN_TOPIC_OR_PARTITION"))).toBe(true)
  })

  it("of requests whose client left are dropped, and what they did stays", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    const { opened, open } = gate()
    broker.intercept(Produce, async (_, next) => {
      const answer = await next()
      await opened
      return answer
    })
    const gone = await WireClient.connect(broker)
    gone.push(produceFrame(1, "t"))
    await vi.waitFor(async () => expect(await talk.values("t")).toEqual(["v1"]))
    await gone[Symbol.asyncDispose]()
    open()
    expect(await talk.values("t")).toEqual(["v1"])
    expect(broker.log.filter(({ level }) => level === "error")).toEqual([])
  })
})

describe("frames", () => {
  it("cut at every byte and in one piece give byte-identical answers (N2)", async () => {
    await using broker = await startTestBroker()
    const frames = [
      encodeRequest(ApiVersions, 3, { correlationId: 1, clientId: "t" }, { clientSoftwareName: "a", clientSoftwareVersion: "1" }),
      listGroupsFrame(2),
      encodeRequest(Heartbeat, 4, { correlationId: 3, clientId: "t" }, { groupId: "g", generationId: 1, memberId: "m" }),
    ]
    const bytes = Buffer.concat(frames)
    const whole = await exchange(broker, [bytes], frames.length)
    for (let at = 1; at < bytes.length; at += 1)
      expect(await exchange(broker, [bytes.subarray(0, at), bytes.subarray(at)], frames.length), `cut at ${at}`).toEqual(whole)
  }, 60_000)

  it("a hundred in one segment are all answered, in order", async () => {
    await using broker = await startTestBroker()
    const frames = Array.from({ length: 100 }, (_, index) => listGroupsFrame(index))
    const answers = await exchange(broker, [Buffer.concat(frames)], 100)
    expect(answers.map((frame) => Buffer.from(frame, "hex").readInt32BE(0))).toEqual(frames.map((_, index) => index))
  })

  it.each([
    ["a negative length", [0xff, 0xff, 0xff, 0xff]],
    ["a length above the limit", [0x06, 0x40, 0x00, 0x01]],
    ["HTTP", [...Buffer.from("GET / HTTP/1.1\r\n\r\n")]],
    ["TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]],
    ["an empty frame", [0, 0, 0, 0]],
  ])("%s closes the connection", async (_, bytes) => {
    await using broker = await startTestBroker({ limits: { stalledFrameMs: 300 } })
    await using wire = await WireClient.connect(broker)
    wire.push(Buffer.from(bytes))
    await wire.closed()
    expect(broker.log.some(({ message }) => message === "closed a connection")).toBe(true)
  })

  it("that begin and get no more bytes end their connection", async () => {
    await using broker = await startTestBroker({ limits: { stalledFrameMs: 100 } })
    await using wire = await WireClient.connect(broker)
    wire.push(Buffer.from([0, 0, 1, 0, 0, 3]))
    await wire.closed()
    expect(broker.log.some(({ fields }) => String(fields.reason).includes("256 bytes got no byte"))).toBe(true)
  })

  it("announced large cost nothing until their bytes come", async () => {
    await using broker = await startTestBroker()
    const before = process.memoryUsage().arrayBuffers
    const wires = await Promise.all(Array.from({ length: 50 }, () => WireClient.connect(broker)))
    for (const wire of wires) wire.push(Buffer.from([0x06, 0x00, 0x00, 0x00, 0, 3, 0, 12]))
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1_048_576)
    for (const wire of wires) await wire[Symbol.asyncDispose]()
  })
})

describe("bounds", () => {
  it("a reader that stops reading holds up nobody, and little memory", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    await talk.createTopic("big")
    for (let round = 0; round < 16; round++) await talk.produce("big", batchOf(["x".repeat(900_000)]))
    const before = process.memoryUsage().arrayBuffers
    const stuck = await Promise.all(Array.from({ length: 20 }, () => stuckReader(broker)))
    for (let round = 0; round < 5; round++) expect((await talk.fetch("big", { offset: 15 })).records.length).toBe(1)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(128 * 1_048_576)
    for (const socket of stuck) socket.destroy()
  })

  it("a client with too many requests in flight is not read until some are answered", async () => {
    await using broker = await startTestBroker({ limits: { maxInFlight: 4 } })
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    const { opened, open } = gate()
    let seen = 0
    broker.intercept(Produce, async (_, next) => {
      seen += 1
      await opened
      return next()
    })
    const frames: Promise<Uint8Array>[] = []
    for (let id = 1; id <= 4; id++) frames.push(talk.wire.send(produceFrame(id, "t")))
    await vi.waitFor(() => expect(seen).toBe(4))
    for (let id = 5; id <= 12; id++) frames.push(talk.wire.send(produceFrame(id, "t")))
    await using other = await Talk.to(broker)
    await other.metadata("t")
    expect(seen).toBe(4)
    open()
    expect((await Promise.all(frames)).map(correlationOf)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  it("producing sockets are not read while the disk is behind, other sockets are", async () => {
    let stuck: ReturnType<typeof gate> | null = null
    const disk = faultyDisk(memoryDisk(), (call) => (stuck && call.operation === "datasync" ? { before: stuck.opened } : undefined))
    await using broker = await startTestBroker({
      ports: { disk },
      storage: { maxUnflushedBytes: 200_000, reserveBytes: 0, minFreeBytes: 0 },
    })
    await using talk = await Talk.to(broker)
    await using other = await Talk.to(broker)
    await talk.createTopic("t")
    let seen = 0
    broker.intercept(Produce, (_, next) => {
      seen += 1
      return next()
    })
    stuck = gate()
    const values = ["x".repeat(90_000)]
    const frames = Array.from({ length: 12 }, (_, index) => talk.wire.send(produceFrame(index, "t", { values })))
    await vi.waitFor(() => expect(seen).toBeGreaterThan(1))
    for (let round = 0; round < 20; round++) expect((await other.metadata("t")).errorCode).toBe(0)
    expect(seen).toBeLessThan(12)
    const { open } = stuck
    stuck = null
    open()
    expect((await Promise.all(frames)).length).toBe(12)
  })

  it("connections beyond the total and beyond the share of one address are refused", async () => {
    await using broker = await startTestBroker({ settings: { "max.connections.per.ip": "2" } })
    await using _first = await WireClient.connect(broker)
    await using _second = await WireClient.connect(broker)
    await using third = await WireClient.connect(broker)
    await third.closed()
    expect(broker.log.some(({ message }) => message === "refused a connection")).toBe(true)
    expect(await broker.broker.registry.metrics()).toContain("rivven_connections 2")
  })

  it("an idle connection is closed, a waiting one is not", async () => {
    await using broker = await startTestBroker({ settings: { "connections.max.idle.ms": "200" } })
    await using waiting = await Talk.to(broker)
    await waiting.createTopic("t")
    await using idle = await WireClient.connect(broker)
    const answer = waiting.fetch("t", { maxWaitMs: 1_500 })
    await idle.closed()
    expect((await answer).error).toBe("NONE")
  })

  it("an interception can drop an answer", async () => {
    await using broker = await startTestBroker()
    await using wire = await WireClient.connect(broker)
    const undo = broker.intercept(Heartbeat, async () => noResponse)
    wire.push(encodeRequest(Heartbeat, 4, { correlationId: 1, clientId: "t" }, { groupId: "g", generationId: 1, memberId: "m" }))
    expect(correlationOf(await wire.send(listGroupsFrame(2)))).toBe(2)
    undo()
  })
})

/** Sends the pieces one by one over a new connection and answers the frames that come back, as hex. */
function exchange(broker: TestBroker, pieces: readonly Uint8Array[], count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const reader = new FrameReader({ maxFrameBytes: 10_000_000 })
    const frames: string[] = []
    const socket = connect({ host: broker.host, port: broker.port, noDelay: true })
    socket.on("error", reject)
    socket.on("data", (chunk: Buffer) => {
      frames.push(...reader.push(chunk).map((frame) => Buffer.from(frame).toString("hex")))
      if (frames.length < count) return
      socket.destroy()
      resolve(frames)
    })
    socket.on("connect", () => {
      const [first, ...rest] = pieces
      socket.write(first!, () => setImmediate(() => rest.forEach((piece) => void socket.write(piece))))
    })
  })
}

/** Asks for everything again and again and reads nothing. */
async function stuckReader(broker: TestBroker) {
  const wire = await WireClient.connect(broker)
  wire.socket.pause()
  const position = { partition: 0, fetchOffset: 0, partitionMaxBytes: 104_857_600, currentLeaderEpoch: -1 }
  const body = {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 104_857_600,
    topics: [{ topic: "big", partitions: [position] }],
    forgottenTopicsData: [],
  }
  for (let round = 0; round < 4; round++) wire.push(wire.encode(Fetch, 11, body))
  return wire.socket
}
