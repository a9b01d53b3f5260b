// Where the network cuts a stream of requests makes no difference: the answers are the same bytes.
import { type Api, encodeRequest, type RequestInput } from "@rivven/protocol"
import { Fetch, ListOffsets, Metadata, Produce } from "@rivven/protocol/messages"
import { commitSeed, randomMessage, seeded } from "@rivven/protocol/testing"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import type { Connection, Net } from "../ports.ts"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { batchOf, Talk } from "../testing/talk.ts"
import { WireClient } from "../testing/wire-client.ts"
import { nodeNet } from "./node-net.ts"

const seed = commitSeed()

/** How what arrives is handed on: as the kernel gives it, or in pieces. */
let handed = 0
let pieces: (chunk: Uint8Array) => Uint8Array[] = (chunk) => [chunk]

/** The real network, which hands on what arrives in `pieces`. */
const cuttingNet: Net = {
  connect: (host, port) => nodeNet.connect(host, port),
  listen: (address, arrivals, tls) =>
    nodeNet.listen(address, { ...bound(arrivals), accept: (connection, visit) => arrivals.accept(cutting(connection), visit) }, tls),
}

function bound<T extends { admit: unknown; shook: unknown }>(arrivals: T): T {
  return Object.assign(Object.create(arrivals), arrivals)
}

function cutting(connection: Connection): Connection {
  return Object.assign(Object.create(connection), {
    listen: (events: Parameters<Connection["listen"]>[0]) =>
      connection.listen({
        data: (chunk) => {
          for (const piece of pieces(chunk)) {
            handed += 1
            events.data(piece)
          }
        },
        drain: () => events.drain(),
        close: (cause) => events.close(cause),
      }),
  })
}

/** APIs that change nothing, so that the same question has the same answer. */
const questions = new Set([2, 9, 10, 15, 16, 18, 23, 29, 32, 46, 48, 50, 60, 61, 65, 66, 69, 74, 75])

interface Question {
  readonly what: string
  readonly frame: Buffer
  answer: Buffer
}

function question<A extends Api>(api: A, version: number, body: RequestInput<A>): Question {
  const meta = { correlationId: api.key * 100 + version, clientId: "cut" }
  return { what: `${api.name} ${version}`, frame: Buffer.from(encodeRequest(api, version, meta, body)), answer: Buffer.alloc(0) }
}

function allQuestions(): Question[] {
  const random = seeded(seed)
  const generated = handlers
    .filter(({ api }) => questions.has(api.key))
    .flatMap(({ api, versions, accepts: [first, last] = versions }) =>
      Array.from({ length: last - first + 1 }, (_, index) =>
        question(api, first + index, randomMessage(api.request, first + index, random) as never),
      ),
    )
  const partition = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000, currentLeaderEpoch: -1 }
  const fetch = {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1_000_000,
    topics: [{ topic: "t", partitions: [partition] }],
    forgottenTopicsData: [],
  }
  const topicData = [{ name: "absent", partitionData: [{ index: 0, records: batchOf(["a", "b"]) }] }]
  return [
    ...generated,
    question(Fetch, 4, fetch),
    question(Fetch, 11, { ...fetch, sessionId: 0, sessionEpoch: -1 }),
    question(ListOffsets, 7, {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ name: "t", partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
    }),
    question(Metadata, 12, { topics: [{ name: "t" }], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: true }),
    question(Produce, 9, { acks: 1, timeoutMs: 1_000, topicData }),
  ]
}

const all = allQuestions()
let broker: TestBroker
let wire: WireClient

beforeAll(async () => {
  broker = await startTestBroker({ settings: { "auto.create.topics.enable": "false" }, ports: { net: cuttingNet } })
  await using talk = await Talk.to(broker)
  await talk.createTopic("t")
  await talk.produce("t", batchOf(["one", "two"]))
  wire = await WireClient.connect(broker)
  for (const one of all) one.answer = Buffer.from(await wire.send(one.frame))
})
beforeEach(() => {
  pieces = (chunk) => [chunk]
})
afterAll(async () => {
  await wire[Symbol.asyncDispose]()
  await broker.stop()
})

/** Every place inside of every frame, its length included. */
const places = all.flatMap((one) => Array.from({ length: one.frame.length - 1 }, (_, index) => ({ one, at: index + 1 })))

async function expectAnswer(one: Question, how: string): Promise<void> {
  const answer = Buffer.from(await wire.send(one.frame))
  if (!answer.equals(one.answer))
    expect.fail(`${one.what} ${how}, seed ${seed}: ${answer.toString("hex")}, not ${one.answer.toString("hex")}`)
}

describe(`requests of ${all.length} kinds have the same answers, byte for byte`, () => {
  it(`when they come in two pieces, cut at each of ${places.length} places`, async () => {
    const before = handed
    for (const { one, at } of places) {
      pieces = (chunk) => [chunk.subarray(0, at), chunk.subarray(at)]
      await expectAnswer(one, `cut at ${at}`)
    }
    expect(handed - before).toBeGreaterThanOrEqual(2 * places.length)
  })

  it("when they come byte by byte", async () => {
    pieces = (chunk) => Array.from(chunk, (_, at) => chunk.subarray(at, at + 1))
    for (const one of all) await expectAnswer(one, "byte by byte")
  })

  it("when a hundred come in one piece, and in order", async () => {
    const random = seeded(seed)
    for (let round = 0; round < 20; round += 1) {
      const hundred = Array.from({ length: 100 }, () => all[Math.floor(random() * all.length)]!)
      const held: Uint8Array[] = []
      const wantedBytes = hundred.reduce((sum, { frame }) => sum + frame.length, 0)
      pieces = (chunk) => {
        held.push(chunk)
        const whole = Buffer.concat(held)
        return whole.length === wantedBytes ? [whole] : []
      }
      const answers = hundred.map(({ what, answer }) => wire.nextFrame().then((frame) => ({ what, same: answer.equals(frame) })))
      wire.push(Buffer.concat(hundred.map(({ frame }) => frame)))
      const different = (await Promise.all(answers)).filter(({ same }) => !same)
      expect(different, `seed ${seed}, round ${round}`).toEqual([])
    }
  })

  it("when a hundred come in pieces that end anywhere", async () => {
    const random = seeded(seed)
    for (let round = 0; round < 20; round += 1) {
      const hundred = Array.from({ length: 100 }, () => all[Math.floor(random() * all.length)]!)
      pieces = (chunk) => randomPieces(chunk, random)
      const answers = hundred.map(({ what, answer }) => wire.nextFrame().then((frame) => ({ what, same: answer.equals(frame) })))
      wire.push(Buffer.concat(hundred.map(({ frame }) => frame)))
      const different = (await Promise.all(answers)).filter(({ same }) => !same)
      expect(different, `seed ${seed}, round ${round}`).toEqual([])
    }
  })
})

function randomPieces(chunk: Uint8Array, random: () => number): Uint8Array[] {
  const out: Uint8Array[] = []
  for (let at = 0; at < chunk.byteLength; ) {
    const size = 1 + Math.floor(random() * 400)
    out.push(chunk.subarray(at, at + size))
    at += size
  }
  return out
}
