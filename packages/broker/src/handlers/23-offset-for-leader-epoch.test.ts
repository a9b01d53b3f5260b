import { errorName } from "@rivven/protocol"
import { OffsetForLeaderEpoch } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { batchOf, Talk } from "../testing/talk.ts"

async function stage() {
  const disk = memoryDisk()
  let broker = await startTestBroker({ ports: { disk } })
  let talk = await Talk.to(broker)
  await talk.createTopic("t")
  const stop = async () => {
    await talk[Symbol.asyncDispose]()
    await broker.stop()
  }
  return {
    get talk() {
      return talk
    },
    /** The clean marker is lost, as after a crash: the epoch moves. */
    async crash() {
      await stop()
      await disk.unlink("clean-shutdown")
      broker = await startTestBroker({ ports: { disk } })
      talk = await Talk.to(broker)
    },
    async endOf(leaderEpoch: number, { topic = "t", partition = 0, version = 4, currentLeaderEpoch = -1 } = {}) {
      const topics = [{ topic, partitions: [{ partition, leaderEpoch, currentLeaderEpoch }] }]
      const answer = (await talk.wire.call(OffsetForLeaderEpoch, version, { topics })).topics[0]!.partitions[0]!
      return { error: errorName(answer.errorCode), leaderEpoch: answer.leaderEpoch, endOffset: answer.endOffset }
    },
    [Symbol.asyncDispose]: stop,
  }
}

const unknown = { leaderEpoch: -1, endOffset: -1 }

describe("OffsetForLeaderEpoch", () => {
  it.each([2, 3, 4])("answers the end of the log for the epoch of now in version %i", async (version) => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a", "b"]))
    expect(await s.endOf(0, { version })).toEqual({ error: "NONE", leaderEpoch: 0, endOffset: 2 })
  })

  it("answers where an older epoch ended", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a", "b"]))
    await s.crash()
    await s.talk.produce("t", batchOf(["c"]))
    expect(await s.endOf(0)).toEqual({ error: "NONE", leaderEpoch: 0, endOffset: 2 })
    expect(await s.endOf(1)).toEqual({ error: "NONE", leaderEpoch: 1, endOffset: 3 })
  })

  it("answers -1 and -1 to an epoch of the future", async () => {
    await using s = await stage()
    expect(await s.endOf(9)).toEqual({ error: "NONE", ...unknown })
  })

  it("fences a client with an older or a newer idea of the leader", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a"]))
    await s.crash()
    expect(await s.endOf(0, { currentLeaderEpoch: 0 })).toEqual({ error: "FENCED_LEADER_EPOCH", ...unknown })
    expect(await s.endOf(0, { currentLeaderEpoch: 2 })).toEqual({ error: "UNKNOWN_LEADER_EPOCH", ...unknown })
    expect(await s.endOf(0, { currentLeaderEpoch: 1 })).toEqual({ error: "NONE", leaderEpoch: 0, endOffset: 1 })
  })

  it("answers UNKNOWN_TOPIC_OR_PARTITION per partition", async () => {
    await using s = await stage()
    for (const at of [{ partition: 7 }, { topic: "absent" }, { topic: "" }])
      expect(await s.endOf(0, at)).toEqual({ error: "UNKNOWN_TOPIC_OR_PARTITION", ...unknown })
  })
})
