// Newest values and short trends out of memory, as cells.
import type { Cell } from "../../envelope.ts"
import { tiers } from "./chunk.ts"
import { type Labels, pointsInMemory, type SeriesBook } from "./series-book.ts"

/** Older than this a value is shown with its age. */
const freshMs = 30_000
/** Older than this it is not shown. */
const staleMs = 15 * 60_000
/** Behind the newest of its metric by more than this, a series has ended: what it told of is gone. */
const endedMs = 2 * 60_000
const trendMs = 3_600_000
const trendPoints = 30

export interface MetricView {
  book: SeriesBook
  cluster: string
  nowMs: number
}

export function newestCell({ book, cluster, nowMs }: MetricView, metric: string, labels: Labels): Cell<number> {
  const series = book.get({ cluster, metric, labels })
  if (!series || series.sampledAt === 0 || nowMs - series.sampledAt > staleMs) return { missing: "NO_SAMPLES" }
  return nowMs - series.sampledAt <= freshMs ? series.newest : { stale: series.newest, asOf: series.sampledAt }
}

/** Of the series of one metric those that still get samples; all of them while none does. */
export function liveOnes<S extends { sampledAt: number }>(series: readonly S[]): S[] {
  const newest = Math.max(0, ...series.map(({ sampledAt }) => sampledAt))
  return series.filter(({ sampledAt }) => newest - sampledAt <= endedMs)
}

/** The number of a cell, old or not. */
export function numberOf(cell: Cell<number>): number | undefined {
  if (typeof cell === "number") return cell
  return "stale" in cell ? cell.stale : undefined
}

/** Averages of the last hour, oldest first. */
export function trendOf({ book, cluster, nowMs }: MetricView, metric: string, labels: Labels): (number | null)[] {
  const series = book.get({ cluster, metric, labels })
  const tier = tiers.find(({ ms }) => ms === 60_000)
  const stepMs = trendMs / trendPoints
  const sums = Array.from({ length: trendPoints }, () => ({ sum: 0, count: 0 }))
  const fromMs = Math.floor(nowMs / stepMs) * stepMs + stepMs - trendMs
  for (const [timeMs, value] of series && tier ? pointsInMemory(series, tier, { fromMs, toMs: nowMs }) : []) {
    const step = sums[Math.floor((timeMs - fromMs) / stepMs)]
    if (!step) continue
    step.sum += value
    step.count += 1
  }
  return sums.map(({ sum, count }) => (count === 0 ? null : sum / count))
}
