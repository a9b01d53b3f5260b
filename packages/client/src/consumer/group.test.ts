import { Heartbeat, JoinGroup, LeaveGroup, OffsetCommit, OffsetFetch, SyncGroup } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { createClient } from "../client.ts"
import { type ScriptedBroker, startScriptedBroker } from "../testing/scripted-broker.ts"
import { encodeAssignment } from "./assignors/wire.ts"
import type { Consumer } from "./types.ts"

/** One member that leads its group of one and owns `t-0`. */
function serveGroup(broker: ScriptedBroker): { generation: number } {
  const group = { generation: 0 }
  broker.on(JoinGroup, ({ memberId, protocols }) => {
    if (memberId === "") return { errorCode: 79, memberId: "m", leader: "", protocolName: null, members: [] }
    group.generation++
    const [protocol] = protocols
    const members = [{ memberId, groupInstanceId: null, metadata: protocol?.metadata ?? new Uint8Array(0) }]
    return {
      errorCode: 0,
      generationId: group.generation,
      protocolType: "consumer",
      protocolName: protocol?.name ?? null,
      leader: memberId,
      memberId,
      members,
    }
  })
  broker.on(SyncGroup, ({ protocolName }) => ({
    errorCode: 0,
    protocolType: "consumer",
    protocolName,
    assignment: encodeAssignment([{ topic: "t", partition: 0 }]),
  }))
  broker.on(OffsetFetch, ({ groups }) => {
    const partitions = [{ partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: -1, metadata: "", errorCode: 0 }]
    return {
      errorCode: 0,
      topics: [],
      groups: groups.map(({ groupId }) => ({ groupId, topics: [{ name: "t", partitions }], errorCode: 0 })),
    }
  })
  broker.on(Heartbeat, () => ({ errorCode: 0 }))
  broker.on(LeaveGroup, () => ({ errorCode: 0, members: [] }))
  return group
}

const count = (broker: ScriptedBroker, name: string) => broker.requests.filter(({ api }) => api.name === name).length

async function joined(broker: ScriptedBroker, use: (consumer: Consumer) => Promise<void>): Promise<void> {
  const client = createClient({ bootstrap: [broker.address], requestTimeoutMs: 5_000, backoffMs: { first: 5, max: 20 } })
  const consumer = client.consumer({ groupId: "g", heartbeatIntervalMs: 20, sessionTimeoutMs: 5_000 })
  consumer.subscribe(["t"])
  while (consumer.position({ topic: "t", partition: 0 }) === null) await consumer.poll({ timeoutMs: 20 })
  try {
    await use(consumer)
  } finally {
    await client.close()
  }
}

describe("heartbeats", () => {
  it("go on while a commit gets no answer", async () => {
    await using broker = await startScriptedBroker({ topics: { t: 1 } })
    serveGroup(broker)
    broker.on(OffsetCommit, () => "hang")
    await joined(broker, async (consumer) => {
      void consumer.commit([{ topic: "t", partition: 0, offset: 6 }])
      await expect.poll(() => count(broker, "OffsetCommit")).toBe(1)
      const before = count(broker, "Heartbeat")
      await expect.poll(() => count(broker, "Heartbeat")).toBeGreaterThan(before + 3)
    })
  })

  it("come again after every outcome: an error, a lost connection", async () => {
    await using broker = await startScriptedBroker({ topics: { t: 1 } })
    serveGroup(broker)
    const outcomes = [{ errorCode: 16 }, "close", { errorCode: 15 }, { errorCode: -1 }] as const
    let next = 0
    broker.on(Heartbeat, () => outcomes[next++] ?? { errorCode: 0 })
    await joined(broker, async (consumer) => {
      await expect.poll(() => next, { timeout: 5_000 }).toBeGreaterThan(3)
      const before = next
      // An unknown error is for the caller to know; the ones before it healed by themselves.
      const { failures } = await consumer.poll({ timeoutMs: 1_000 })
      expect(failures.map(({ error }) => error.code)).toEqual(["UNKNOWN_SERVER_ERROR"])
      expect(before).toBeGreaterThan(0)
    })
  })

  it("tell of a rebalance: the member joins again with its old id and keeps its position by its commit", async () => {
    await using broker = await startScriptedBroker({ topics: { t: 1 } })
    const group = serveGroup(broker)
    let mustRebalance = true
    broker.on(Heartbeat, () => {
      const errorCode = mustRebalance ? 27 : 0
      mustRebalance = false
      return { errorCode }
    })
    await joined(broker, async (consumer) => {
      const before = group.generation
      while (group.generation === before) await consumer.poll({ timeoutMs: 20 })
      expect(consumer.groupMetadata()?.memberId).toBe("m")
    })
  })
})

describe("a member", () => {
  it("that the group forgot loses its partitions, says so, and joins anew", async () => {
    await using broker = await startScriptedBroker({ topics: { t: 1 } })
    serveGroup(broker)
    const events: string[] = []
    let isForgotten = false
    broker.on(Heartbeat, () => ({ errorCode: isForgotten ? 25 : 0 }))
    await joined(broker, async (consumer) => {
      consumer.subscribe(["t"], { onLost: () => void events.push("lost"), onAssigned: () => void events.push("assigned") })
      while (!events.includes("assigned")) await consumer.poll({ timeoutMs: 20 })
      isForgotten = true
      while (!events.includes("lost")) await consumer.poll({ timeoutMs: 20 })
      isForgotten = false
      while (consumer.assignment().length === 0) await consumer.poll({ timeoutMs: 20 })
      expect(events).toEqual(["assigned", "lost", "assigned"])
    })
  })

  it("leaves when it is closed in the middle of a join", async () => {
    await using broker = await startScriptedBroker({ topics: { t: 1 } })
    serveGroup(broker)
    broker.on(JoinGroup, ({ memberId }) =>
      memberId === "" ? { errorCode: 79, memberId: "m", leader: "", protocolName: null, members: [] } : "hang",
    )
    const client = createClient({ bootstrap: [broker.address] })
    const consumer = client.consumer({ groupId: "g" })
    consumer.subscribe(["t"])
    await consumer.poll({ timeoutMs: 50 })
    await expect.poll(() => count(broker, "JoinGroup")).toBe(2)
    await consumer.close()
    expect(count(broker, "LeaveGroup")).toBe(1)
    await client.close()
  })

  it("survives an assignment that cannot be read, and says what is wrong", async () => {
    await using broker = await startScriptedBroker({ topics: { t: 1 } })
    serveGroup(broker)
    broker.on(SyncGroup, ({ protocolName }) => ({
      errorCode: 0,
      protocolType: "consumer",
      protocolName,
      assignment: Buffer.from("00037fffffff", "hex"),
    }))
    const client = createClient({ bootstrap: [broker.address] })
    const consumer = client.consumer({ groupId: "g" })
    consumer.subscribe(["t"])
    const { failures } = await consumer.poll({ timeoutMs: 5_000 })
    expect(failures).toMatchObject([{ error: { code: "BAD_ANSWER" } }])
    await client.close()
  })
})
