// What a cluster of one answers about leaders, replicas, its quorum and its resources, over the wire.
import { errorName } from "@rivven/protocol"
import {
  AlterPartitionReassignments,
  DescribeQuorum,
  ElectLeaders,
  ListConfigResources,
  ListPartitionReassignments,
} from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { Talk } from "../testing/talk.ts"

async function stage() {
  const broker = await startTestBroker()
  const talk = await Talk.to(broker)
  await talk.createTopic("t", { partitions: 2 })
  return {
    broker,
    talk,
    wire: talk.wire,
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

const errorsOf = (partitions: readonly { errorCode: number }[] = []) => partitions.map(({ errorCode }) => errorName(errorCode))

describe("ElectLeaders", () => {
  const wanted = [
    { topic: "t", partitions: [0, 1, 2, -1] },
    { topic: "nope", partitions: [0] },
  ]

  it.each([0, 1, 2])("is never needed, and says so of every partition in version %i", async (version) => {
    await using s = await stage()
    for (const electionType of version === 0 ? [0] : [0, 1]) {
      const answer = await s.wire.call(ElectLeaders, version, { electionType, topicPartitions: wanted, timeoutMs: 1_000 })
      const [known, unknown] = answer.replicaElectionResults.map(({ partitionResult }) => errorsOf(partitionResult))
      expect(answer.errorCode ?? 0).toBe(0)
      expect(known).toEqual(["ELECTION_NOT_NEEDED", "ELECTION_NOT_NEEDED", "UNKNOWN_TOPIC_OR_PARTITION", "UNKNOWN_TOPIC_OR_PARTITION"])
      expect(unknown).toEqual(["UNKNOWN_TOPIC_OR_PARTITION"])
    }
  })

  it("answers nothing for all partitions", async () => {
    await using s = await stage()
    const all = await s.wire.call(ElectLeaders, 2, { electionType: 0, topicPartitions: null, timeoutMs: 1_000 })
    expect(all).toMatchObject({ errorCode: 0, replicaElectionResults: [] })
  })

  it("refuses an unknown type of election", async () => {
    await using s = await stage()
    const answer = await s.wire.call(ElectLeaders, 2, { electionType: 2, topicPartitions: wanted, timeoutMs: 1_000 })
    expect(errorName(answer.errorCode)).toBe("INVALID_REQUEST")
  })
})

describe("AlterPartitionReassignments", () => {
  it.each<[string, number[] | null, string]>([
    ["cancels nothing", null, "NO_REASSIGNMENT_IN_PROGRESS"],
    ["does what is so already", [1], "NONE"],
    ["refuses another broker", [2], "INVALID_REPLICA_ASSIGNMENT"],
    ["refuses a second broker", [1, 2], "INVALID_REPLICA_ASSIGNMENT"],
    ["refuses the same broker twice", [1, 1], "INVALID_REPLICA_ASSIGNMENT"],
    ["refuses no broker", [], "INVALID_REPLICA_ASSIGNMENT"],
  ])("%s", async (_, replicas, error) => {
    await using s = await stage()
    for (const version of [0, 1]) {
      const topics = [{ name: "t", partitions: [0, 9].map((partitionIndex) => ({ partitionIndex, replicas })) }]
      const allowReplicationFactorChange = version === 0
      const answer = await s.wire.call(AlterPartitionReassignments, version, { timeoutMs: 1_000, allowReplicationFactorChange, topics })
      expect(answer.errorCode).toBe(0)
      expect(errorsOf(answer.responses[0]?.partitions)).toEqual([error, "UNKNOWN_TOPIC_OR_PARTITION"])
    }
  })
})

it("ListPartitionReassignments lists none", async () => {
  await using s = await stage()
  for (const topics of [null, [{ name: "t", partitionIndexes: [0] }]])
    expect(await s.wire.call(ListPartitionReassignments, 0, { timeoutMs: 1_000, topics })).toMatchObject({ errorCode: 0, topics: [] })
})

describe("DescribeQuorum", () => {
  const topics = [{ topicName: "__cluster_metadata", partitions: [{ partitionIndex: 0 }] }]

  it.each([0, 1, 2])("shows this node as the only voter, and offsets that grow, in version %i", async (version) => {
    await using s = await stage()
    const quorum = async () => (await s.wire.call(DescribeQuorum, version, { topics })).topics[0]!.partitions[0]!
    const before = await quorum()
    expect(before).toMatchObject({ errorCode: 0, leaderId: 1, observers: [], currentVoters: [{ replicaId: 1 }] })
    expect(before.currentVoters[0]?.logEndOffset).toBe(before.highWatermark)
    await s.talk.createTopic("u", { partitions: 3 })
    expect((await quorum()).highWatermark).toBe(before.highWatermark + 4)
  })

  it("says where the node is", async () => {
    await using s = await stage()
    const { nodes } = await s.wire.call(DescribeQuorum, 2, { topics })
    expect(nodes).toEqual([
      { nodeId: 1, listeners: [{ name: expect.stringMatching(/^[A-Z_]+$/), host: s.broker.host, port: s.broker.port }] },
    ])
  })

  it("knows no other quorum", async () => {
    await using s = await stage()
    const other = [
      { topicName: "t", partitions: [{ partitionIndex: 0 }] },
      { topicName: "__cluster_metadata", partitions: [{ partitionIndex: 1 }] },
    ]
    const answer = await s.wire.call(DescribeQuorum, 2, { topics: other })
    expect(answer.topics.flatMap(({ partitions }) => errorsOf(partitions))).toEqual([
      "UNKNOWN_TOPIC_OR_PARTITION",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ])
  })
})

describe("ListConfigResources", () => {
  const list = async (talk: Talk, version: number, resourceTypes: number[]) => {
    const { errorCode, configResources } = await talk.wire.call(ListConfigResources, version, { resourceTypes })
    return errorCode === 0
      ? configResources.map(({ resourceType, resourceName }) => `${resourceType} ${resourceName}`)
      : errorName(errorCode)
  }

  it("lists what has configs, by type", async () => {
    await using s = await stage()
    await s.talk.setConfig({ type: 32, name: "g" }, { "consumer.session.timeout.ms": "50000" })
    const topics = ["2 __consumer_offsets", "2 __transaction_state", "2 t"]
    expect(await list(s.talk, 1, [])).toEqual([...topics, "4 1", "32 g"])
    expect(await list(s.talk, 1, [32])).toEqual(["32 g"])
    expect(await list(s.talk, 1, [4, 2, 4])).toEqual(["4 1", ...topics])
    expect(await list(s.talk, 1, [8, 16])).toEqual([])
    await s.talk.setConfig({ type: 32, name: "g" }, { "consumer.session.timeout.ms": null })
    expect(await list(s.talk, 1, [32])).toEqual([])
  })

  it("lists client metrics only in version 0: none", async () => {
    await using s = await stage()
    expect(await list(s.talk, 0, [])).toEqual([])
  })

  it("refuses a type that nobody has", async () => {
    await using s = await stage()
    expect(await list(s.talk, 1, [2, 9])).toBe("UNSUPPORTED_VERSION")
  })
})
