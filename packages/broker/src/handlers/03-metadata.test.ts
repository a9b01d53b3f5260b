import { errorName, zeroUuid } from "@rivven/protocol"
import { DescribeCluster, DescribeTopicPartitions, FindCoordinator, Metadata } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { Talk } from "../testing/talk.ts"

const ask = (talk: Talk, version: number, topics: { name: string | null; topicId?: string }[] | null) =>
  talk.wire.call(Metadata, version, { topics, allowAutoTopicCreation: version < 4, includeTopicAuthorizedOperations: false })

describe("Metadata", () => {
  it("tells one broker, which leads everything, at the advertised address", async () => {
    await using broker = await startTestBroker({ advertised: { host: "broker.example", port: 9_092 }, nodeId: 3 })
    await using talk = await Talk.to(broker)
    await talk.createTopic("t", { partitions: 2 })
    const answer = await ask(talk, 12, [{ name: "t" }])
    expect(answer.brokers).toEqual([{ nodeId: 3, host: "broker.example", port: 9_092, rack: null }])
    expect(answer).toMatchObject({ controllerId: 3, clusterId: broker.broker.clusterId })
    expect(answer.topics[0]?.partitions.map(({ leaderId, replicaNodes, isrNodes }) => [leaderId, replicaNodes, isrNodes])).toEqual([
      [3, [3], [3]],
      [3, [3], [3]],
    ])
  })

  it("means all topics by an empty list in version 0 and by null afterwards, and none by an empty list", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    const names = async (version: number, topics: null | []) => (await ask(talk, version, topics)).topics.map((topic) => topic.name)
    expect(await names(0, [])).toEqual(["__consumer_offsets", "__transaction_state", "t"])
    expect(await names(1, null)).toEqual(["__consumer_offsets", "__transaction_state", "t"])
    expect(await names(12, null)).toEqual(["__consumer_offsets", "__transaction_state", "t"])
    expect(await names(1, [])).toEqual([])
  })

  it("makes a topic on the way when client and broker both allow it, with the broker's defaults", async () => {
    await using broker = await startTestBroker({ settings: { "num.partitions": "4" } })
    await using talk = await Talk.to(broker)
    expect((await talk.metadata("auto", { mayCreate: true })).partitions.length).toBe(4)
    expect(errorName((await talk.metadata("other", { mayCreate: false })).errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    await talk.setConfig({ type: 4, name: "" }, { "auto.create.topics.enable": "false" })
    expect(errorName((await talk.metadata("other", { mayCreate: true })).errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION")
  })

  it("makes a topic once, however many ask at the same time", async () => {
    await using broker = await startTestBroker()
    const talks = await Promise.all(Array.from({ length: 8 }, () => Talk.to(broker)))
    const answers = await Promise.all(talks.map((talk) => talk.metadata("same", { mayCreate: true })))
    expect(new Set(answers.map((answer) => answer.topicId)).size).toBe(1)
    expect(answers.every((answer) => answer.errorCode === 0)).toBe(true)
    for (const talk of talks) await talk[Symbol.asyncDispose]()
  })

  it("answers INVALID_TOPIC_EXCEPTION to bad names and never makes them", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    for (const name of ["", ".", "..", "a b", "ü", "x".repeat(250), "a/b", "\u0000"])
      expect(errorName((await talk.metadata(name, { mayCreate: true })).errorCode), JSON.stringify(name)).toBe("INVALID_TOPIC_EXCEPTION")
  })

  it("finds topics by id from version 12 on", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    const { id } = await talk.createTopic("t")
    expect((await ask(talk, 12, [{ name: null, topicId: id }])).topics[0]).toMatchObject({ name: "t", topicId: id, errorCode: 0 })
    const unknown = (await ask(talk, 12, [{ name: null, topicId: "AAAAAAAAAAAAAAAAAAAAAw" }])).topics[0]
    expect(errorName(unknown?.errorCode ?? 0)).toBe("UNKNOWN_TOPIC_ID")
  })
})

describe("FindCoordinator", () => {
  it.each([0, 1, 2, 3])("answers this broker for one key in version %i", async (version) => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    const answer = await talk.wire.call(FindCoordinator, version, { key: "g", coordinatorKeys: [] })
    expect(answer).toMatchObject({ errorCode: 0, nodeId: 1, host: "127.0.0.1", port: broker.port })
  })

  it.each([4, 5, 6])("answers this broker for many keys in version %i", async (version) => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    const { coordinators } = await talk.wire.call(FindCoordinator, version, { coordinatorKeys: ["g", "h"] })
    expect(coordinators.map(({ key, port }) => [key, port])).toEqual([
      ["g", broker.port],
      ["h", broker.port],
    ])
  })

  it("answers INVALID_REQUEST to key types that have no coordinator", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    const { coordinators } = await talk.wire.call(FindCoordinator, 6, { keyType: 2, coordinatorKeys: ["s"] })
    expect(errorName(coordinators[0]?.errorCode ?? 0)).toBe("INVALID_REQUEST")
  })
})

describe("DescribeCluster", () => {
  it("tells the broker, and refuses controller and unknown endpoints", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    const describe = (version: number, endpointType: number) =>
      talk.wire.call(DescribeCluster, version, { endpointType, includeClusterAuthorizedOperations: false, includeFencedBrokers: false })
    expect(await describe(2, 1)).toMatchObject({
      errorCode: 0,
      controllerId: 1,
      brokers: [{ brokerId: 1, port: broker.port, isFenced: false }],
    })
    expect(await describe(0, 1)).toMatchObject({ errorCode: 0, clusterId: broker.broker.clusterId })
    expect(errorName((await describe(1, 2)).errorCode)).toBe("MISMATCHED_ENDPOINT_TYPE")
    expect(errorName((await describe(1, 9)).errorCode)).toBe("UNSUPPORTED_ENDPOINT_TYPE")
  })
})

describe("DescribeTopicPartitions", () => {
  it("pages over all topics with a cursor and repeats nothing", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    for (const name of ["c", "a", "b"]) await talk.createTopic(name, { partitions: 3 })
    const seen: string[] = []
    let cursor: { topicName: string; partitionIndex: number } | null = null
    do {
      const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(talk, cursor)
      for (const topic of page.topics) seen.push(...topic.partitions.map((one) => `${topic.name}/${one.partitionIndex}`))
      cursor = page.nextCursor
    } while (cursor)
    expect(seen).toEqual(["__consumer_offsets/0", "__transaction_state/0", "a/0", "a/1", "a/2", "b/0", "b/1", "b/2", "c/0", "c/1", "c/2"])
  })

  it("answers an error per unknown or illegal name and makes nothing", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    const { topics } = await talk.wire.call(DescribeTopicPartitions, 0, { topics: [{ name: "nope" }, { name: "b!" }] })
    expect(topics.map((topic) => [topic.name, errorName(topic.errorCode), topic.topicId])).toEqual([
      ["b!", "INVALID_TOPIC_EXCEPTION", zeroUuid],
      ["nope", "UNKNOWN_TOPIC_OR_PARTITION", zeroUuid],
    ])
  })

  const pageOf = (talk: Talk, cursor: { topicName: string; partitionIndex: number } | null) =>
    talk.wire.call(DescribeTopicPartitions, 0, { topics: [], responsePartitionLimit: 2, cursor })
})
