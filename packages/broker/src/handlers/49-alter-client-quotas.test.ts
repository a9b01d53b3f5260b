// Quotas over the wire: how they are stored, and what those hear and feel who use too much.
import { errorName } from "@rivven/protocol"
import {
  AlterClientQuotas,
  CreatePartitions,
  CreateTopics,
  DeleteTopics,
  DescribeClientQuotas,
  Fetch,
  Produce,
} from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { ManualClock } from "../testing/manual-clock.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { startSecuredBroker, talkAs } from "../testing/secured.ts"
import { batchOf, Talk } from "../testing/talk.ts"

type Part = { entityType: string; entityName: string | null }
const user = (entityName: string | null): Part => ({ entityType: "user", entityName })
const client = (entityName: string | null): Part => ({ entityType: "client-id", entityName })
const ip = (entityName: string | null): Part => ({ entityType: "ip", entityName })

async function alter(talk: Talk, entity: Part[], values: Record<string, number | null>): Promise<string> {
  const ops = Object.entries(values).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null }))
  const { entries } = await talk.wire.call(AlterClientQuotas, 1, { entries: [{ entity, ops }], validateOnly: false })
  return errorName(entries[0]?.errorCode ?? 0)
}

async function described(talk: Talk, components: [type: string, matchType: number, match: string | null][], strict = false) {
  const filter = { components: components.map(([entityType, matchType, match]) => ({ entityType, matchType, match })), strict }
  const { errorCode, entries } = await talk.wire.call(DescribeClientQuotas, 1, filter)
  if (errorCode !== 0) return errorName(errorCode)
  return (entries ?? []).map(({ entity, values }) => [
    entity.map(({ entityType, entityName }) => `${entityType}=${entityName ?? "<default>"}`).join(),
    Object.fromEntries(values.map(({ key, value }) => [key, value])),
  ])
}

