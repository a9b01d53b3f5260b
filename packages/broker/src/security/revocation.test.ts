// A6: a right that is withdrawn ends at once what goes on with it: waiting fetches, sessions, memberships, transactions.
import { errorName } from "@rivven/protocol"
import { EndTxn, Fetch, Heartbeat, InitProducerId, JoinGroup, Produce } from "@rivven/protocol/messages"
import { count } from "@rivven/protocol/testing"
import { describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { allow, startSecuredBroker, talkAs, withdraw } from "../testing/secured.ts"
import { batchOf, type Talk } from "../testing/talk.ts"

const readTopic = "ALLOW READ TOPIC t to alice"
const rounds = count({ ci: 5, campaign: 60 })
const limitMs = 1_000
const endsTransactions = handlers.some(({ api }) => api.key === EndTxn.key)

function waitingFetch(talk: Talk, options: { sessionId?: number; sessionEpoch?: number; withTopic?: boolean } = {}) {
  const { sessionId = 0, sessionEpoch = -1, withTopic = true } = options
  const position = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }
  const topics = withTopic ? [{ topic: "t", partitions: [position] }] : []
  return talk.wire.call(Fetch, 12, { maxWaitMs: 30_000, minBytes: 1, sessionId, sessionEpoch, topics, forgottenTopicsData: [] })
}

const errorOf = (answer: Awaited<ReturnType<typeof waitingFetch>>) => errorName(answer.responses[0]?.partitions[0]?.errorCode ?? 0)

