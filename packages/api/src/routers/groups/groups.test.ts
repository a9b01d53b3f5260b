import { unwrap } from "@rivven/client"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { World } from "../../testing/world.ts"

let world: World
let api: Awaited<ReturnType<World["signedIn"]>>
const cluster = "local"

beforeAll(async () => {
  world = await World.start()
  api = await world.signedIn()
  await world.make({ name: "orders", partitions: 2 })
  await world.produce("orders", 100, { partition: 0 })
  await world.produce("orders", 50, { partition: 1 })
})
afterAll(() => world[Symbol.asyncDispose]())

describe("groups", () => {
  it("tells lag in records and seconds, per partition and in all", async () => {
    await world.commit("billing", "orders", { 0: 40, 1: 50 })
    await world.sample()
    const { data } = await api.groups.get({ cluster, group: "billing" })
    expect(data).toMatchObject({ state: "Empty", status: "off", lagRecords: 60, topics: ["orders"], members: 0, neverCommitted: 0 })
    expect(data.offsets).toMatchObject([
      { partition: 0, committedOffset: 40, endOffset: 100, lagRecords: 60 },
      { partition: 1, committedOffset: 50, endOffset: 50, lagRecords: 0, lagSeconds: 0 },
    ])
    expect(data.lagSeconds).toBeGreaterThan(0)
    expect(data.alert).toMatchObject({ rule: "RivvenHighLag", state: "inactive", threshold: 10_000 })
  })

  it("asks the broker for the age of records that were written before anybody looked", async () => {
    await world.make({ name: "old", partitions: 1 })
    await world.produce("old", 10, { partition: 0, timestamp: Date.now() - 3_600_000 })
    await world.commit("late", "old", { 0: 3 })
    await world.sample()
    const { data } = await api.groups.get({ cluster, group: "late" })
    expect(data.lagSeconds).toBeGreaterThanOrEqual(3_600)
    expect(data.lagSeconds).toBeLessThan(3_700)
  })

  it("shows members, what they read, and never committed as a state of its own", async () => {
    const consumer = world.stranger.consumer({ groupId: "readers", offsetReset: "earliest" })
    unwrap(consumer.subscribe(["orders"]))
    await world.until(
      async () => (await consumer.poll({ timeoutMs: 200 })).records.length,
      (count) => count > 0,
    )
    const { data } = await world.until(
      () => api.groups.assignments({ cluster, group: "readers" }),
      (answer) => answer.data.members[0]?.partitions.length === 1,
    )
    expect(data.members).toMatchObject([{ partitions: [{ topic: "orders", partitions: [0, 1] }], lagRecords: { missing: "NEVER" } }])
    const group = (await api.groups.get({ cluster, group: "readers" })).data
    expect(group).toMatchObject({ state: "Stable", status: "ok", members: 1, neverCommitted: 2, lagRecords: { missing: "NEVER" } })
    const readers = (await api.topics.consumers({ cluster, topic: "orders" })).data
    expect(readers.find((row) => row.group === "readers")).toMatchObject({
      partitionsAssigned: 2,
      partitionsCommitted: 0,
      lagRecords: { missing: "NEVER" },
    })
    await consumer.close()
  })

  it("lists the furthest behind first, and filters by state", async () => {
    await world.commit("a-little", "orders", { 0: 99 })
    const { data } = await world.until(
      () => api.groups.list({ cluster }),
      (answer) => answer.data.rows.some(({ group }) => group === "a-little"),
    )
    const names = data.rows.map(({ group }) => group)
    expect(names.indexOf("billing")).toBeLessThan(names.indexOf("a-little"))
    expect((await api.groups.list({ cluster, filter: "bill" })).data.rows).toHaveLength(1)
    expect((await api.groups.list({ cluster, view: "active" })).data.counts).toMatchObject({ empty: expect.any(Number) })
  })

  it("says that a group is not there only after asking the broker", async () => {
    await world.commit("just-made", "orders", { 0: 1 })
    expect((await api.groups.get({ cluster, group: "just-made" })).data.group).toBe("just-made")
    await expect(api.groups.get({ cluster, group: "nobody" })).rejects.toMatchObject({ code: "NOT_FOUND" })
  })

  it("draws the history of the lag, with a heatmap over partitions", async () => {
    await world.sample()
    const toMs = Date.now()
    const { data } = await api.groups.lag({ cluster, group: "billing", fromMs: toMs - 900_000, toMs })
    const [total] = data.chart.series
    expect(total?.name).toBe("billing")
    expect(total?.values.findLast((value) => value !== null)).toBe(60)
    expect(data.chart.threshold).toMatchObject({ value: 10_000 })
    expect(data.heatmap).toMatchObject({
      max: 60,
      rows: [
        { topic: "orders", partition: 0, now: 60 },
        { partition: 1, now: 0 },
      ],
    })
  })
})