describe("quotas", () => {
  it("are stored, found by filters, changed, removed, and survive a restart", async () => {
    const disk = memoryDisk()
    {
      await using broker = await startTestBroker({ ports: { disk } })
      await using talk = await Talk.to(broker)
      expect(await alter(talk, [user("alice")], { producer_byte_rate: 1_000, request_percentage: 12.5 })).toBe("NONE")
      expect(await alter(talk, [user("alice"), client(null)], { consumer_byte_rate: 7 })).toBe("NONE")
      const planned = { entity: [client("c")], ops: [{ key: "consumer_byte_rate", value: 8, remove: false }] }
      const { entries } = await talk.wire.call(AlterClientQuotas, 1, { entries: [planned], validateOnly: true })
      expect(entries.map(({ errorCode }) => errorCode)).toEqual([0])
      expect(await alter(talk, [ip(null)], { connection_creation_rate: 9 })).toBe("NONE")
      expect(await alter(talk, [user("alice")], { producer_byte_rate: null })).toBe("NONE")
    }
    await using broker = await startTestBroker({ ports: { disk } })
    await using talk = await Talk.to(broker)
    const [alice, both, address] = [
      ["user=alice", { request_percentage: 12.5 }],
      ["user=alice,client-id=<default>", { consumer_byte_rate: 7 }],
      ["ip=<default>", { connection_creation_rate: 9 }],
    ]
    const [exact, byDefault, any] = [0, 1, 2]
    expect(await described(talk, [])).toEqual([alice, both, address])
    expect(await described(talk, [["user", exact, "alice"]])).toEqual([alice, both])
    expect(await described(talk, [["user", exact, "alice"]], true)).toEqual([alice])
    expect(
      await described(
        talk,
        [
          ["user", any, null],
          ["client-id", byDefault, null],
        ],
        true,
      ),
    ).toEqual([both])
    expect(await described(talk, [["ip", any, null]])).toEqual([address])
    expect(await described(talk, [["user", exact, "bob"]])).toEqual([])
  })

  it("that make no sense are refused, and so are filters", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    const rate = { producer_byte_rate: 1 }
    const bad: [Part[], Record<string, number | null>][] = [
      [[], rate],
      [[{ entityType: "group", entityName: "g" }], rate],
      [[user("")], rate],
      [[user("a"), user("b")], rate],
      [[ip("127.0.0.1"), user("a")], { connection_creation_rate: 1 }],
      [[ip("no address")], { connection_creation_rate: 1 }],
      [[ip("1.2.3.999")], { connection_creation_rate: 1 }],
      [[user("a")], { producer_byte_rate: 0 }],
      [[user("a")], { producer_byte_rate: -5 }],
      [[user("a")], { producer_byte_rate: 1.5 }],
      [[user("a")], { producer_byte_rate: Number.NaN }],
      [[user("a")], { producer_byte_rate: Number.POSITIVE_INFINITY }],
      [[user("a")], { nonsense: 1 }],
      [[user("a")], { nonsense: null }],
      [[user("a")], { connection_creation_rate: 1 }],
      [[ip("127.0.0.1")], rate],
      [[ip("127.0.0.1")], { connection_creation_rate: 2 ** 31 }],
    ]
    for (const [entity, values] of bad) expect(await alter(talk, entity, values), JSON.stringify([entity, values])).toBe("INVALID_REQUEST")
    expect(await described(talk, [])).toEqual([])
    const filters: [string, number, string | null][][] = [
      [["", 2, null]],
      [["user", 0, null]],
      [["user", 1, "alice"]],
      [["user", 2, "alice"]],
      [["user", 3, null]],
      [
        ["user", 2, null],
        ["user", 2, null],
      ],
      [
        ["ip", 2, null],
        ["user", 2, null],
      ],
    ]
    for (const filter of filters) expect(await described(talk, filter), JSON.stringify(filter)).toBe("INVALID_REQUEST")
  })

  it("answer who produced too much first, then do not read the connection for as long as they said", async () => {
    const clock = new ManualClock()
    await using broker = await startTestBroker({ ports: { clock } })
    await using talk = await Talk.to(broker, "busy")
    await using neighbour = await Talk.to(broker, "other")
    await talk.createTopic("t")
    expect(await alter(talk, [client("busy")], { producer_byte_rate: 1_000 })).toBe("NONE")
    const produce = (from: Talk) =>
      from.wire.call(Produce, 9, {
        acks: -1,
        timeoutMs: 1_000,
        topicData: [{ name: "t", partitionData: [{ index: 0, records: batchOf(["x".repeat(20_000)]) }] }],
      })
    const answer = await produce(talk)
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
    expect(answer.throttleTimeMs).toBeGreaterThan(9_000)
    let isServed = false
    const next = talk.metadata("t").then(() => {
      isServed = true
    })
    expect((await produce(neighbour)).throttleTimeMs).toBe(0)
    await clock.advance(answer.throttleTimeMs - 1)
    expect((await neighbour.metadata("t")).errorCode).toBe(0)
    expect(isServed).toBe(false)
    await clock.advance(1)
    await next
    const text = await broker.broker.registry.metrics()
    expect(text).toContain('rivven_throttled_requests_total{kind="produce"} 1')
    expect(text).toContain(`rivven_quota_throttle_seconds_total{kind="produce"} ${answer.throttleTimeMs / 1_000}`)
  })

  it("throttle acks=0 as well, which has no answer", async () => {
    const clock = new ManualClock()
    await using broker = await startTestBroker({ ports: { clock } })
    await using talk = await Talk.to(broker, "busy")
    await talk.createTopic("t")
    await alter(talk, [client("busy")], { producer_byte_rate: 1_000 })
    const topicData = [{ name: "t", partitionData: [{ index: 0, records: batchOf(["x".repeat(20_000)]) }] }]
    talk.wire.push(talk.wire.encode(Produce, 9, { acks: 0, timeoutMs: 1_000, topicData }))
    await using neighbour = await Talk.to(broker, "other")
    while ((await neighbour.offsetAt("t", -1)).offset === 0);
    let isServed = false
    const next = talk.metadata("t").then(() => {
      isServed = true
    })
    await clock.advance(5_000)
    expect((await neighbour.metadata("t")).errorCode).toBe(0)
    expect(isServed).toBe(false)
    await clock.advance(60_000)
    await next
  })

  it("give who fetched too much an empty answer, and the records later", async () => {
    const clock = new ManualClock()
    await using broker = await startTestBroker({ ports: { clock } })
    await using talk = await Talk.to(broker, "reader")
    await using writer = await Talk.to(broker, "writer")
    await writer.createTopic("t")
    for (const letter of "abcd") await writer.produce("t", batchOf([letter.repeat(4_000)]))
    await alter(writer, [client("reader")], { consumer_byte_rate: 1_000 })
    const fetch = (offset: number) =>
      talk.wire.call(Fetch, 12, {
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes: 2_000,
        topics: [{ topic: "t", partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 1_048_576 }] }],
        forgottenTopicsData: [],
      })
    let throttledMs = 0
    let offset = 0
    while (offset < 4) {
      const { throttleTimeMs, responses, sessionId } = await fetch(offset)
      expect(sessionId).toBe(0)
      throttledMs += throttleTimeMs
      if (responses.length === 0) expect(throttleTimeMs).toBeGreaterThan(0)
      else offset += 1
      await clock.advance(throttleTimeMs)
    }
    // 16,000 bytes at 1,000 a second, of which ten seconds' worth is given at once.
    expect(throttledMs).toBeGreaterThan(5_000)
    expect(throttledMs).toBeLessThan(30_000)
  })

  it("give a batch that is larger than all windows together, and make its reader wait for it", async () => {
    const clock = new ManualClock()
    await using broker = await startTestBroker({ ports: { clock } })
    await using talk = await Talk.to(broker, "reader")
    await using writer = await Talk.to(broker, "writer")
    await writer.createTopic("t")
    await writer.produce("t", batchOf(["x".repeat(100_000)]))
    await alter(writer, [client("reader")], { consumer_byte_rate: 1_000 })
    const { response, records } = await talk.fetch("t")
    expect(records).toHaveLength(1)
    expect(response.throttleTimeMs).toBeGreaterThan(80_000)
  })

  it("refuse partitions above the mutation rate in the versions that know the error, and make older ones wait", async () => {
    const clock = new ManualClock()
    await using broker = await startTestBroker({ ports: { clock } })
    await using talk = await Talk.to(broker, "maker")
    await alter(talk, [client("maker")], { controller_mutation_rate: 1 })
    const wanted = (name: string, numPartitions: number) => ({ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] })
    const create = (version: number, ...topics: ReturnType<typeof wanted>[]) =>
      talk.wire.call(CreateTopics, version, { topics, validateOnly: false })
    const first = await create(7, wanted("a", 12), wanted("b", 1))
    expect(first.topics.map(({ errorCode }) => errorName(errorCode))).toEqual(["NONE", "THROTTLING_QUOTA_EXCEEDED"])
    expect(first.throttleTimeMs).toBe(1_000)
    await clock.advance(1_000)
    const old = await create(5, wanted("c", 2))
    expect(old.topics.map(({ errorCode }) => errorCode)).toEqual([0])
    expect(old.throttleTimeMs).toBe(2_000)
    await clock.advance(1_000)
    const removal = talk.wire.call(DeleteTopics, 5, { topics: [], topicNames: ["c"], timeoutMs: 1_000 })
    await clock.advance(1_000)
    expect((await removal).responses.map(({ errorCode }) => errorCode)).toEqual([0])
    const growth = await talk.wire.call(CreatePartitions, 3, {
      topics: [{ name: "a", count: 13, assignments: null }],
      timeoutMs: 1_000,
      validateOnly: false,
    })
    expect(growth.results.map(({ errorCode }) => errorName(errorCode))).toEqual(["THROTTLING_QUOTA_EXCEEDED"])
    expect(growth.throttleTimeMs).toBe(2_000)
  })

  it("of connections refuse an address that opens too many", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    await alter(talk, [ip("127.0.0.1")], { connection_creation_rate: 2 })
    const others = await Promise.all(Array.from({ length: 6 }, () => Talk.to(broker)))
    const served = await Promise.allSettled(others.map((other) => other.metadata("t")))
    expect(served.filter(({ status }) => status === "fulfilled").length).toBeLessThan(6)
    for (const other of others) await other[Symbol.asyncDispose]()
    expect(await broker.broker.registry.metrics()).toMatch(/rivven_connections_refused_total\{[^}]*reason="rate"[^}]*\} [1-9]/)
  })

  it("count the user who is logged in", async () => {
    const clock = new ManualClock()
    await using broker = await startSecuredBroker({ ports: { clock } })
    await using root = await talkAs("root", broker)
    await alter(root, [user("root")], { controller_mutation_rate: 1 })
    expect((await root.createTopic("a", { partitions: 20 })).error).toBe("NONE")
    expect((await root.createTopic("b")).error).toBe("THROTTLING_QUOTA_EXCEEDED")
  })
})
