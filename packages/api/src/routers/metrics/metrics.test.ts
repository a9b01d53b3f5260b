// The sampler and the rules over an engine that is there, and metrics pages that a test writes; time belongs to the test where it decides.
import { FakeClock } from "@rivven/kube/testing"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { AlertMonitor } from "../../alerts/monitor.ts"
import { nodeRandom, silentLogger } from "../../node-ports.ts"
import { parseExposition } from "../../sources/metrics/exposition.ts"
import { panelQuery } from "../../sources/metrics/queries.ts"
import { Sampler } from "../../sources/metrics/sampler.ts"
import { SeriesBook } from "../../sources/metrics/series-book.ts"
import { openStore, type Store } from "../../store/store.ts"
import { World } from "../../testing/world.ts"
import { alertRows } from "../alerts/alerts.ts"
import { diskOf } from "../clusters/disk.ts"
import { drawChart } from "./metrics.ts"

const cluster = "local"

describe("sampling", () => {
  let world: World
  beforeEach(async () => {
    world = await World.start()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  it("reads sizes, offsets and groups of a cluster that exports nothing", async () => {
    const api = await world.signedIn()
    await api.clusters.list()
    await world.make({ name: "orders", partitions: 1 })
    await world.produce("orders", 10)
    await world.commit("billing", "orders", { 0: 4 })
    await world.sample()
    const { series } = world.console.deps
    const newest = (metric: string, labels = {}) => series.select(cluster, metric, labels)[0]?.newest
    expect(newest("rivven_consumer_lag_records", { group: "billing" })).toBe(6)
    expect(newest("rivven_group_lag_records", { group: "billing" })).toBe(6)
    expect(newest("rivven_consumer_committed_offset", { group: "billing" })).toBe(4)
    expect(newest("rivven_topic_size_bytes", { topic: "orders" })).toBeGreaterThan(0)
    expect(newest("rivven_consumer_retention_headroom_seconds")).toBeGreaterThan(600_000)
    const { data } = await api.metrics.latest({ cluster, panels: ["lag-records", "size"] })
    expect(data[0]?.series).toMatchObject([{ name: "billing", value: 6 }])
  })

  it("turns counters of nodes into rates, and a dead page into up = 0", async () => {
    const { clock, resources, brokers } = world.console.deps
    await (await world.signedIn()).clusters.list()
    const book = new SeriesBook()
    const pages = [
      'rivven_topic_bytes_in_total{topic="orders"} 1000\nrivven_storage_bytes_used 5\nrivven_storage_bytes_total 10',
      'rivven_topic_bytes_in_total{topic="orders"} 3000\nrivven_storage_bytes_used 6\nrivven_storage_bytes_total 10',
      undefined,
    ]
    let wallMs = clock.wall()
    const sampler = new Sampler({
      clock: { ...clock, wall: () => (wallMs += 10_000) },
      logger: silentLogger,
      book,
      brokers,
      resources,
      targets: [{ cluster, url: "http://127.0.0.1:1/metrics" }],
      onSampled: () => undefined,
      scrape: async () => {
        const page = pages.shift()
        return page === undefined
          ? { ok: false, error: { code: "UNREACHABLE", message: "refused" } }
          : { ok: true, value: parseExposition(page) }
      },
    })
    await sampler.sample()
    await sampler.sample()
    expect(book.select(cluster, "rivven_topic_bytes_in_per_second", { topic: "orders" })[0]?.newest).toBeGreaterThan(0)
    expect(book.select(cluster, "rivven_storage_bytes_used", { job: "rivven", pod: "local" })[0]?.newest).toBe(6)
    expect(book.select(cluster, "up")[0]?.newest).toBe(1)
    await sampler.sample()
    expect(book.select(cluster, "up")[0]?.newest).toBe(0)
    expect(sampler.state(cluster).failures).toMatchObject([{ code: "UNREACHABLE" }])
  })
})

describe("alert rules", () => {
  const clock = new FakeClock()
  let store: Store
  let changes: number
  beforeEach(async () => {
    store = await openStore(":memory:")
    changes = 0
  })
  afterEach(() => store.destroy())

  function monitor(book: SeriesBook): AlertMonitor {
    return new AlertMonitor({
      clock,
      random: nodeRandom,
      logger: silentLogger,
      store,
      book,
      clusters: () => [cluster],
      hasNone: () => false,
      isSampled: () => true,
      onChange: () => void changes++,
    })
  }

  const lag = { metric: "rivven_consumer_lag_records", labels: { group: "billing", topic: "orders", partition: "0" } }

  async function run(alerts: AlertMonitor, book: SeriesBook, { minutes, value }: { minutes: number; value: number }): Promise<void> {
    for (let at = 0; at < minutes * 4; at++) {
      clock.advance(15_000)
      book.record(cluster, clock.wall(), [{ ...lag, value }])
      await alerts.evaluate()
    }
  }

  const highLag = (alerts: AlertMonitor) => alerts.statuses(cluster).find(({ rule }) => rule.name === "RivvenHighLag")

  it("go from pending to firing, end, and leave their spans for the charts", async () => {
    const book = new SeriesBook()
    const alerts = monitor(book)
    await run(alerts, book, { minutes: 1, value: 20_000 })
    expect(highLag(alerts)).toMatchObject({ state: "pending", instances: [{ value: 20_000 }] })
    await run(alerts, book, { minutes: 5, value: 20_000 })
    expect(highLag(alerts)?.state).toBe("firing")
    await run(alerts, book, { minutes: 1, value: 10 })
    expect(highLag(alerts)?.state).toBe("inactive")
    const events = await store
      .selectFrom("alert_events")
      .select(["rule", "state"])
      .where("rule", "=", "RivvenHighLag")
      .orderBy("at")
      .execute()
    expect(events.map(({ state }) => state)).toEqual(["pending", "firing", "inactive"])
    expect(changes).toBeGreaterThanOrEqual(3)
  })

  it("go on where they were after a restart", async () => {
    const book = new SeriesBook()
    await run(monitor(book), book, { minutes: 4, value: 20_000 })
    const again = monitor(book)
    await run(again, book, { minutes: 2, value: 20_000 })
    expect(highLag(again)?.state).toBe("firing")
  })

  it("say which metric they lack", async () => {
    const alerts = monitor(new SeriesBook())
    await alerts.evaluate()
    expect(highLag(alerts)).toMatchObject({ state: "cannot-fire", missingMetrics: ["rivven_consumer_lag_records"] })
  })

  it("do not call a group stalled that was seen only just now", async () => {
    const book = new SeriesBook()
    const alerts = monitor(book)
    const committed = { metric: "rivven_consumer_committed_offset", labels: lag.labels }
    const stalled = () => alerts.statuses(cluster).find(({ rule }) => rule.kind === "lagStalled")?.state
    for (let at = 0; at < 4 * 16; at++) {
      clock.advance(15_000)
      book.record(cluster, clock.wall(), [
        { ...lag, value: 5 },
        { ...committed, value: 7 },
      ])
      await alerts.evaluate()
      if (at === 8) expect(stalled()).toBe("inactive")
    }
    expect(stalled()).toBe("firing")
  })

  it("are told apart by topic and partition", async () => {
    const book = new SeriesBook()
    const alerts = monitor(book)
    const partitions = ["0", "1"].map((partition) => ({ ...lag, labels: { ...lag.labels, partition }, value: 20_000 }))
    const headroom = { metric: "rivven_consumer_retention_headroom_seconds", labels: lag.labels, value: 60 }
    book.record(cluster, clock.wall(), [...partitions, headroom])
    await alerts.evaluate()
    await using world = await World.start()
    const context = world.context({ kind: "user", name: "local-admin", role: "local-admin" }, null)
    const rows = alertRows({ ...context, deps: { ...context.deps, alerts } }, cluster)
    expect(rows.filter(({ rule }) => rule === "RivvenHighLag").map(({ summary }) => summary)).toEqual([
      "High consumer lag on orders, partition 0",
      "High consumer lag on orders, partition 1",
    ])
    expect(rows.find(({ rule }) => rule === "RivvenConsumerLosesData")?.summary).toMatch(/of orders to retention, partition 0$/)
  })

  it("are drawn as threshold and spans", async () => {
    const book = new SeriesBook()
    const alerts = monitor(book)
    await run(alerts, book, { minutes: 8, value: 20_000 })
    book.record(cluster, clock.wall(), [{ metric: "rivven_group_lag_records", labels: { group: "billing" }, value: 20_000 }])
    await using world = await World.start()
    const deps = { ...world.console.deps, clock, store, series: book, alerts }
    const ctx = { ...world.context({ kind: "user", name: "local-admin", role: "local-admin" }, null), deps }
    const range = { cluster, fromMs: clock.wall() - 900_000, toMs: clock.wall(), maxPoints: 90 }
    const chart = await drawChart(ctx, range, panelQuery("lag-records", {}))
    expect(chart).toMatchObject({
      unit: "records",
      threshold: { value: 10_000 },
      series: [{ name: "billing", isCulprit: true, link: { kind: "group", name: "billing" } }],
    })
    expect(chart.spans.map(({ state }) => state)).toEqual(["pending", "firing"])
    expect(chart.spans[0]?.toMs).toBe(chart.spans[1]?.fromMs)
  })
})

describe("a node that is gone", () => {
  it("is history in a chart, after those that live, and nowhere else", async () => {
    await using world = await World.start()
    const { clock } = world.console.deps
    const book = new SeriesBook()
    const disk = (pod: string, used: number, total: number) => [
      { metric: "rivven_storage_bytes_used", labels: { pod }, value: used },
      { metric: "rivven_storage_bytes_total", labels: { pod }, value: total },
    ]
    const nowMs = clock.wall()
    book.record(cluster, nowMs - 600_000, disk("old", 90, 100))
    for (const ageMs of [600_000, 300_000, 10_000]) book.record(cluster, nowMs - ageMs, disk("new", 10, 1_000))
    const context = world.context({ kind: "user", name: "local-admin", role: "local-admin" }, null)
    const ctx = { ...context, deps: { ...context.deps, series: book } }
    const range = { cluster, fromMs: nowMs - 900_000, toMs: nowMs, maxPoints: 90 }
    const chart = await drawChart(ctx, range, panelQuery("disk", {}))
    expect(chart.series.map(({ name }) => name)).toEqual(["new", "old (ended)"])
    expect(chart.capacity).toMatchObject({ value: 1_000 })
    expect(diskOf(ctx, cluster)).toMatchObject({ status: "ok", usedBytes: 10, totalBytes: 1_000 })
  })
})
