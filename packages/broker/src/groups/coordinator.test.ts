import { errorName } from "@rivven/protocol"
import { DeleteGroups, DescribeGroups, ListGroups, OffsetCommit, OffsetDelete, OffsetFetch } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { ManualClock } from "../testing/manual-clock.ts"
import { GroupMember, settledGroup } from "../testing/member.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { batchOf, Talk } from "../testing/talk.ts"

async function stage(options: Parameters<typeof startTestBroker>[0] = {}) {
  const broker = await startTestBroker(options)
  const talk = await Talk.to(broker)
  await talk.createTopic("t", { partitions: 2 })
  return {
    broker,
    talk,
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

async function closeAll(members: readonly GroupMember[]): Promise<void> {
  for (const member of members) await member[Symbol.asyncDispose]()
}

async function stateOf(talk: Talk, groupId: string, version = 5) {
  const { groups } = await talk.wire.call(DescribeGroups, version, { groups: [groupId], includeAuthorizedOperations: false })
  return { ...groups[0]!, error: errorName(groups[0]!.errorCode) }
}

describe("a group over the wire", () => {
  it("assigns, describes and lists its members", async () => {
    await using s = await stage()
    const members = await settledGroup(s.broker, [{}, { instanceId: "static-1" }])
    const group = await stateOf(s.talk, "g")
    expect(group).toMatchObject({ error: "NONE", groupState: "Stable", protocolType: "consumer", protocolData: "range" })
    expect(group.members.map((member) => [member.groupInstanceId, member.clientId, member.clientHost].join(" ")).toSorted()).toEqual([
      " member /127.0.0.1",
      "static-1 member /127.0.0.1",
    ])
    expect(group.members.every((member) => member.memberAssignment.length > 0 && member.memberMetadata.length > 0)).toBe(true)
    const { groups } = await s.talk.wire.call(ListGroups, 5, { statesFilter: ["stable"], typesFilter: ["Classic"] })
    expect(groups).toEqual([{ groupId: "g", protocolType: "consumer", groupState: "Stable", groupType: "classic" }])
    expect((await s.talk.wire.call(ListGroups, 5, { statesFilter: ["Empty"], typesFilter: [] })).groups).toEqual([])
    expect((await s.talk.wire.call(ListGroups, 5, { statesFilter: [], typesFilter: ["consumer"] })).groups).toEqual([])
    await closeAll(members)
  })

  it("removes a silent member after its session timeout and one that leaves at once", async () => {
    const clock = new ManualClock()
    await using s = await stage({ ports: { clock } })
    const members = await settledGroup(s.broker, [{}, {}])
    await clock.advance(5_000)
    expect(await members[0]!.heartbeat()).toBe("NONE")
    await clock.advance(6_000)
    expect(await members[0]!.heartbeat()).toBe("REBALANCE_IN_PROGRESS")
    expect(await members[1]!.heartbeat()).toBe("UNKNOWN_MEMBER_ID")
    await members[0]!.join()
    await members[0]!.sync({})
    expect(await members[0]!.leave()).toBe("NONE")
    expect((await stateOf(s.talk, "g")).groupState).toBe("Empty")
    await closeAll(members)
  })

  it("keeps a member alive that only commits", async () => {
    const clock = new ManualClock()
    await using s = await stage({ ports: { clock } })
    const [member] = await settledGroup(s.broker, [{}])
    for (let round = 0; round < 4; round++) {
      await clock.advance(8_000)
      const commit = { memberId: member!.memberId, generation: member!.generation }
      expect(await s.talk.commit("g", { topic: "t", offset: round }, commit)).toBe("NONE")
    }
    expect(await member!.heartbeat()).toBe("NONE")
    await closeAll([member!])
  })

  it("answers groups that do not exist: Dead, and from version 6 GROUP_ID_NOT_FOUND", async () => {
    await using s = await stage()
    expect(await stateOf(s.talk, "nope")).toMatchObject({ error: "NONE", groupState: "Dead" })
    expect(await stateOf(s.talk, "nope", 6)).toMatchObject({ error: "GROUP_ID_NOT_FOUND", groupState: "Dead" })
    await using member = await GroupMember.of(s.broker)
    member.memberId = "x"
    member.generation = 1
    expect(await member.heartbeat()).toBe("UNKNOWN_MEMBER_ID")
    expect((await member.sync()).error).toBe("UNKNOWN_MEMBER_ID")
    expect(await member.join()).toBe("UNKNOWN_MEMBER_ID")
  })

  it("answers INVALID_GROUP_ID to an empty name", async () => {
    await using s = await stage()
    await using member = await GroupMember.of(s.broker, { groupId: "" })
    expect(await member.join()).toBe("INVALID_GROUP_ID")
  })

  it("answers waiting members when the broker stops, so that they find it again", async () => {
    await using s = await stage({ settings: { "group.initial.rebalance.delay.ms": "60000" } })
    const member = await GroupMember.of(s.broker)
    const joining = member.join()
    await s.talk.metadata("t")
    while ((await stateOf(s.talk, "g")).members.length === 0);
    await s.talk[Symbol.asyncDispose]()
    await s.broker.stop()
    expect(await joining).toBe("COORDINATOR_NOT_AVAILABLE")
  })
})

describe("committed offsets", () => {
  it("round-trip offset, leader epoch and metadata (commit metadata was lost elsewhere)", async () => {
    await using s = await stage()
    expect(await s.talk.commit("g", { topic: "t", offset: 42 }, { metadata: "hällo", leaderEpoch: 3 })).toBe("NONE")
    expect(await s.talk.committed("g", "t")).toMatchObject({
      committedOffset: 42,
      committedLeaderEpoch: 3,
      metadata: "hällo",
      errorCode: 0,
    })
  })

  it("answer -1 and no error for what was never committed", async () => {
    await using s = await stage()
    expect(await s.talk.committed("nope", "t")).toMatchObject({ committedOffset: -1, committedLeaderEpoch: -1, metadata: "", errorCode: 0 })
  })

  it("are refused for a partition that does not exist (accepted elsewhere), and too long metadata", async () => {
    await using s = await stage()
    expect(await s.talk.commit("g", { topic: "t", partition: 2, offset: 1 })).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    expect(await s.talk.commit("g", { topic: "nope", offset: 1 })).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    expect(await s.talk.commit("g", { topic: "t", offset: 1 }, { metadata: "x".repeat(4_097) })).toBe("OFFSET_METADATA_TOO_LARGE")
    expect(await s.talk.commit("g", { topic: "t", offset: 1 }, { metadata: "x".repeat(4_096) })).toBe("NONE")
    expect(await s.talk.commit("g", { topic: "t", offset: -2 })).toBe("INVALID_COMMIT_OFFSET_SIZE")
  })

  it("are refused from outside while the group has members, and from a stale generation or a stranger always", async () => {
    await using s = await stage()
    const [member] = await settledGroup(s.broker, [{}])
    const { memberId, generation } = member!
    const at = { topic: "t", offset: 1 }
    expect(await s.talk.commit("g", at)).toBe("UNKNOWN_MEMBER_ID")
    expect(await s.talk.commit("g", at, { memberId, generation: generation - 1 })).toBe("ILLEGAL_GENERATION")
    expect(await s.talk.commit("g", at, { memberId: "stranger", generation })).toBe("UNKNOWN_MEMBER_ID")
    expect(await s.talk.commit("g", at, { memberId, generation })).toBe("NONE")
    expect(await s.talk.commit("other", at, { memberId, generation })).toBe("ILLEGAL_GENERATION")
    expect(await s.talk.commit("other", at, { memberId, generation, version: 9 })).toBe("GROUP_ID_NOT_FOUND")
    await closeAll([member!])
  })

  it("are all answered to a request without topics, also for several groups", async () => {
    await using s = await stage()
    await s.talk.commit("g", { topic: "t", partition: 0, offset: 1 })
    await s.talk.commit("g", { topic: "t", partition: 1, offset: 2 })
    const one = await s.talk.wire.call(OffsetFetch, 5, { groupId: "g", topics: null, groups: [] })
    expect(one.topics[0]?.partitions.map((partition) => partition.committedOffset)).toEqual([1, 2])
    const groups = [
      { groupId: "g", topics: null },
      { groupId: "h", topics: [{ name: "t", partitionIndexes: [0] }] },
    ]
    const many = await s.talk.wire.call(OffsetFetch, 8, { topics: [], groups })
    expect(many.groups.map((group) => group.topics[0]?.partitions.map((partition) => partition.committedOffset))).toEqual([[1, 2], [-1]])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])("work in version %i of OffsetCommit", async (version) => {
    await using s = await stage()
    const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: null }]
    const answer = await s.talk.wire.call(OffsetCommit, version, { groupId: "g", memberId: "", topics: [{ name: "t", partitions }] })
    expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(0)
    expect((await s.talk.committed("g", "t")).committedOffset).toBe(5)
  })

  it("are deleted except of topics the group is subscribed to", async () => {
    await using s = await stage()
    await s.talk.createTopic("other")
    for (const topic of ["t", "other"]) await s.talk.commit("g", { topic, offset: 1 })
    const [member] = await settledGroup(s.broker, [{ topics: ["t"] }])
    const topics = ["t", "other", "nope"].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }))
    const answer = await s.talk.wire.call(OffsetDelete, 0, { groupId: "g", topics })
    expect(answer.topics.map((topic) => errorName(topic.partitions[0]!.errorCode))).toEqual([
      "GROUP_SUBSCRIBED_TO_TOPIC",
      "NONE",
      "UNKNOWN_TOPIC_OR_PARTITION",
    ])
    expect((await s.talk.committed("g", "other")).committedOffset).toBe(-1)
    expect((await s.talk.committed("g", "t")).committedOffset).toBe(1)
    expect(errorName((await s.talk.wire.call(OffsetDelete, 0, { groupId: "nope", topics })).errorCode)).toBe("GROUP_ID_NOT_FOUND")
    await closeAll([member!])
  })

  it("expire a retention time after the group became empty, never while it has members", async () => {
    const clock = new ManualClock()
    await using s = await stage({
      ports: { clock },
      settings: { "offsets.retention.minutes": "1", "offsets.retention.check.interval.ms": "10000" },
    })
    await s.talk.commit("simple", { topic: "t", offset: 1 })
    const [member] = await settledGroup(s.broker, [{ groupId: "g", sessionTimeoutMs: 1_800_000 }])
    await s.talk.commit("g", { topic: "t", offset: 1 }, { memberId: member!.memberId, generation: member!.generation })
    await clock.advance(80_000)
    expect((await s.talk.committed("simple", "t")).committedOffset).toBe(-1)
    expect((await s.talk.committed("g", "t")).committedOffset).toBe(1)
    await member!.leave()
    await clock.advance(50_000)
    expect((await s.talk.committed("g", "t")).committedOffset).toBe(1)
    await clock.advance(30_000)
    expect((await s.talk.committed("g", "t")).committedOffset).toBe(-1)
    expect((await s.talk.wire.call(ListGroups, 4, { statesFilter: [], typesFilter: [] })).groups).toEqual([])
    await closeAll([member!])
  })
})

