// Samples of the nodes' own metric pages.

import { counters, metric, nodeGauges } from "./names.ts"
import type { Bucket, Rates } from "./rates.ts"
import { quantile } from "./rates.ts"
import type { MetricsTarget, Scrape } from "./scrape.ts"
import type { SeriesSample } from "./series-book.ts"

/** APIs whose latency is charted. */
const timedApis: ReadonlySet<string> = new Set(["Produce", "Fetch"])

export interface TargetScrape {
  target: MetricsTarget
  scrape: Scrape
}

export function nodeSamples(scrapes: readonly TargetScrape[], rates: Rates, atMs: number): SeriesSample[] {
  const samples = scrapes.flatMap(({ target, scrape }) => {
    const node = { job: "rivven", pod: target.pod ?? target.cluster }
    const up: SeriesSample = { metric: metric.up, labels: node, value: scrape.ok ? 1 : 0 }
    if (scrape.ok) rates.look(node.pod, atMs)
    return scrape.ok ? [up, ...samplesOfNode(scrape.value.samples, { node, rates, atMs })] : [up]
  })
  return sumTopics(samples)
}

interface NodeContext {
  node: { job: string; pod: string }
  rates: Rates
  atMs: number
}

function samplesOfNode(scraped: readonly SeriesSample[], context: NodeContext): SeriesSample[] {
  const measured = scraped.filter((sample) => !isUnmeasured(sample))
  return [
    ...measured
      .filter(({ metric: name }) => nodeGauges.has(name))
      .map((sample) => ({ ...sample, labels: { ...sample.labels, ...context.node } })),
    ...measured.flatMap((sample) => counterRate(sample, context)),
    ...latencies(measured, context),
  ]
}

function counterRate(sample: SeriesSample, { node, rates, atMs }: NodeContext): SeriesSample[] {
  const name = counters[sample.metric]
  if (name === undefined) return []
  const value = rates.rate({ ...sample, labels: { ...sample.labels, ...node } }, atMs, node.pod)
  return value === undefined ? [] : [{ metric: name, labels: { topic: sample.labels.topic ?? "", ...node }, value }]
}

/** Errors are timed apart from successes: both count. */
function latencies(scraped: readonly SeriesSample[], { node, rates, atMs }: NodeContext): SeriesSample[] {
  const byApi = new Map<string, Map<number, number>>()
  for (const sample of scraped) {
    const { api = "", le = "" } = sample.labels
    if (sample.metric !== "rivven_request_seconds_bucket" || !timedApis.has(api)) continue
    const rate = rates.rate({ ...sample, labels: { ...sample.labels, ...node } }, atMs, node.pod)
    if (rate === undefined) continue
    const buckets = byApi.get(api) ?? new Map<number, number>()
    byApi.set(api, buckets)
    const upperBound = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le)
    buckets.set(upperBound, (buckets.get(upperBound) ?? 0) + rate)
  }
  return [...byApi].flatMap(([api, buckets]) => {
    const value = quantile(
      0.99,
      [...buckets].map(([upperBound, count]): Bucket => ({ upperBound, count })),
    )
    return value === undefined ? [] : [{ metric: metric.requestP99, labels: { api, ...node }, value }]
  })
}

/** A node that has not looked at its disk yet says zero. */
function isUnmeasured({ metric: name, value }: SeriesSample): boolean {
  return name === metric.storageTotal && value === 0
}

/** A topic's rate is that of all nodes. */
function sumTopics(samples: readonly SeriesSample[]): SeriesSample[] {
  const rateNames = new Set(Object.values(counters))
  const totals = new Map<string, SeriesSample>()
  const others: SeriesSample[] = []
  for (const sample of samples) {
    if (!rateNames.has(sample.metric)) {
      others.push(sample)
      continue
    }
    const topic = sample.labels.topic ?? ""
    const key = `${sample.metric} ${topic}`
    const value = (totals.get(key)?.value ?? 0) + sample.value
    totals.set(key, { metric: sample.metric, labels: { topic }, value })
  }
  return [...others, ...totals.values()]
}
