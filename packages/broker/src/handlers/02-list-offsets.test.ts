import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { batchOf, Talk } from "../testing/talk.ts"

const start = 1_700_000_000_000

async function stage() {
  const broker = await startTestBroker()
  const talk = await Talk.to(broker)
  await talk.createTopic("t")
  return {
    talk,
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

describe("ListOffsets", () => {
  it("by time answers the exact record inside its batch, not the start of the batch", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a", "b", "c"], { timestamp: start, codec: "lz4" }))
    await s.talk.produce("t", batchOf(["d", "e"], { timestamp: start + 100 }))
    expect(await s.talk.offsetAt("t", start + 1)).toMatchObject({ error: "NONE", offset: 1, timestamp: start + 1, leaderEpoch: 0 })
    expect(await s.talk.offsetAt("t", start + 50)).toMatchObject({ offset: 3, timestamp: start + 100 })
    expect(await s.talk.offsetAt("t", 0)).toMatchObject({ offset: 0, timestamp: start })
  })

  it("by time answers -1 and -1 when nothing is that new", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a"], { timestamp: start }))
    expect(await s.talk.offsetAt("t", start + 1)).toMatchObject({ error: "NONE", offset: -1, timestamp: -1 })
  })

  it("answers the latest, the earliest, the one with the largest time, and nothing tiered", async () => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a", "b"], { timestamp: start + 500 }))
    await s.talk.produce("t", batchOf(["c"], { timestamp: start }))
    expect(await s.talk.offsetAt("t", -1)).toMatchObject({ offset: 3, timestamp: -1 })
    expect(await s.talk.offsetAt("t", -2)).toMatchObject({ offset: 0, timestamp: -1 })
    expect(await s.talk.offsetAt("t", -3)).toMatchObject({ offset: 1, timestamp: start + 501 })
    expect(await s.talk.offsetAt("t", -4, { version: 8 })).toMatchObject({ offset: 0 })
    expect(await s.talk.offsetAt("t", -5, { version: 9 })).toMatchObject({ error: "NONE", offset: -1 })
  })

  it("answers UNSUPPORTED_VERSION to special times that the request's version does not know", async () => {
    await using s = await stage()
    for (const [timestamp, version] of [
      [-3, 6],
      [-4, 7],
      [-5, 8],
      [-6, 9],
    ] as const)
      expect((await s.talk.offsetAt("t", timestamp, { version })).error).toBe("UNSUPPORTED_VERSION")
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])("works in version %i", async (version) => {
    await using s = await stage()
    await s.talk.produce("t", batchOf(["a"], { timestamp: start }))
    expect(await s.talk.offsetAt("t", start, { version })).toMatchObject({ error: "NONE", offset: 0 })
  })

  it("answers UNKNOWN_TOPIC_OR_PARTITION per partition", async () => {
    await using s = await stage()
    expect((await s.talk.offsetAt("t", -1, { partition: 7 })).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
    expect((await s.talk.offsetAt("", -1)).error).toBe("UNKNOWN_TOPIC_OR_PARTITION")
  })
})