describe("DeleteGroups", () => {
  it("deletes empty groups with their offsets, and refuses others one by one", async () => {
    await using s = await stage()
    const [member] = await settledGroup(s.broker, [{ groupId: "busy" }])
    await s.talk.commit("idle", { topic: "t", offset: 1 })
    const { results } = await s.talk.wire.call(DeleteGroups, 2, { groupsNames: ["busy", "idle", "nope", ""] })
    expect(results.map((one) => errorName(one.errorCode))).toEqual(["NON_EMPTY_GROUP", "NONE", "GROUP_ID_NOT_FOUND", "INVALID_GROUP_ID"])
    expect((await s.talk.committed("idle", "t")).committedOffset).toBe(-1)
    await closeAll([member!])
  })
})

describe("a restart", () => {
  async function restarted(broker: TestBroker, options: Parameters<typeof startTestBroker>[0]): Promise<TestBroker> {
    await broker.stop()
    return startTestBroker(options)
  }

  it("keeps offsets, members and assignments, and gives every member one full session timeout", async () => {
    const options = { ports: { disk: memoryDisk(), clock: new ManualClock() } }
    const first = await startTestBroker(options)
    await using talk = await Talk.to(first)
    await talk.createTopic("t")
    const members = await settledGroup(first, [{ instanceId: "a" }, {}])
    await talk.commit("g", { topic: "t", offset: 7 }, { memberId: members[1]!.memberId, generation: members[1]!.generation, metadata: "m" })
    await closeAll(members)
    await using second = await restarted(first, options)
    const survivors = await Promise.all(
      members.map(({ options: own }) => GroupMember.of(second, { ...own, instanceId: own.instanceId ?? undefined })),
    )
    for (const [index, survivor] of survivors.entries())
      Object.assign(survivor, { memberId: members[index]!.memberId, generation: members[index]!.generation })
    expect(await Promise.all(survivors.map((survivor) => survivor.heartbeat()))).toEqual(["NONE", "NONE"])
    expect((await survivors[1]!.sync()).assignment).toBe("to-1")
    await using after = await Talk.to(second)
    expect(await after.committed("g", "t")).toMatchObject({ committedOffset: 7, metadata: "m" })
    await options.ports.clock.advance(9_000)
    expect(await survivors[0]!.heartbeat()).toBe("NONE")
    await options.ports.clock.advance(2_000)
    expect(await survivors[1]!.heartbeat()).toBe("UNKNOWN_MEMBER_ID")
    await closeAll(survivors)
  })

  it("lets a static member come back under a new id with its assignment", async () => {
    const options = { ports: { disk: memoryDisk() } }
    const first = await startTestBroker(options)
    const members = await settledGroup(first, [{ instanceId: "a" }, { instanceId: "b" }])
    const follower = members.find((member) => !member.isLeader)!
    const place = members.indexOf(follower)
    await closeAll(members)
    await using second = await restarted(first, options)
    await using back = await GroupMember.of(second, { instanceId: follower.options.instanceId ?? undefined })
    expect(await back.join()).toBe("NONE")
    expect(back.generation).toBe(follower.generation)
    expect((await back.sync()).assignment).toBe(`to-${place}`)
  })

  it("forgets what was deleted, and offsets of a topic that was made again", async () => {
    const options = { ports: { disk: memoryDisk() } }
    const first = await startTestBroker(options)
    await using talk = await Talk.to(first)
    await talk.createTopic("t")
    await talk.createTopic("gone")
    await talk.commit("g", { topic: "t", offset: 7 })
    await talk.commit("g", { topic: "gone", offset: 7 })
    await talk.commit("dead", { topic: "t", offset: 7 })
    await talk.wire.call(DeleteGroups, 2, { groupsNames: ["dead"] })
    await talk.deleteTopic("gone")
    await talk.createTopic("gone")
    await using second = await restarted(first, options)
    await using after = await Talk.to(second)
    expect((await after.committed("g", "t")).committedOffset).toBe(7)
    expect((await after.committed("g", "gone")).committedOffset).toBe(-1)
    expect((await after.wire.call(ListGroups, 4, { statesFilter: [], typesFilter: [] })).groups.map((group) => group.groupId)).toEqual([
      "g",
    ])
  })
})

describe("lag", () => {
  it("is the high watermark minus what the group has committed", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a", "b", "c"]))
    await s.talk.commit("g", { topic: "t", offset: 1 })
    const text = await s.broker.broker.registry.metrics()
    expect(text).toContain('rivven_consumer_lag_records{group="g",topic="t",partition="0"} 2')
    expect(text).toContain('rivven_consumer_committed_offset{group="g",topic="t",partition="0"} 1')
  })
})
