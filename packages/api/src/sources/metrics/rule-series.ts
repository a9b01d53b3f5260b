// The sampler's series as alert rules want them.
import { alerts } from "@rivven/resources"
import { tiers } from "./chunk.ts"
import { pointsInMemory, type SeriesBook, type StoredSeries } from "./series-book.ts"

/** A rule that looks back further is answered in points of a minute. */
const fineWindowMs = 30 * 60_000
/** A series that is younger than its rule's window says nothing about that window; an hour is enough for any. */
const enoughMs = 3_600_000

export function ruleSeries(book: SeriesBook, cluster: string): alerts.SeriesSource {
  return (metric, window) => {
    const windowMs = window.toMs - window.fromMs
    const [fine, minutes] = tiers
    const tier = windowMs > fineWindowMs ? minutes : fine
    if (!tier) return []
    return book
      .select(cluster, metric)
      .map((series) => ({ series, points: pointsInMemory(series, tier, window) }))
      .filter(({ points }) => points.length > 0 && reachesBack(points, { ...window, tierMs: tier.ms }))
      .map(({ series, points }) => ({ labels: series.labels, points: withNewest(series, points) }))
  }
}

function reachesBack(
  points: readonly (readonly [number, number])[],
  { fromMs, toMs, tierMs }: { fromMs: number; toMs: number; tierMs: number },
): boolean {
  if (toMs - fromMs <= alerts.lookbackMs) return true
  const neededMs = Math.min(toMs - fromMs, enoughMs)
  return toMs - (points[0]?.[0] ?? toMs) >= neededMs - 2 * tierMs
}

/** The last point is an average of its time so far; a rule compares what is there now. */
function withNewest(series: StoredSeries, points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const last = points.at(-1)
  if (!last || Number.isNaN(series.newest)) return [...points]
  return [...points.slice(0, -1), [last[0], series.newest]]
}
