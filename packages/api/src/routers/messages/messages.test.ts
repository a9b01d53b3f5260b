import { WireClient } from "@rivven/broker/testing"
import { unwrap } from "@rivven/client"
import { Produce } from "@rivven/protocol/messages"
import { computeCrc, encodeBatch } from "@rivven/protocol/records"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { appRouter } from "../../root.ts"
import { World } from "../../testing/world.ts"
import type { TailEvent } from "./schema.ts"

let world: World
let api: Awaited<ReturnType<World["signedIn"]>>
const cluster = "local"
const topic = "orders"

beforeAll(async () => {
  world = await World.start()
  api = await world.signedIn()
  await world.make({ name: topic, partitions: 3 })
  await world.produce(topic, 100)
})
afterAll(() => world[Symbol.asyncDispose]())

describe("a page of messages", () => {
  it("is the newest first, and older pages go on without a gap or a repetition", async () => {
    const seen = new Set<string>()
    let page = await api.messages.page({ cluster, topic, limit: 30 })
    for (;;) {
      for (const { partition, offset } of page.data.messages) {
        expect(seen.has(`${partition} ${offset}`)).toBe(false)
        seen.add(`${partition} ${offset}`)
      }
      const { olderCursor } = page.data
      if (olderCursor === null) break
      page = await api.messages.page({ cluster, topic, limit: 30, from: { at: "cursor", cursor: olderCursor } })
    }
    expect(seen.size).toBe(100)
    expect(page.data.coverage.every(({ fromOffset, startOffset }) => fromOffset === startOffset)).toBe(true)
  })

  it("goes forwards from the oldest to the newest, too", async () => {
    let count = 0
    let page = await api.messages.page({ cluster, topic, limit: 40, from: { at: "oldest" } })
    count += page.data.messages.length
    while (page.data.newerCursor !== null) {
      page = await api.messages.page({ cluster, topic, limit: 40, from: { at: "cursor", cursor: page.data.newerCursor } })
      count += page.data.messages.length
    }
    expect(count).toBe(100)
  })

  it("begins at an offset, and at a time", async () => {
    const byOffset = await api.messages.page({ cluster, topic, partitions: [0], limit: 5, from: { at: "offset", offset: 10 } })
    expect(byOffset.data.messages.map(({ offset }) => offset)).toEqual([14, 13, 12, 11, 10])
    const byTime = await api.messages.page({ cluster, topic, from: { at: "time", timestampMs: Date.now() + 60_000 } })
    expect(byTime.data.messages).toEqual([])
  })

  it("names a topic that is not there, and refuses a cursor that was not made here", async () => {
    await expect(api.messages.page({ cluster, topic: "none" })).rejects.toMatchObject({ code: "NOT_FOUND" })
    await expect(api.messages.page({ cluster, topic, from: { at: "cursor", cursor: "nonsense" } })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    })
  })
})

describe("a batch that nobody can read", () => {
  const broken = "broken"
  const wanted = new Set(["a1", "a2", "c1"])
  const values = (page: { data: { messages: { value: { text: string } | null }[] } }) => page.data.messages.map(({ value }) => value?.text)

  beforeAll(async () => {
    await world.make({ name: broken, partitions: 2 })
    const { host, port } = world.broker
    await using wire = await WireClient.connect({ host, port })
    for (const records of [batchOf("a1", "a2"), unreadable(batchOf("b1", "b2", "b3")), batchOf("c1")]) {
      const topicData = [{ name: broken, partitionData: [{ index: 0, records }] }]
      const answer = await wire.call(Produce, 9, { transactionalId: null, acks: -1, timeoutMs: 5_000, topicData })
      expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
    }
  })

  it.each(["newest", "oldest"] as const)("is left out of the %s messages, and named", async (at) => {
    const page = await api.messages.page({ cluster, topic: broken, from: { at } })
    expect(new Set(values(page))).toEqual(wanted)
    expect(page.degraded).toMatchObject([
      { scope: "partition:0", code: "UNREADABLE", message: expect.stringMatching(/^left out, .*: offsets 2 to 4 \(.+\)$/), retryAt: null },
    ])
    expect(page.data.coverage[0]).toMatchObject({ fromOffset: 0, toOffset: 6 })
  })

  it("does not stop the pages that go over it, either way", async () => {
    let older = await api.messages.page({ cluster, topic: broken, limit: 1 })
    const seen = values(older)
    for (let { olderCursor } = older.data; olderCursor !== null; { olderCursor } = older.data) {
      older = await api.messages.page({ cluster, topic: broken, limit: 1, from: { at: "cursor", cursor: olderCursor } })
      seen.push(...values(older))
    }
    expect(seen).toHaveLength(3)
    expect(new Set(seen)).toEqual(wanted)
    const beyond = await api.messages.page({ cluster, topic: broken, partitions: [0], from: { at: "offset", offset: 3 } })
    expect(values(beyond)).toEqual(["c1"])
    expect(beyond.degraded[0]?.message).toContain("offsets 3 to 4")
  })
})

