import { errorName, type RequestInput, zeroUuid } from "@rivven/protocol"
import { CreatePartitions, CreateTopics, DeleteTopics, DescribeLogDirs, InitProducerId } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { batchOf, Talk } from "../testing/talk.ts"

type Wanted = RequestInput<typeof CreateTopics>["topics"][number]

const wanted = (name: string, options: Partial<Wanted> = {}): Wanted => ({
  name,
  numPartitions: 1,
  replicationFactor: 1,
  assignments: [],
  configs: [],
  ...options,
})

async function stage() {
  const broker = await startTestBroker()
  const talk = await Talk.to(broker)
  return {
    broker,
    talk,
    async create(...topics: Wanted[]) {
      const answer = await talk.wire.call(CreateTopics, 7, { topics, validateOnly: false })
      return answer.topics.map((topic) => ({ ...topic, error: errorName(topic.errorCode) }))
    },
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

describe("CreateTopics", () => {
  it("answers id, counts and every config with its source", async () => {
    await using s = await stage()
    const [topic] = await s.create(wanted("t", { numPartitions: 3, configs: [{ name: "retention.ms", value: "1000" }] }))
    expect(topic).toMatchObject({ error: "NONE", numPartitions: 3, replicationFactor: 1 })
    expect(topic?.topicId).not.toBe(zeroUuid)
    const sources = new Map(topic?.configs?.map((config) => [config.name, [config.value, config.configSource]]))
    expect(sources.get("retention.ms")).toEqual(["1000", 1])
    expect(sources.get("segment.bytes")).toEqual(["1073741824", 5])
  })

  it("takes the broker's defaults for -1", async () => {
    await using s = await stage()
    await s.talk.setConfig({ type: 4, name: "" }, { "num.partitions": "5" })
    const [topic] = await s.create(wanted("t", { numPartitions: -1, replicationFactor: -1 }))
    expect(topic).toMatchObject({ error: "NONE", numPartitions: 5, replicationFactor: 1 })
  })

  it.each<[string, string, Partial<Wanted>]>([
    ["an empty name", "INVALID_TOPIC_EXCEPTION", { name: "" }],
    ["a dot", "INVALID_TOPIC_EXCEPTION", { name: "." }],
    ["a long name", "INVALID_TOPIC_EXCEPTION", { name: "x".repeat(250) }],
    ["a path", "INVALID_TOPIC_EXCEPTION", { name: "../../etc" }],
    ["a reserved name", "INVALID_TOPIC_EXCEPTION", { name: "__cluster_metadata" }],
    ["no partitions", "INVALID_PARTITIONS", { numPartitions: 0 }],
    ["negative partitions", "INVALID_PARTITIONS", { numPartitions: -2 }],
    ["too many partitions", "POLICY_VIOLATION", { numPartitions: 2_147_483_647 }],
    ["two copies", "INVALID_REPLICATION_FACTOR", { replicationFactor: 2 }],
    ["no copies", "INVALID_REPLICATION_FACTOR", { replicationFactor: 0 }],
    ["an unknown config", "INVALID_CONFIG", { configs: [{ name: "retention.mss", value: "1" }] }],
    ["a bad config value", "INVALID_CONFIG", { configs: [{ name: "retention.ms", value: "soon" }] }],
    ["a config without a value", "INVALID_CONFIG", { configs: [{ name: "retention.ms", value: null }] }],
    [
      "a config twice",
      "INVALID_REQUEST",
      {
        configs: [
          { name: "retention.ms", value: "1" },
          { name: "retention.ms", value: "2" },
        ],
      },
    ],
    ["counts beside an assignment", "INVALID_REQUEST", { assignments: [{ partitionIndex: 0, brokerIds: [1] }] }],
    [
      "an assignment elsewhere",
      "INVALID_REPLICA_ASSIGNMENT",
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [2] }] },
    ],
    [
      "an assignment with a gap",
      "INVALID_REPLICA_ASSIGNMENT",
      { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
    ],
  ])("refuses %s with %s and says why", async (_, error, options) => {
    await using s = await stage()
    const [topic, other] = await s.create(wanted("bad", options), wanted("good"))
    expect(topic?.error).toBe(error)
    expect(topic?.errorMessage?.length).toBeGreaterThan(10)
    expect(other?.error).toBe("NONE")
  })

  it("names the nearest known config", async () => {
    await using s = await stage()
    const [topic] = await s.create(wanted("t", { configs: [{ name: "retention.mss", value: "1" }] }))
    expect(topic?.errorMessage).toContain("retention.ms")
  })

  it("accepts a manual assignment to itself", async () => {
    await using s = await stage()
    const assignments = [0, 1].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }))
    const [topic] = await s.create(wanted("t", { numPartitions: -1, replicationFactor: -1, assignments }))
    expect(topic).toMatchObject({ error: "NONE", numPartitions: 2 })
  })

  it("refuses a name that exists, is twice in the request, or collides on . and _", async () => {
    await using s = await stage()
    await s.create(wanted("a.b"))
    expect((await s.create(wanted("a.b")))[0]?.error).toBe("TOPIC_ALREADY_EXISTS")
    expect((await s.create(wanted("a_b")))[0]?.error).toBe("INVALID_TOPIC_EXCEPTION")
    expect((await s.create(wanted("twice"), wanted("twice"))).map((topic) => topic.error)).toEqual(["INVALID_REQUEST"])
  })

  it("makes one of two colliding names that are asked for at the same time", async () => {
    await using s = await stage()
    const errors = (await s.create(wanted("x.y"), wanted("x_y"))).map((topic) => topic.error)
    expect(errors.toSorted()).toEqual(["INVALID_TOPIC_EXCEPTION", "NONE"])
  })

  it("has no effect when it only validates", async () => {
    await using s = await stage()
    expect((await s.talk.createTopic("t", { validateOnly: true })).error).toBe("NONE")
    expect((await s.talk.createTopic("t", { validateOnly: true, configs: { nope: "1" } })).error).toBe("INVALID_CONFIG")
    expect(errorName((await s.talk.metadata("t")).errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION")
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7])("works in version %i", async (version) => {
    await using s = await stage()
    const answer = await s.talk.wire.call(CreateTopics, version, { topics: [wanted("t")] })
    expect(answer.topics.map((topic) => topic.errorCode)).toEqual([0])
  })
})

