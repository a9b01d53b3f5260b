// History for charts: the right resolution, few enough points, average and peak per step.
import type { Store } from "../../store/store.ts"
import { type Chunk, pointsPerChunk, type Tier, tiers } from "./chunk.ts"
import type { StoredSeries } from "./series-book.ts"
import { readChunks } from "./series-store.ts"

export interface Grid {
  tier: Tier
  stepMs: number
  /** Start of each step. */
  times: readonly number[]
}

export interface Steps {
  averages: (number | null)[]
  peaks: (number | null)[]
}

/** The finest resolution that covers the range and gives at most so many points. */
export function gridOf({ fromMs, toMs, nowMs, maxPoints }: { fromMs: number; toMs: number; nowMs: number; maxPoints: number }): Grid {
  const wantedMs = Math.max(1, (toMs - fromMs) / maxPoints)
  const covering = tiers.filter(({ keepMs }) => nowMs - fromMs <= keepMs)
  const candidates = covering.length > 0 ? covering : tiers.slice(-1)
  // The coarsest one that is still fine enough; the finest of them when none is.
  const tier = candidates.findLast(({ ms }) => ms <= wantedMs) ?? candidates[0] ?? (tiers[0] as Tier)
  const stepMs = Math.max(1, Math.ceil(wantedMs / tier.ms)) * tier.ms
  const first = Math.floor(fromMs / stepMs) * stepMs
  const count = Math.min(maxPoints + 1, Math.floor((toMs - first) / stepMs) + 1)
  return { tier, stepMs, times: Array.from({ length: count }, (_, at) => first + at * stepMs) }
}

/** Values on the grid, per series id. */
export async function readSteps(store: Store, series: readonly StoredSeries[], grid: Grid): Promise<Map<number, Steps>> {
  const fromMs = grid.times[0] ?? 0
  const toMs = (grid.times.at(-1) ?? 0) + grid.stepMs
  const chunks = await readChunks(store, { series, tier: grid.tier, fromMs, toMs })
  return new Map(series.map(({ id }) => [id, reduceChunks(chunks.get(id) ?? [], grid)]))
}

function reduceChunks(chunks: readonly Chunk[], { tier, stepMs, times }: Grid): Steps {
  const first = times[0] ?? 0
  const sums = new Float64Array(times.length)
  const counts = new Uint32Array(times.length)
  const peaks = new Float64Array(times.length).fill(Number.NEGATIVE_INFINITY)
  for (const chunk of chunks) {
    for (let at = 0; at < pointsPerChunk; at++) {
      const step = Math.floor((chunk.startMs + at * tier.ms - first) / stepMs)
      const average = chunk.averages[at] ?? Number.NaN
      if (step < 0 || step >= times.length || Number.isNaN(average)) continue
      sums[step] = (sums[step] ?? 0) + average
      counts[step] = (counts[step] ?? 0) + 1
      peaks[step] = Math.max(peaks[step] ?? average, chunk.maxima[at] ?? average)
    }
  }
  const value = (at: number, of: number): number | null => ((counts[at] ?? 0) === 0 ? null : of)
  return {
    averages: times.map((_, at) => value(at, (sums[at] ?? 0) / (counts[at] ?? 1))),
    peaks: times.map((_, at) => value(at, peaks[at] ?? 0)),
  }
}
