import { describe, expect, it } from "vitest"
import { World } from "../../testing/world.ts"

const cluster = "local"

describe("a broker that goes away", () => {
  it("leaves old values with their age, names what is missing, and changes the verdict; nothing becomes zero", async () => {
    await using world = await World.start()
    const api = await world.signedIn()
    await world.make({ name: "orders", partitions: 2 })
    await world.produce("orders", 10)
    await api.clusters.list()
    await world.sample()
    const before = await api.topics.list({ cluster })
    expect((await api.clusters.overview({ cluster })).data.verdict).toMatchObject({ status: "ok", lead: "Healthy." })
    const { brokers } = world.console.deps
    await world.broker.stop()
    for (const source of brokers.all()) source.invalidate()

    const list = await api.topics.list({ cluster })
    expect(list.complete).toBe(false)
    expect(list.degraded[0]).toMatchObject({ source: "broker", scope: "cluster:local" })
    expect(list.asOf).toBeLessThanOrEqual(before.asOf + 5_000)
    const row = list.data.rows.find(({ name }) => name === "orders")
    expect(row?.sizeBytes).toMatchObject({ stale: expect.any(Number), asOf: expect.any(Number) })

    const { data } = await api.clusters.overview({ cluster })
    expect(data.verdict).toMatchObject({ status: "bad", lead: "At risk." })
    expect(data.tiles.brokers).toMatchObject({ status: "bad", note: "does not answer" })
    expect((await api.clusters.list()).data[0]).toMatchObject({ status: "bad", reason: expect.stringContaining("does not answer") })
  })
})

describe("clusters", () => {
  it("are described with brokers, conditions and how clients connect, and unknown ones named", async () => {
    await using world = await World.start()
    const api = await world.signedIn()
    const { data } = await world.until(
      () => api.clusters.get({ cluster }),
      (answer) => answer.data.brokers === 1,
    )
    expect(data).toMatchObject({
      name: "local",
      isExternal: true,
      bootstrapServers: [world.broker.bootstrap],
      brokerList: [{ isController: true }],
    })
    const connection = (await api.clusters.connection({ cluster })).data
    expect(connection).toMatchObject({ tls: false, saslMechanism: null })
    for (const { text } of connection.snippets) expect(text).toContain(world.broker.bootstrap)
    await expect(api.clusters.get({ cluster: "other" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "there is no cluster other; known are local",
    })
  })
})
