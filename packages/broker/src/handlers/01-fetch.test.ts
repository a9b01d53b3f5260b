import { errorName } from "@rivven/protocol"
import { Fetch } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { batchOf, plain, recordsOf, Talk } from "../testing/talk.ts"

async function stage(partitions = 1) {
  const broker = await startTestBroker()
  const talk = await Talk.to(broker)
  const { id } = await talk.createTopic("t", { partitions })
  const second = await Talk.to(broker)
  return {
    broker,
    talk,
    id,
    /** A second connection, for what happens while the first one waits. */
    second,
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

describe("Fetch", () => {
  it("answers the whole batch that holds an offset in its middle (a consumer would hang otherwise)", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a", "b", "c"]))
    expect((await s.talk.fetch("t", { offset: 1 })).records.map((record) => record.offset)).toEqual([0, 1, 2])
  })

  it("answers empty, never null, records for an empty partition", async () => {
    await using s = await stage()
    for (const version of [4, 7, 11, 12]) {
      const { answer, error } = await s.talk.fetch("t", { version })
      expect(error).toBe("NONE")
      expect(answer?.records).not.toBeNull()
      expect(answer?.records?.length).toBe(0)
    }
  })

  it("answers the first batch even if it exceeds every limit (KIP-74), and whole batches only", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["x".repeat(2_000)]))
    await s.talk.produce("t", batchOf(["y".repeat(2_000)]))
    const { records } = await s.talk.fetch("t", { maxBytes: 10, partitionMaxBytes: 10 })
    expect(records.map((record) => record.offset)).toEqual([0])
    const both = await s.talk.fetch("t", { partitionMaxBytes: 4_500 })
    expect(both.records.length).toBe(2)
  })

  it("does not count the wait of a long poll as time the request took", async () => {
    await using s = await stage()
    const { responses } = await s.talk.wire.call(Fetch, 11, {
      maxWaitMs: 600,
      minBytes: 1,
      maxBytes: 1_000,
      topics: [{ topic: "t", partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000, currentLeaderEpoch: -1 }] }],
      forgottenTopicsData: [],
    })
    expect(responses[0]?.partitions[0]?.errorCode).toBe(0)
    const text = await s.broker.broker.registry.getSingleMetricAsString("rivven_request_seconds")
    const sum = Number(/rivven_request_seconds_sum\{api="Fetch"\} (\S+)/.exec(text)?.[1])
    expect(sum).toBeGreaterThan(0)
    expect(sum).toBeLessThan(0.5)
  })

  it("keeps to the total limit over several partitions", async () => {
    await using s = await stage(3)
    for (let partition = 0; partition < 3; partition++) await s.talk.produce("t", batchOf(["x".repeat(1_000)]), { partition })
    const positions = [0, 1, 2].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 100_000, currentLeaderEpoch: -1 }))
    const body = { maxWaitMs: 0, minBytes: 1, maxBytes: 1_200, topics: [{ topic: "t", partitions: positions }], forgottenTopicsData: [] }
    const { responses } = await s.talk.wire.call(Fetch, 11, body)
    expect(responses[0]?.partitions.map((one) => recordsOf(one.records).length)).toEqual([1, 0, 0])
  })

  it.each([
    ["before the log start", -1],
    ["behind the log end", 2],
    ["far behind", Number.MAX_SAFE_INTEGER],
  ])("answers OFFSET_OUT_OF_RANGE at an offset %s", async (_, offset) => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a"]))
    expect((await s.talk.fetch("t", { offset })).error).toBe("OFFSET_OUT_OF_RANGE")
  })

  it("answers UNKNOWN_TOPIC_OR_PARTITION by name and UNKNOWN_TOPIC_ID by id", async () => {
    await using s = await stage()
    expect((await s.talk.fetch("nope")).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    expect((await s.talk.fetch("t", { partition: 9 })).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    expect(await byId(s.talk, "AAAAAAAAAAAAAAAAAAAAAw")).toBe("UNKNOWN_TOPIC_ID")
    expect(await byId(s.talk, s.id)).toBe("NONE")
  })

  it("answers UNKNOWN_TOPIC_ID for the old id of a topic that was deleted and made again, with nothing of the old", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["old"]))
    await s.talk.deleteTopic("t")
    await s.talk.createTopic("t")
    expect(await byId(s.talk, s.id)).toBe("UNKNOWN_TOPIC_ID")
    expect(await s.talk.values("t")).toEqual([])
  })

  it("fences older and refuses newer ideas of the leader epoch", async () => {
    await using s = await stage()
    expect((await s.talk.fetch("t", { leaderEpoch: 0 })).error).toBe("NONE")
    expect((await s.talk.fetch("t", { leaderEpoch: 99 })).error).toBe("UNKNOWN_LEADER_EPOCH")
  })
})

