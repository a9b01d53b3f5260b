// Groups of the newer protocol over the wire: heartbeats, what is described and listed, their offsets, and what a restart leaves.
import { errorName, type RequestInput } from "@rivven/protocol"
import {
  ConsumerGroupDescribe,
  ConsumerGroupHeartbeat,
  DeleteGroups,
  DescribeGroups,
  InitProducerId,
  ListGroups,
  OffsetDelete,
  OffsetFetch,
  TxnOffsetCommit,
} from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { faultyDisk } from "../storage/faulty-disk.ts"
import { startTestBroker } from "../testing/in-process.ts"
import { ManualClock } from "../testing/manual-clock.ts"
import { GroupMember, settledGroup } from "../testing/member.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { Talk } from "../testing/talk.ts"

type Beat = Partial<RequestInput<typeof ConsumerGroupHeartbeat>>

async function stage(options: Parameters<typeof startTestBroker>[0] = {}) {
  const broker = await startTestBroker(options)
  const talk = await Talk.to(broker)
  return {
    broker,
    talk,
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

async function beat(talk: Talk, [memberId, memberEpoch]: readonly [string, number], options: Beat & { version?: number } = {}) {
  const { version = 1, ...fields } = options
  const nothing = { instanceId: null, rackId: null, rebalanceTimeoutMs: -1, subscribedTopicNames: null, serverAssignor: null }
  const request = { groupId: "g", memberId, memberEpoch, ...nothing, topicPartitions: null, ...fields }
  const { errorCode, ...answer } = await talk.wire.call(ConsumerGroupHeartbeat, version, request)
  return { error: errorName(errorCode), ...answer, partitions: answer.assignment?.topicPartitions.flatMap((topic) => topic.partitions) }
}

const join = (talk: Talk, memberId: string, options: Beat & { version?: number } = {}) =>
  beat(talk, [memberId, 0], { rebalanceTimeoutMs: 30_000, subscribedTopicNames: ["t"], topicPartitions: [], ...options })

async function described(talk: Talk, groupId = "g") {
  const { groups } = await talk.wire.call(ConsumerGroupDescribe, 1, { groupIds: [groupId], includeAuthorizedOperations: false })
  return { ...groups[0]!, error: errorName(groups[0]!.errorCode) }
}

const deleted = async (talk: Talk) => {
  const { results } = await talk.wire.call(DeleteGroups, 2, { groupsNames: ["g"] })
  return errorName(results[0]!.errorCode)
}

describe("a group of the newer protocol over the wire", () => {
  it("assigns, moves a partition once it is given up, describes and lists its members", async () => {
    await using s = await stage()
    await s.talk.createTopic("t", { partitions: 2 })
    const first = await join(s.talk, "a")
    expect(first).toMatchObject({ error: "NONE", memberId: "a", memberEpoch: 1, heartbeatIntervalMs: 5_000, partitions: [0, 1] })
    const topicId = first.assignment!.topicPartitions[0]!.topicId
    expect(await join(s.talk, "b")).toMatchObject({ memberEpoch: 2, partitions: [] })
    const [kept] = (await beat(s.talk, ["a", 1])).partitions!
    expect(await beat(s.talk, ["b", 2])).toMatchObject({ error: "NONE", assignment: null })
    expect((await described(s.talk)).groupState).toBe("Reconciling")
    expect(await beat(s.talk, ["a", 1], { topicPartitions: [{ topicId, partitions: [kept!] }] })).toMatchObject({ memberEpoch: 2 })
    expect((await beat(s.talk, ["b", 2])).partitions).toEqual([1 - kept!])
    const group = await described(s.talk)
    expect(group).toMatchObject({ error: "NONE", groupState: "Stable", groupEpoch: 2, assignmentEpoch: 2, assignorName: "uniform" })
    expect(group.members.map(({ memberId, memberType }) => [memberId, memberType])).toEqual([
      ["a", 1],
      ["b", 1],
    ])
    expect(group.members[0]!.assignment).toEqual({ topicPartitions: [{ topicId, topicName: "t", partitions: [kept] }] })
    expect(group.members[0]!.targetAssignment).toEqual(group.members[0]!.assignment)
    const list = async (typesFilter: string[]) => (await s.talk.wire.call(ListGroups, 5, { statesFilter: ["stable"], typesFilter })).groups
    expect(await list(["Consumer"])).toEqual([{ groupId: "g", protocolType: "consumer", groupState: "Stable", groupType: "consumer" }])
    expect(await list(["classic"])).toEqual([])
    const classic = await s.talk.wire.call(DescribeGroups, 6, { groups: ["g"], includeAuthorizedOperations: false })
    expect(classic.groups[0]).toMatchObject({ errorCode: 69, groupState: "Dead" })
  })

  it("gives who joins in version 0 without an id one, and asks for it from version 1", async () => {
    await using s = await stage()
    await s.talk.createTopic("t", { partitions: 1 })
    const { error, memberId } = await join(s.talk, "", { version: 0 })
    expect([error, memberId?.length]).toEqual(["NONE", 22])
    expect((await join(s.talk, "")).error).toBe("INVALID_REQUEST")
    expect((await beat(s.talk, ["x", 3], { groupId: "none" })).error).toBe("GROUP_ID_NOT_FOUND")
    expect((await described(s.talk, "none")).error).toBe("GROUP_ID_NOT_FOUND")
    expect((await join(s.talk, "b", { subscribedTopicNames: null, subscribedTopicRegex: "(" })).error).toBe("INVALID_REGULAR_EXPRESSION")
    expect((await join(s.talk, "b", { serverAssignor: "own" })).error).toBe("UNSUPPORTED_ASSIGNOR")
  })

  it("reads topics that match and those that are created later", async () => {
    await using s = await stage()
    await s.talk.createTopic("t-1", { partitions: 1 })
    const first = await join(s.talk, "a", { subscribedTopicNames: null, subscribedTopicRegex: "t-[0-9]+" })
    expect(first.partitions).toEqual([0])
    await s.talk.createTopic("t-2", { partitions: 2 })
    expect(await beat(s.talk, ["a", 1])).toMatchObject({ memberEpoch: 2, partitions: expect.arrayContaining([0, 0, 1]) })
  })

  it("removes members that are silent, and those that do not give up in time", async () => {
    const clock = new ManualClock()
    await using s = await stage({ ports: { clock } })
    await s.talk.createTopic("t", { partitions: 2 })
    await join(s.talk, "a")
    await join(s.talk, "b")
    await beat(s.talk, ["a", 1])
    await clock.advance(29_000)
    expect((await beat(s.talk, ["a", 1])).error).toBe("NONE")
    await beat(s.talk, ["b", 2])
    await clock.advance(2_000)
    await expect.poll(async () => (await described(s.talk)).members.map(({ memberId }) => memberId)).toEqual(["b"])
    expect((await beat(s.talk, ["a", 1])).error).toBe("UNKNOWN_MEMBER_ID")
    expect((await beat(s.talk, ["b", 2])).partitions).toHaveLength(2)
    await clock.advance(46_000)
    await expect.poll(async () => (await described(s.talk)).groupState).toBe("Empty")
  })

  it("goes on after a restart: members with what they own, and what they have to give up", async () => {
    const [disk, clock] = [memoryDisk(), new ManualClock()]
    {
      await using s = await stage({ ports: { disk, clock } })
      await s.talk.createTopic("t", { partitions: 2 })
      await join(s.talk, "a", { instanceId: "i" })
      await join(s.talk, "b", { subscribedTopicNames: [], subscribedTopicRegex: "t" })
      await beat(s.talk, ["a", 1])
    }
    await using s = await stage({ ports: { disk, clock } })
    const group = await described(s.talk)
    expect(
      group.members.map(({ memberId, instanceId, memberEpoch, subscribedTopicRegex }) => [
        memberId,
        instanceId,
        memberEpoch,
        subscribedTopicRegex,
      ]),
    ).toEqual([
      ["a", "i", 1, ""],
      ["b", null, 2, "t"],
    ])
    expect(await beat(s.talk, ["b", 2])).toMatchObject({ error: "NONE", memberEpoch: 2, assignment: null })
    const { topicPartitions } = group.members[0]!.assignment
    expect(await beat(s.talk, ["a", 1], { instanceId: "i", topicPartitions })).toMatchObject({ error: "NONE", memberEpoch: 2 })
    expect((await beat(s.talk, ["b", 2])).partitions).toHaveLength(1)
    await clock.advance(46_000)
    await expect.poll(async () => (await described(s.talk)).groupState).toBe("Empty")
  })

  it("says nothing that is not durable: what the disk refuses has not happened", async () => {
    let isBroken = false
    const disk = faultyDisk(memoryDisk(), (call) => (isBroken && call.operation === "datasync" ? { error: "EIO" } : undefined))
    await using s = await stage({ ports: { disk } })
    await s.talk.createTopic("t", { partitions: 2 })
    await join(s.talk, "a")
    isBroken = true
    const refused = await Promise.all([join(s.talk, "b"), join(s.talk, "c"), join(s.talk, "d", { groupId: "new" })])
    expect(refused.map(({ error }) => error)).toEqual(Array(3).fill("COORDINATOR_NOT_AVAILABLE"))
    expect((await beat(s.talk, ["a", -1])).error).toBe("COORDINATOR_NOT_AVAILABLE")
    const group = await described(s.talk)
    expect(group).toMatchObject({ groupState: "Stable", groupEpoch: 1 })
    expect(group.members.map(({ memberId, memberEpoch }) => [memberId, memberEpoch])).toEqual([["a", 1]])
    expect((await described(s.talk, "new")).error).toBe("GROUP_ID_NOT_FOUND")
    expect(await beat(s.talk, ["a", 1])).toMatchObject({ error: "NONE", memberEpoch: 1 })
  })

  it("lets many members join at once, and each partition has one owner through it", async () => {
    await using s = await stage()
    await s.talk.createTopic("t", { partitions: 12 })
    const ids = Array.from({ length: 8 }, (_, index) => `m${index}`)
    const epochs = new Map(ids.map((id) => [id, 0]))
    const known = new Map<string, RequestInput<typeof ConsumerGroupHeartbeat>["topicPartitions"]>()
    const hear = async (id: string, answering: ReturnType<typeof beat>) => {
      const { error, memberEpoch, assignment } = await answering
      expect(error).toBe("NONE")
      epochs.set(id, memberEpoch)
      if (assignment) known.set(id, assignment.topicPartitions)
    }
    await Promise.all(ids.map((id) => hear(id, join(s.talk, id))))
    for (let round = 0; round < 6; round++) {
      await Promise.all(ids.map((id) => hear(id, beat(s.talk, [id, epochs.get(id)!], { topicPartitions: known.get(id) ?? [] }))))
      const owned = (await described(s.talk)).members.flatMap(({ assignment }) =>
        assignment.topicPartitions.flatMap((one) => one.partitions),
      )
      expect(new Set(owned).size).toBe(owned.length)
    }
    const group = await described(s.talk)
    expect(group.groupState).toBe("Stable")
    const sizes = group.members.map(({ assignment }) => assignment.topicPartitions.flatMap((one) => one.partitions).length)
    expect(sizes.toSorted((a, b) => a - b)).toEqual([1, 1, 1, 1, 2, 2, 2, 2])
  })
})

describe("offsets of a group of the newer protocol", () => {
  it("belong to members at their epoch, and to everybody while there are none", async () => {
    await using s = await stage()
    await s.talk.createTopic("t", { partitions: 1 })
    await s.talk.createTopic("u", { partitions: 1 })
    await join(s.talk, "a")
    const commit = (memberId: string, generation: number, version = 9) =>
      s.talk.commit("g", { topic: "t", offset: 5 }, { memberId, generation, version })
    expect(await commit("a", 1)).toBe("NONE")
    expect(await commit("a", 0)).toBe("STALE_MEMBER_EPOCH")
    expect(await commit("a", 2)).toBe("STALE_MEMBER_EPOCH")
    expect(await commit("x", 1)).toBe("UNKNOWN_MEMBER_ID")
    expect(await commit("", -1)).toBe("UNKNOWN_MEMBER_ID")
    expect(await commit("a", 1, 8)).toBe("UNSUPPORTED_VERSION")
    const fetch = async (memberId: string | null, memberEpoch: number) => {
      const topics = [{ name: "t", partitionIndexes: [0] }]
      const { groups } = await s.talk.wire.call(OffsetFetch, 9, {
        groups: [{ groupId: "g", memberId, memberEpoch, topics }],
        requireStable: true,
      })
      return groups[0]!.errorCode === 0 ? groups[0]!.topics[0]!.partitions[0]!.committedOffset : errorName(groups[0]!.errorCode)
    }
    expect(await fetch("a", 1)).toBe(5)
    expect(await fetch(null, -1)).toBe(5)
    expect(await fetch("a", 2)).toBe("STALE_MEMBER_EPOCH")
    expect(await fetch("x", 1)).toBe("UNKNOWN_MEMBER_ID")
    const removed = async (name: string) => {
      const topics = [{ name, partitions: [{ partitionIndex: 0 }] }]
      return errorName((await s.talk.wire.call(OffsetDelete, 0, { groupId: "g", topics })).topics[0]!.partitions[0]!.errorCode)
    }
    expect([await removed("t"), await removed("u")]).toEqual(["GROUP_SUBSCRIBED_TO_TOPIC", "NONE"])
    expect(await deleted(s.talk)).toBe("NON_EMPTY_GROUP")
    expect((await beat(s.talk, ["a", -1])).memberEpoch).toBe(-1)
    expect(await commit("", -1)).toBe("NONE")
    expect(await deleted(s.talk)).toBe("NONE")
    expect((await described(s.talk)).error).toBe("GROUP_ID_NOT_FOUND")
    expect(await fetch(null, -1)).toBe(-1)
  })

  it("in a transaction belong to members at their epoch too", async () => {
    await using s = await stage()
    await s.talk.createTopic("t", { partitions: 1 })
    await join(s.talk, "a")
    const init = { transactionalId: "x", transactionTimeoutMs: 10_000, producerId: -1, producerEpoch: -1 }
    const { producerId, producerEpoch } = await s.talk.wire.call(InitProducerId, 4, init)
    const commit = async (memberId: string, generationId: number) => {
      const partitions = [{ partitionIndex: 0, committedOffset: 3, committedMetadata: "" }]
      const member = { memberId, generationId, groupInstanceId: null, topics: [{ name: "t", partitions }] }
      const { topics } = await s.talk.wire.call(TxnOffsetCommit, 5, {
        transactionalId: "x",
        groupId: "g",
        producerId,
        producerEpoch,
        ...member,
      })
      return errorName(topics[0]!.partitions[0]!.errorCode)
    }
    expect([await commit("a", 2), await commit("x", 1), await commit("a", 1), await commit("", -1)]).toEqual([
      "ILLEGAL_GENERATION",
      "UNKNOWN_MEMBER_ID",
      "NONE",
      "NONE",
    ])
  })
})

describe("a name in both protocols", () => {
  it("changes its type when it is empty, and keeps its offsets, over restarts too", async () => {
    const disk = memoryDisk()
    {
      await using s = await stage({ ports: { disk } })
      await s.talk.createTopic("t", { partitions: 1 })
      const [member] = await settledGroup(s.broker, [{}])
      expect(await join(s.talk, "a")).toMatchObject({ error: "GROUP_ID_NOT_FOUND" })
      await s.talk.commit("g", { topic: "t", offset: 7 }, { memberId: member!.memberId, generation: member!.generation })
      await member!.leave()
      await member![Symbol.asyncDispose]()
      expect(await join(s.talk, "a")).toMatchObject({ error: "NONE", partitions: [0] })
      await using other = await GroupMember.of(s.broker)
      expect(await other.join()).toBe("INCONSISTENT_GROUP_PROTOCOL")
    }
    {
      await using s = await stage({ ports: { disk } })
      expect(await described(s.talk)).toMatchObject({ error: "NONE", groupState: "Stable" })
      await beat(s.talk, ["a", -1])
      const [member] = await settledGroup(s.broker, [{}])
      expect((await described(s.talk)).error).toBe("GROUP_ID_NOT_FOUND")
      await member![Symbol.asyncDispose]()
    }
    await using s = await stage({ ports: { disk } })
    expect((await s.talk.wire.call(ListGroups, 5, { statesFilter: [], typesFilter: [] })).groups).toMatchObject([{ groupType: "classic" }])
    expect(await s.talk.committed("g", "t")).toMatchObject({ committedOffset: 7 })
  })
})