describe("a right that is withdrawn", () => {
  it("ends a fetch that waits for records", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await using alice = await talkAs("alice", broker)
    await root.createTopic("t")
    for (let round = 0; round < rounds; round++) {
      await allow(root, readTopic)
      const fetch = waitingFetch(alice)
      // Answered behind the fetch of another connection: it has begun by then.
      await root.metadata("t")
      const began = performance.now()
      await withdraw(root, readTopic)
      expect(errorOf(await fetch)).toBe("TOPIC_AUTHORIZATION_FAILED")
      expect(performance.now() - began).toBeLessThan(limitMs)
    }
  })

  it("ends a fetch of a session that does not name the topic any more, and the next one hears the same", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await using alice = await talkAs("alice", broker)
    await root.createTopic("t")
    await root.produce("t", batchOf(["x"]))
    await allow(root, readTopic)
    const { sessionId } = await waitingFetch(alice, { sessionEpoch: 0 })
    expect(sessionId).toBeGreaterThan(0)
    await withdraw(root, readTopic)
    for (const sessionEpoch of [1, 2]) {
      const began = performance.now()
      expect(errorOf(await waitingFetch(alice, { sessionId, sessionEpoch, withTopic: false }))).toBe("TOPIC_AUTHORIZATION_FAILED")
      expect(performance.now() - began).toBeLessThan(limitMs)
    }
    await allow(root, readTopic)
    const { responses } = await waitingFetch(alice, { sessionId, sessionEpoch: 3, withTopic: false })
    expect(responses[0]?.partitions[0]?.errorCode).toBe(0)
  })

  it("ends a fetch that waits when a DENY comes, also one of a prefix", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await using alice = await talkAs("alice", broker)
    await root.createTopic("t1")
    await allow(root, "ALLOW READ TOPIC * to alice")
    const position = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000 }
    const topics = [{ topic: "t1", partitions: [position] }]
    const fetch = alice.wire.call(Fetch, 12, { maxWaitMs: 30_000, minBytes: 1, topics, forgottenTopicsData: [] })
    await root.metadata("t1")
    await allow(root, "DENY READ TOPIC t* to *")
    expect(errorName((await fetch).responses[0]?.partitions[0]?.errorCode ?? 0)).toBe("TOPIC_AUTHORIZATION_FAILED")
  })

  it("does not end the wait of those who still may", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await using alice = await talkAs("alice", broker)
    await using bob = await talkAs("bob", broker)
    await root.createTopic("t")
    await allow(root, readTopic, "ALLOW READ TOPIC t to bob")
    const [ended, waiting] = [waitingFetch(alice), waitingFetch(bob)]
    await root.metadata("t")
    await withdraw(root, readTopic)
    expect(errorOf(await ended)).toBe("TOPIC_AUTHORIZATION_FAILED")
    await root.produce("t", batchOf(["x"]))
    const partition = (await waiting).responses[0]?.partitions[0]
    expect([partition?.errorCode, partition?.highWatermark]).toEqual([0, 1])
  })

  it("ends a membership with its next heartbeat", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await using alice = await talkAs("alice", broker)
    await allow(root, "ALLOW READ GROUP g to alice")
    const join = (memberId: string) =>
      alice.wire.call(JoinGroup, 5, {
        groupId: "g",
        sessionTimeoutMs: 30_000,
        rebalanceTimeoutMs: 30_000,
        memberId,
        protocolType: "consumer",
        protocols: [{ name: "range", metadata: new Uint8Array(0) }],
      })
    const { memberId } = await join("")
    const { generationId } = await join(memberId)
    const beat = async () => errorName((await alice.wire.call(Heartbeat, 3, { groupId: "g", generationId, memberId })).errorCode)
    expect(await beat()).not.toBe("GROUP_AUTHORIZATION_FAILED")
    await withdraw(root, "ALLOW READ GROUP g to alice")
    expect(await beat()).toBe("GROUP_AUTHORIZATION_FAILED")
  })

  it("ends what a transactional producer may do with its next request", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await using alice = await talkAs("alice", broker)
    await root.createTopic("t")
    const rights = ["ALLOW WRITE TRANSACTIONAL_ID x to alice", "ALLOW WRITE TOPIC t to alice"]
    await allow(root, ...rights)
    const init = { transactionalId: "x", transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 }
    const { producerId, producerEpoch } = await alice.wire.call(InitProducerId, 4, init)
    const producer = {
      producerId: Math.max(0, producerId),
      producerEpoch: Math.max(0, producerEpoch),
      baseSequence: 0,
      isTransactional: true,
    }
    const produce = async () => {
      const topicData = [{ name: "t", partitionData: [{ index: 0, records: batchOf(["x"], producer) }] }]
      const { responses } = await alice.wire.call(Produce, 12, { transactionalId: "x", acks: -1, timeoutMs: 1_000, topicData })
      return errorName(responses[0]?.partitionResponses[0]?.errorCode ?? 0)
    }
    expect(await produce()).not.toMatch("AUTHORIZATION_FAILED")
    await withdraw(root, "ALLOW WRITE TRANSACTIONAL_ID x to alice")
    expect(await produce()).toBe("TRANSACTIONAL_ID_AUTHORIZATION_FAILED")
    const { errorCode } = await alice.wire.call(InitProducerId, 4, init)
    expect(errorName(errorCode)).toBe("TRANSACTIONAL_ID_AUTHORIZATION_FAILED")
    if (endsTransactions) {
      const end = await alice.wire.call(EndTxn, 3, { transactionalId: "x", producerId, producerEpoch, committed: true })
      expect(errorName(end.errorCode)).toBe("TRANSACTIONAL_ID_AUTHORIZATION_FAILED")
    }
    await allow(root, "ALLOW WRITE TRANSACTIONAL_ID x to alice")
    await withdraw(root, "ALLOW WRITE TOPIC t to alice")
    expect(await produce()).toBe("TOPIC_AUTHORIZATION_FAILED")
  })

  it("counts as denied once somebody asks for it", async () => {
    await using broker = await startSecuredBroker()
    await using alice = await talkAs("alice", broker)
    await alice.metadata("t")
    expect(await broker.broker.registry.metrics()).toContain('rivven_authorizer_denials_total{operation="DESCRIBE",resource="TOPIC"} 1')
  })
})