function batchOf(...texts: string[]): Uint8Array {
  const records = texts.map((text) => ({ timestamp: Date.now(), key: null, value: Buffer.from(text), headers: [] }))
  return encodeBatch({ records, baseOffset: 0, codec: "none" })
}

/** Says that it is zstd, with a fitting checksum. */
function unreadable(batch: Uint8Array): Uint8Array {
  const view = new DataView(batch.buffer, batch.byteOffset)
  view.setInt16(21, view.getInt16(21) | 4)
  view.setUint32(17, computeCrc(batch))
  return batch
}

describe("one message", () => {
  it("comes with its whole value, or with the reason why there is none", async () => {
    const { data } = await api.messages.get({ cluster, topic, partition: 0, offset: 0 })
    expect(data.message).toMatchObject({ offset: 0, value: { format: "json" } })
    expect(data.valueHex).toMatch(/^7b 22/)
    const { reason } = (await api.messages.get({ cluster, topic, partition: 0, offset: 1_000_000 })).data
    expect(reason).toMatch(/^it is not written yet: the log ends at \d+$/)
  })

  it("keeps tombstones, headers and big numbers as they are", async () => {
    const producer = world.stranger.producer()
    const value = '{"id":12345678901234567890,"nested":[1.10,{}]}'
    const sent = [
      producer.send({ topic, partition: 1, key: "k", value: null }),
      producer.send({ topic, partition: 1, key: "k", value, headers: [{ key: "trace", value: new Uint8Array([0, 1, 255]) }] }),
    ]
    for (const result of await Promise.all(sent)) unwrap(result)
    await producer.close()
    const { data } = await api.messages.page({ cluster, topic, partitions: [1], limit: 2 })
    const [newest, tombstone] = data.messages
    expect(tombstone?.value).toBeNull()
    expect(newest?.value?.text).toContain("12345678901234567890")
    expect(newest?.value?.text).toContain("1.10")
    expect(newest?.headers).toEqual([{ name: "trace", value: { format: "hex", text: "00 01 ff", sizeBytes: 3, isTruncated: false } }])
  })
})

/** A caller in this process gets what goes onto the wire: id and event. */
function eventOf(result: IteratorResult<unknown>): TailEvent | undefined {
  return (result.value as [id: string, event: TailEvent] | undefined)?.[1]
}

describe("a live tail", () => {
  it("shows records as they come, at the asked rate, and counts the rest", async () => {
    const leaving = new AbortController()
    const { session } = await world.console.deps.sessions.create({ userName: "local-admin", address: "", userAgent: "" })
    const context = world.context({ kind: "user", name: "local-admin", role: "local-admin" }, session.id)
    const caller = appRouter.createCaller({ ...context, caller: { ...context.caller, signal: leaving.signal } }, { signal: leaving.signal })
    const stream = (await caller.messages.tail({ cluster, topic, maxPerSecond: 5 }))[Symbol.asyncIterator]()
    expect(eventOf(await stream.next())).toMatchObject({ type: "started" })
    let shown = 0
    let skipped = 0
    const next = stream.next()
    // The tail stands where the log ended when it began to read; what is written until then it does not see.
    await world.until(
      async () => {
        await world.produce(topic, 20)
        return await Promise.race([next, Promise.resolve(undefined)])
      },
      (event) => event !== undefined,
    )
    const event = eventOf(await next)
    if (event?.type === "messages") {
      shown = event.messages.length
      skipped = event.skipped
    }
    expect(shown).toBeGreaterThan(0)
    expect(shown).toBeLessThanOrEqual(6)
    expect(skipped).toBeGreaterThan(0)
    leaving.abort()
    const rest = async () => {
      while (eventOf(await stream.next())) shown += 1
    }
    await expect(rest()).rejects.toThrow("the stream ends")
  })

  it("ends when the person signs out", async () => {
    const { session, secret } = await world.console.deps.sessions.create({ userName: "local-admin", address: "", userAgent: "" })
    const caller = appRouter.createCaller(world.context({ kind: "user", name: "local-admin", role: "local-admin" }, session.id))
    const stream = (await caller.messages.tail({ cluster, topic }))[Symbol.asyncIterator]()
    expect(eventOf(await stream.next())).toMatchObject({ type: "started" })
    expect(world.console.deps.sessions.find(secret)?.id).toBe(session.id)
    await world.console.deps.sessions.revoke("local-admin", session.id)
    await expect(stream.next()).rejects.toThrow("the stream ends")
  })
})