describe("DeleteTopics", () => {
  it("deletes by name and by id, and a new topic of that name has a new id and nothing of the old", async () => {
    await using s = await stage()
    const first = await s.talk.createTopic("t")
    await s.talk.produce("t", batchOf(["old"]))
    await s.talk.commit("g", { topic: "t", offset: 1 })
    const byId = await s.talk.wire.call(DeleteTopics, 6, { topics: [{ name: null, topicId: first.id }], timeoutMs: 1_000 })
    expect(byId.responses[0]).toMatchObject({ errorCode: 0, name: "t", topicId: first.id })
    const second = await s.talk.createTopic("t")
    expect(second.id).not.toBe(first.id)
    expect(await s.talk.values("t")).toEqual([])
    expect((await s.talk.committed("g", "t")).committedOffset).toBe(-1)
    expect((await s.talk.deleteTopic("t")).error).toBe("NONE")
  })

  it("answers unknown names, unknown ids, both at once and internal topics", async () => {
    await using s = await stage()
    const { id } = await s.talk.createTopic("t")
    expect((await s.talk.deleteTopic("nope")).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    expect((await s.talk.deleteTopic("__consumer_offsets")).error).toBe("INVALID_TOPIC_EXCEPTION")
    const topics = [
      { name: null, topicId: "AAAAAAAAAAAAAAAAAAAAAw" },
      { name: "t", topicId: id },
    ]
    const { responses } = await s.talk.wire.call(DeleteTopics, 6, { topics, timeoutMs: 1_000 })
    expect(responses.map((one) => errorName(one.errorCode))).toEqual(["UNKNOWN_TOPIC_ID", "INVALID_REQUEST"])
    expect((await s.talk.metadata("t")).errorCode).toBe(0)
  })
})

describe("CreatePartitions", () => {
  const grow = async (talk: Talk, topics: RequestInput<typeof CreatePartitions>["topics"], validateOnly = false) => {
    const { results } = await talk.wire.call(CreatePartitions, 3, { topics, timeoutMs: 1_000, validateOnly })
    return results.map((one) => ({ name: one.name, error: errorName(one.errorCode), message: one.errorMessage }))
  }

  it("adds partitions, which are served at once, and answers one result per topic", async () => {
    await using s = await stage()
    await s.create(wanted("a"), wanted("b"))
    expect(
      await grow(s.talk, [
        { name: "a", count: 3, assignments: null },
        { name: "b", count: 2, assignments: null },
      ]),
    ).toEqual([
      { name: "a", error: "NONE", message: null },
      { name: "b", error: "NONE", message: null },
    ])
    expect((await s.talk.produce("a", batchOf(["v"]), { partition: 2 })).error).toBe("NONE")
  })

  it.each([
    ["the present count", 2, "INVALID_PARTITIONS"],
    ["fewer", 1, "INVALID_PARTITIONS"],
    ["none", 0, "INVALID_PARTITIONS"],
    ["too many", 2_000_000, "POLICY_VIOLATION"],
  ])("refuses %s and says why", async (_, count, error) => {
    await using s = await stage()
    await s.create(wanted("t", { numPartitions: 2 }))
    const [result] = await grow(s.talk, [{ name: "t", count, assignments: null }])
    expect(result?.error).toBe(error)
    expect(result?.message).toContain("t")
  })

  it("refuses unknown topics and assignments that do not fit, and validates without effect", async () => {
    await using s = await stage()
    await s.create(wanted("t"))
    const assignments = [{ brokerIds: [1] }, { brokerIds: [1] }]
    expect((await grow(s.talk, [{ name: "nope", count: 2, assignments: null }]))[0]?.error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    expect((await grow(s.talk, [{ name: "t", count: 2, assignments }]))[0]?.error).toBe("INVALID_REPLICA_ASSIGNMENT")
    expect((await grow(s.talk, [{ name: "t", count: 3, assignments }], true))[0]?.error).toBe("NONE")
    expect((await s.talk.metadata("t")).partitions.length).toBe(1)
  })
})

describe("InitProducerId", () => {
  const ask = (talk: Talk, transactionalId: string | null, version = 4) =>
    talk.wire.call(InitProducerId, version, { transactionalId, transactionTimeoutMs: 1_000 })

  it("never gives an id twice, also over restarts, and starts at 1", async () => {
    await using s = await stage()
    const ids = await Promise.all(Array.from({ length: 5 }, () => ask(s.talk, null)))
    expect(ids.map((answer) => answer.producerId)).toEqual([1, 2, 3, 4, 5])
    for (let round = 0; round < 1_000; round++) await ask(s.talk, null)
    expect((await ask(s.talk, null)).producerId).toBe(1_006)
  })
})

describe("DescribeLogDirs", () => {
  it("tells every partition's size, total and usable bytes", async () => {
    await using s = await stage()
    await s.create(wanted("t", { numPartitions: 2 }))
    await s.talk.produce("t", batchOf(["a"]))
    const { results } = await s.talk.wire.call(DescribeLogDirs, 4, { topics: null })
    const [dir] = results
    expect(dir).toMatchObject({ errorCode: 0, logDir: "/memory" })
    expect(dir?.totalBytes).toBeGreaterThan(0)
    expect(dir?.usableBytes).toBeGreaterThan(0)
    const sizes = dir?.topics.find((topic) => topic.name === "t")?.partitions.map((one) => one.partitionSize)
    expect(sizes).toEqual([batchOf(["a"]).length, 0])
    const some = await s.talk.wire.call(DescribeLogDirs, 1, { topics: [{ topic: "t", partitions: [1, 9] }] })
    expect(some.results[0]?.topics).toEqual([{ name: "t", partitions: [expect.objectContaining({ partitionIndex: 1, partitionSize: 0 })] }])
  })
})