describe("a long poll", () => {
  it("ends when data becomes durable", async () => {
    await using s = await stage()
    const answer = s.talk.values("t", { maxWaitMs: 20_000 })
    await s.second.produce("t", batchOf(["a"]))
    expect(await answer).toEqual(["a"])
  })

  it("waits for min_bytes and ends at its deadline with what there is", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a"]))
    const started = performance.now()
    expect(await s.talk.values("t", { maxWaitMs: 150, minBytes: 100_000 })).toEqual(["a"])
    expect(performance.now() - started).toBeGreaterThanOrEqual(140)
    const answer = s.talk.values("t", { maxWaitMs: 20_000, minBytes: 3_000 })
    for (const value of ["b", "c", "d"]) await s.second.produce("t", batchOf([value.repeat(1_000)]))
    expect((await answer).length).toBe(4)
  })

  it("ends when its topic is deleted", async () => {
    await using s = await stage()
    const answer = s.talk.fetch("t", { maxWaitMs: 20_000 })
    await s.second.deleteTopic("t")
    expect((await answer).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
  })

  it("ends when the broker stops", async () => {
    await using s = await stage()
    const answer = s.talk.fetch("t", { maxWaitMs: 60_000 })
    await s.second.metadata("t")
    await s.second[Symbol.asyncDispose]()
    await s.broker.stop()
    expect((await answer).error).toBe("NONE")
  })

  it("answers an error at once", async () => {
    await using s = await stage()
    expect((await s.talk.fetch("t", { offset: 5, maxWaitMs: 60_000 })).error).toBe("OFFSET_OUT_OF_RANGE")
  })
})

