import { FakeClock } from "@rivven/kube/testing"
import { describe, expect, it } from "vitest"
import { openStore } from "../../store/store.ts"
import { Chunk, tiers } from "./chunk.ts"
import { gridOf, readSteps } from "./range.ts"
import { pointsInMemory, SeriesBook } from "./series-book.ts"
import { expireSeries, flushBook, loadBook } from "./series-store.ts"

const start = Date.UTC(2026, 0, 31, 12)
const [fine, minutes] = tiers as [(typeof tiers)[0], (typeof tiers)[0]]

function record(book: SeriesBook, values: readonly number[], from = start): void {
  for (const [at, value] of values.entries()) book.record("local", from + at * 10_000, [{ metric: "m", labels: { a: "1" }, value }])
}

describe("rollups", () => {
  it("keeps each sample at ten seconds, and average and maximum at a minute", () => {
    const book = new SeriesBook()
    record(book, [1, 2, 3, 4, 5, 9, 7])
    const [series] = book.select("local", "m")
    expect(pointsInMemory(series!, fine, { fromMs: start, toMs: start + 60_000 }).map(([, value]) => value)).toEqual([1, 2, 3, 4, 5, 9, 7])
    const [chunk] = series!.rollups.find(({ tier }) => tier.ms === 60_000)!.chunks
    expect([chunk?.averages[0], chunk?.maxima[0], chunk?.averages[1]]).toEqual([4, 9, 7])
  })

  it("survives a restart, also in the middle of a minute", async () => {
    await using store = await openStore(":memory:")
    const clock = new FakeClock(start + 40_000)
    const book = new SeriesBook()
    record(book, [10, 10, 10])
    await flushBook(book, { store, clock })
    const again = new SeriesBook()
    await loadBook(again, { store, clock })
    record(again, [40], start + 30_000)
    const [series] = again.select("local", "m", { a: "1" })
    expect(pointsInMemory(series!, minutes, { fromMs: start, toMs: start + 60_000 })).toEqual([[start, 17.5]])
  })

  it("writes only what changed, and what is recorded meanwhile again", async () => {
    await using store = await openStore(":memory:")
    const clock = new FakeClock(start)
    const book = new SeriesBook()
    record(book, [1])
    await flushBook(book, { store, clock })
    expect(
      book
        .all()
        .flatMap(({ rollups }) => rollups.flatMap(({ chunks }) => chunks))
        .some(({ isDirty }) => isDirty),
    ).toBe(false)
    record(book, [2], start + 10_000)
    await flushBook(book, { store, clock })
    const rows = await store.selectFrom("metric_chunks").selectAll().where("tier_ms", "=", 10_000).execute()
    expect(rows).toHaveLength(1)
    expect([...Chunk.decode(start, rows[0]!.data).averages.slice(0, 3)]).toEqual([1, 2, Number.NaN])
  })

  it("forgets points beyond their age, and series without any", async () => {
    await using store = await openStore(":memory:")
    const clock = new FakeClock(start)
    const book = new SeriesBook()
    record(book, [1])
    await flushBook(book, { store, clock })
    clock.advance(100 * 86_400_000)
    book.trim(clock.wall())
    await expireSeries(book, { store, clock })
    expect(await store.selectFrom("metric_chunks").selectAll().execute()).toEqual([])
    expect(await store.selectFrom("metric_series").selectAll().execute()).toEqual([])
    expect(book.all()).toEqual([])
  })
})

describe("ranges", () => {
  it.each([
    [900_000, 10_000, 10_000],
    [6 * 3_600_000, 60_000, 120_000],
    [7 * 86_400_000, 60_000, 2_040_000],
    [30 * 86_400_000, 3_600_000, 10_800_000],
  ])("draws %d ms in few enough steps of the right resolution", (rangeMs, tierMs, stepMs) => {
    const grid = gridOf({ fromMs: start - rangeMs, toMs: start, nowMs: start, maxPoints: 300 })
    expect([grid.tier.ms, grid.stepMs]).toEqual([tierMs, stepMs])
    expect(grid.times.length).toBeLessThanOrEqual(301)
  })

  it("joins what is stored and what is in memory, with gaps where nothing was sampled", async () => {
    await using store = await openStore(":memory:")
    const clock = new FakeClock(start)
    const book = new SeriesBook()
    record(book, [1, 3, 5])
    await flushBook(book, { store, clock })
    record(book, [7], start + 60_000)
    const grid = gridOf({ fromMs: start, toMs: start + 90_000, nowMs: start + 90_000, maxPoints: 5 })
    const steps = await readSteps(store, book.select("local", "m"), grid)
    expect(grid.stepMs).toBe(20_000)
    expect(steps.get(1)).toEqual({ averages: [2, 5, null, 7, null], peaks: [3, 5, null, 7, null] })
  })
})
