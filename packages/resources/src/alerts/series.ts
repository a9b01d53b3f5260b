// What the evaluator sees of the metrics, with the few operations of PromQL that the rules use and their meaning there.

export type Labels = Readonly<Record<string, string>>

/** Points in ascending order of time. */
export type Series = { labels: Labels; points: readonly (readonly [timeMs: number, value: number])[] }

/** All series of a metric with their points in the window. None: the source knows no such metric. */
export type SeriesSource = (metric: string, window: { fromMs: number; toMs: number }) => readonly Series[]

export type Sample = { labels: Labels; value: number }

/** How long a series counts as present after its last point, as in Prometheus. */
export const lookbackMs = 300_000

export type Moment = { source: SeriesSource; nowMs: number }

/** The newest value of each series, if it is not older than the lookback. */
export function instant(metric: string, { source, nowMs }: Moment): Sample[] {
  return rangeOf(metric, lookbackMs, { source, nowMs }).flatMap(({ labels, points }) => {
    const last = points.at(-1)
    return last ? [{ labels, value: last[1] }] : []
  })
}

/** The points of each series in the last `windowMs`. */
export function rangeOf(metric: string, windowMs: number, { source, nowMs }: Moment): Series[] {
  const fromMs = nowMs - windowMs
  return source(metric, { fromMs, toMs: nowMs })
    .map(({ labels, points }) => ({ labels, points: points.filter(([at]) => at > fromMs && at <= nowMs) }))
    .filter(({ points }) => points.length > 0)
}

export function where(samples: readonly Sample[], isMet: (value: number) => boolean): Sample[] {
  return samples.filter(({ value }) => isMet(value))
}

/** One-to-one matching on all labels; samples without a partner fall away. */
export function combine(
  left: readonly Sample[],
  right: readonly Sample[],
  operate: (a: number, b: number) => number | undefined,
): Sample[] {
  const partners = new Map(right.map(({ labels, value }) => [keyOf(labels), value]))
  return left.flatMap(({ labels, value }) => {
    const partner = partners.get(keyOf(labels))
    const result = partner === undefined ? undefined : operate(value, partner)
    return result === undefined ? [] : [{ labels, value: result }]
  })
}

/** How often the value differed from the one before it. */
export function changes({ points }: Series): number {
  return points.filter(([, value], at) => at > 0 && value !== points[at - 1]?.[1]).length
}

/** Least squares, extrapolated from now; undefined with fewer than two points. */
export function predict({ points }: Series, { nowMs, aheadMs }: { nowMs: number; aheadMs: number }): number | undefined {
  if (points.length < 2) return undefined
  const xs = points.map(([at]) => (at - nowMs) / 1000)
  const ys = points.map(([, value]) => value)
  const meanX = mean(xs)
  const meanY = mean(ys)
  let [covariance, variance] = [0, 0]
  for (const [at, x] of xs.entries()) {
    covariance += (x - meanX) * ((ys[at] ?? 0) - meanY)
    variance += (x - meanX) ** 2
  }
  if (variance === 0) return undefined
  const slope = covariance / variance
  return meanY - slope * meanX + (slope * aheadMs) / 1000
}

/** Per second, with restarts of the counter taken out; undefined with fewer than two points. */
export function rate({ points }: Series): number | undefined {
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || last[0] === first[0]) return undefined
  let increase = 0
  for (const [at, [, value]] of points.entries()) {
    const before = at === 0 ? value : (points[at - 1]?.[1] ?? value)
    increase += value >= before ? value - before : value
  }
  return increase / ((last[0] - first[0]) / 1000)
}

export function sumBy(samples: readonly Sample[], names: readonly string[]): Sample[] {
  const sums = new Map<string, Sample>()
  for (const { labels, value } of samples) {
    const kept = Object.fromEntries(names.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])))
    const key = keyOf(kept)
    sums.set(key, { labels: kept, value: (sums.get(key)?.value ?? 0) + value })
  }
  return [...sums.values()]
}

/** `histogram_quantile` over samples that carry `le`. */
export function histogramQuantile(quantile: number, buckets: readonly Sample[]): Sample[] {
  const groups = new Map<string, { labels: Labels; buckets: Bucket[] }>()
  for (const { labels, value } of buckets) {
    const { le = "", ...rest } = labels
    const upperBound = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le)
    const group = groups.get(keyOf(rest)) ?? { labels: rest, buckets: [] }
    group.buckets.push({ upperBound, count: value })
    groups.set(keyOf(rest), group)
  }
  return [...groups.values()].flatMap((group) => {
    const value = quantileOf(quantile, group.buckets)
    return value === undefined ? [] : [{ labels: group.labels, value }]
  })
}

type Bucket = { upperBound: number; count: number }

function quantileOf(quantile: number, unsorted: Bucket[]): number | undefined {
  const buckets = unsorted.toSorted((a, b) => a.upperBound - b.upperBound)
  const total = buckets.at(-1)
  if (!total || total.upperBound !== Number.POSITIVE_INFINITY || buckets.length < 2 || total.count === 0) return undefined
  const rank = quantile * total.count
  const at = buckets.findIndex(({ count }) => count >= rank)
  const bucket = buckets[at]
  const lower = buckets[at - 1]
  if (!bucket || bucket.upperBound === Number.POSITIVE_INFINITY) return buckets.at(-2)?.upperBound
  if (!lower && bucket.upperBound <= 0) return bucket.upperBound
  const [start, below] = [lower?.upperBound ?? 0, lower?.count ?? 0]
  return start + (bucket.upperBound - start) * ((rank - below) / (bucket.count - below))
}

export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