describe("a session", () => {
  const position = (partition: number, fetchOffset: number) => ({
    partition,
    fetchOffset,
    partitionMaxBytes: 1_000_000,
    currentLeaderEpoch: -1,
  })

  function ask(
    talk: Talk,
    session: [id: number, epoch: number],
    options: { positions?: ReturnType<typeof position>[]; forget?: number[]; topic?: string } = {},
  ) {
    const { positions = [], forget = [], topic = "t" } = options
    const [sessionId, sessionEpoch] = session
    const topics = positions.length > 0 ? [{ topic, partitions: positions }] : []
    const forgottenTopicsData = forget.length > 0 ? [{ topic, partitions: forget }] : []
    return talk.wire.call(Fetch, 11, {
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1_000_000,
      sessionId,
      sessionEpoch,
      topics,
      forgottenTopicsData,
    })
  }

  const seen = (response: Awaited<ReturnType<typeof ask>>) =>
    response.responses.flatMap(({ partitions }) => partitions.map((one) => one.partitionIndex))

  it("opens with everything and then says only what changed", async () => {
    await using s = await stage(3)
    const first = await ask(s.talk, [0, 0], { positions: [0, 1, 2].map((partition) => position(partition, 0)) })
    expect(first.sessionId).toBeGreaterThan(0)
    expect(seen(first)).toEqual([0, 1, 2])
    expect(seen(await ask(s.talk, [first.sessionId, 1]))).toEqual([])
    await s.second.produce("t", batchOf(["a"]), { partition: 1 })
    const third = await ask(s.talk, [first.sessionId, 2])
    expect(seen(third)).toEqual([1])
    expect(recordsOf(third.responses[0]!.partitions[0]!.records).map((record) => plain(record.value))).toEqual(["a"])
    expect(seen(await ask(s.talk, [first.sessionId, 3], { positions: [position(1, 1)] }))).toEqual([])
  })

  it("forgets partitions, and goes on over another connection", async () => {
    await using s = await stage(2)
    const { sessionId } = await ask(s.talk, [0, 0], { positions: [position(0, 0), position(1, 0)] })
    await ask(s.second, [sessionId, 1], { forget: [0] })
    for (const partition of [0, 1]) await s.second.produce("t", batchOf(["a"]), { partition })
    expect(seen(await ask(s.second, [sessionId, 2]))).toEqual([1])
  })

  it("answers FETCH_SESSION_ID_NOT_FOUND and INVALID_FETCH_SESSION_EPOCH", async () => {
    await using s = await stage()
    expect(errorName((await ask(s.talk, [4_711, 1])).errorCode)).toBe("FETCH_SESSION_ID_NOT_FOUND")
    const { sessionId } = await ask(s.talk, [0, 0], { positions: [position(0, 0)] })
    expect(errorName((await ask(s.talk, [sessionId, 2])).errorCode)).toBe("INVALID_FETCH_SESSION_EPOCH")
    expect(errorName((await ask(s.talk, [sessionId, 1])).errorCode)).toBe("NONE")
    expect((await ask(s.talk, [sessionId, -1])).sessionId).toBe(0)
    expect(errorName((await ask(s.talk, [sessionId, 2])).errorCode)).toBe("FETCH_SESSION_ID_NOT_FOUND")
  })

  it("is refused, with id 0 and everything in the answer, when the cache has no room", async () => {
    await using broker = await startTestBroker({ settings: { "max.incremental.fetch.session.cache.slots": "1" } })
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    expect((await ask(talk, [0, 0], { positions: [position(0, 0)] })).sessionId).toBeGreaterThan(0)
    const second = await ask(talk, [0, 0], { positions: [position(0, 0)] })
    expect(second.sessionId).toBe(0)
    expect(seen(second)).toEqual([0])
  })

  it("tells of a deleted topic, and serves the new one of that name", async () => {
    await using s = await stage()
    const { sessionId } = await ask(s.talk, [0, 0], { positions: [position(0, 0)] })
    await s.second.deleteTopic("t")
    const gone = await ask(s.talk, [sessionId, 1])
    expect(errorName(gone.responses[0]!.partitions[0]!.errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    await s.second.createTopic("t")
    await s.second.produce("t", batchOf(["new"]))
    const back = await ask(s.talk, [sessionId, 2])
    expect(recordsOf(back.responses[0]!.partitions[0]!.records).map((record) => plain(record.value))).toEqual(["new"])
  })

  it("rotates, so that a busy partition starves nobody", async () => {
    await using s = await stage(2)
    for (const partition of [0, 1])
      for (let round = 0; round < 3; round++) await s.second.produce("t", batchOf(["x".repeat(900)]), { partition })
    const small = (id: number, epoch: number, positions: ReturnType<typeof position>[] = []) =>
      s.talk.wire.call(Fetch, 11, {
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes: 500,
        sessionId: id,
        sessionEpoch: epoch,
        topics: positions.length ? [{ topic: "t", partitions: positions }] : [],
        forgottenTopicsData: [],
      })
    const first = await small(0, 0, [position(0, 0), position(1, 0)])
    const withData = (response: typeof first) =>
      response.responses.flatMap((topic) =>
        topic.partitions.filter((one) => (one.records?.length ?? 0) > 0).map((one) => one.partitionIndex),
      )
    expect(withData(first)).toEqual([0])
    expect(withData(await small(first.sessionId, 1))).toEqual([1])
    expect(withData(await small(first.sessionId, 2))).toEqual([0])
  })
})

async function byId(talk: Talk, topicId: string): Promise<string> {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000, currentLeaderEpoch: -1 }]
  const body = { maxWaitMs: 0, minBytes: 1, maxBytes: 1_000, topics: [{ topicId, partitions }], forgottenTopicsData: [] }
  return errorName((await talk.wire.call(Fetch, 16, body)).responses[0]!.partitions[0]!.errorCode)
}
