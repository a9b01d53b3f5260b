import { errorName } from "@rivven/protocol"
import { DeleteRecords } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { batchOf, Talk } from "../testing/talk.ts"

async function stage(configs: Record<string, string> = {}) {
  const disk = memoryDisk()
  let broker = await startTestBroker({ ports: { disk } })
  let talk = await Talk.to(broker)
  await talk.createTopic("t", { configs })
  const stop = async () => {
    await talk[Symbol.asyncDispose]()
    await broker.stop()
  }
  return {
    get talk() {
      return talk
    },
    async restart() {
      await stop()
      broker = await startTestBroker({ ports: { disk } })
      talk = await Talk.to(broker)
    },
    async deleteBefore(offset: number, { name = "t", partitionIndex = 0, version = 2 } = {}) {
      const topics = [{ name, partitions: [{ partitionIndex, offset }] }]
      const answer = (await talk.wire.call(DeleteRecords, version, { topics, timeoutMs: 1_000 })).topics[0]!.partitions[0]!
      return { ...answer, error: errorName(answer.errorCode) }
    },
    [Symbol.asyncDispose]: stop,
  }
}

describe("DeleteRecords", () => {
  it.each([0, 1, 2])("moves the start of the log in version %i", async (version) => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a", "b", "c"]))
    expect(await s.deleteBefore(2, { version })).toMatchObject({ error: "NONE", lowWatermark: 2 })
    expect(await s.talk.offsetAt("t", -2)).toMatchObject({ offset: 2 })
    expect(await s.talk.fetch("t", { offset: 1 })).toMatchObject({ error: "OFFSET_OUT_OF_RANGE" })
  })

  it("takes -1 as the high watermark, and answers where the start is to an offset below it", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a", "b", "c"]))
    expect(await s.deleteBefore(-1)).toMatchObject({ error: "NONE", lowWatermark: 3 })
    expect(await s.deleteBefore(1)).toMatchObject({ error: "NONE", lowWatermark: 3 })
    await s.talk.produce("t", batchOf(["d"]))
    expect(await s.talk.values("t", { offset: 3 })).toEqual(["d"])
  })

  it("holds after a restart, whatever the durability of the records", async () => {
    for (const durability of ["fsync", "os"]) {
      await using s = await stage({ durability })
      await s.talk.produce("t", batchOf(["a", "b", "c"]))
      expect(await s.deleteBefore(2)).toMatchObject({ error: "NONE", lowWatermark: 2 })
      await s.restart()
      expect(await s.talk.offsetAt("t", -2)).toMatchObject({ offset: 2 })
    }
  })

  it("answers OFFSET_OUT_OF_RANGE beyond the high watermark and below -1", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a"]))
    for (const offset of [2, -2]) expect(await s.deleteBefore(offset)).toMatchObject({ error: "OFFSET_OUT_OF_RANGE", lowWatermark: -1 })
  })

  it("answers POLICY_VIOLATION to a topic that is only compacted", async () => {
    await using only = await stage({ "cleanup.policy": "compact" })
    expect(await only.deleteBefore(-1)).toMatchObject({ error: "POLICY_VIOLATION" })
    await using both = await stage({ "cleanup.policy": "compact,delete" })
    expect(await both.deleteBefore(-1)).toMatchObject({ error: "NONE", lowWatermark: 0 })
  })

  it("answers UNKNOWN_TOPIC_OR_PARTITION per partition, and INVALID_TOPIC_EXCEPTION to the broker's own topics", async () => {
    await using s = await stage()
    expect(await s.deleteBefore(0, { partitionIndex: 7 })).toMatchObject({ error: "UNKNOWN_TOPIC_OR_PARTITION" })
    expect(await s.deleteBefore(0, { name: "absent" })).toMatchObject({ error: "UNKNOWN_TOPIC_OR_PARTITION" })
    await s.talk.commit("g", { topic: "t", offset: 0 })
    expect(await s.deleteBefore(0, { name: "__consumer_offsets" })).toMatchObject({ error: "INVALID_TOPIC_EXCEPTION" })
  })
})
