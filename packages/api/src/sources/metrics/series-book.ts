// All series of the sampler: what is in memory, and which exist in the store. The book is the only writer of both.
import type { alerts } from "@rivven/resources"
import { pointsPerChunk, type Tier, tiers } from "./chunk.ts"
import { Rollup } from "./rollup.ts"

export type Labels = alerts.Labels

export interface SeriesSample {
  metric: string
  labels: Labels
  value: number
}

export interface SeriesKey {
  cluster: string
  metric: string
  labels: Labels
}

export interface StoredSeries extends SeriesKey {
  id: number
  /** False: known from the store only, nothing in memory. */
  rollups: Rollup[]
  /** Wall time of the newest sample; 0 when there was none since the start. */
  sampledAt: number
  newest: number
  isStored: boolean
}

/** Without a sample for this long a series leaves memory; its history stays in the store. */
const forgetMs = 6 * 3_600_000

export class SeriesBook {
  readonly #byKey = new Map<string, StoredSeries>()
  readonly #byMetric = new Map<string, Set<StoredSeries>>()
  #nextId = 1

  /** A series of the store, with the chunks that are in memory at the start. */
  restore(series: SeriesKey & { id: number; rollups: Rollup[] }): void {
    this.#nextId = Math.max(this.#nextId, series.id + 1)
    this.#add({ ...series, sampledAt: 0, newest: Number.NaN, isStored: true })
  }

  record(cluster: string, at: number, samples: readonly SeriesSample[]): void {
    for (const { metric, labels, value } of samples) {
      if (!Number.isFinite(value)) continue
      const series = this.#find({ cluster, metric, labels })
      series.sampledAt = at
      series.newest = value
      if (series.rollups.length === 0) series.rollups = tiers.map((tier) => new Rollup(tier))
      for (const rollup of series.rollups) rollup.record(at, value)
    }
  }

  /** The series with exactly these labels. */
  get(key: SeriesKey): StoredSeries | undefined {
    return this.#byKey.get(textOf(key))
  }

  /** Series of a metric whose labels include `where`. */
  select(cluster: string, metric: string, where: Labels = {}): StoredSeries[] {
    const wanted = Object.entries(where)
    const all = this.#byMetric.get(`${cluster} ${metric}`) ?? []
    return [...all].filter(({ labels }) => wanted.every(([name, value]) => labels[name] === value))
  }

  all(): StoredSeries[] {
    return [...this.#byKey.values()]
  }

  /** Drops what memory no longer needs. */
  trim(nowMs: number): void {
    for (const series of this.#byKey.values()) {
      for (const rollup of series.rollups) rollup.trim()
      const isIdle = nowMs - series.sampledAt > forgetMs && series.rollups.every(({ chunks }) => chunks.every(({ isDirty }) => !isDirty))
      if (isIdle && series.sampledAt > 0) series.rollups = []
    }
  }

  /** Series whose last stored point is gone. */
  forget(ids: ReadonlySet<number>): void {
    for (const [key, series] of this.#byKey) {
      if (!ids.has(series.id)) continue
      this.#byKey.delete(key)
      this.#byMetric.get(`${series.cluster} ${series.metric}`)?.delete(series)
    }
  }

  #find(key: SeriesKey): StoredSeries {
    const found = this.#byKey.get(textOf(key))
    if (found) return found
    const series = { ...key, id: this.#nextId++, rollups: [], sampledAt: 0, newest: Number.NaN, isStored: false }
    this.#add(series)
    return series
  }

  #add(series: StoredSeries): void {
    this.#byKey.set(textOf(series), series)
    const name = `${series.cluster} ${series.metric}`
    const set = this.#byMetric.get(name) ?? new Set()
    this.#byMetric.set(name, set.add(series))
  }
}

/** Canonical JSON: equal labels, equal text. */
export function labelsText(labels: Labels): string {
  return JSON.stringify(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))))
}

function textOf({ cluster, metric, labels }: SeriesKey): string {
  return `${cluster} ${metric} ${labelsText(labels)}`
}

export type Point = readonly [timeMs: number, value: number]

/** Averages of the points in memory within the window, oldest first. */
export function pointsInMemory(series: StoredSeries, tier: Tier, window: { fromMs: number; toMs: number }): Point[] {
  const rollup = series.rollups.find((each) => each.tier.ms === tier.ms)
  const points: Point[] = []
  for (const chunk of rollup?.chunks ?? []) {
    if (chunk.startMs + tier.ms * pointsPerChunk <= window.fromMs || chunk.startMs > window.toMs) continue
    for (let at = 0; at < pointsPerChunk; at++) {
      const timeMs = chunk.startMs + at * tier.ms
      const value = chunk.averages[at] ?? Number.NaN
      if (timeMs + tier.ms > window.fromMs && timeMs <= window.toMs && !Number.isNaN(value)) points.push([timeMs, value])
    }
  }
  return points
}
