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
    return scrape.ok ? [up, ...samplesOfNode(scrape.value.samples, { node, rates, atMs })] : [up]
  })
  return sumTopics(samples)
}

interface NodeContext {
  node: { job: string; pod: string }
  rates: Rates
  atMs: number
}

function samplesOfNode(scraped: readonly SeriesSample[], { node, rates, atMs }: NodeContext): SeriesSample[] {
  const samples: SeriesSample[] = []
  const buckets = new Map<string, Bucket[]>()
  for (const sample of scraped) {
    const rateName = counters[sample.metric]
    if (nodeGauges.has(sample.metric)) samples.push({ ...sample, labels: { ...sample.labels, ...node } })
    else if (rateName !== undefined) {
      const value = rates.rate({ ...sample, labels: { ...sample.labels, ...node } }, atMs)
      if (value !== undefined) samples.push({ metric: rateName, labels: { topic: sample.labels.topic ?? "", ...node }, value })
    } else if (sample.metric === "rivven_request_seconds_bucket")
      addBucket(buckets, sample, rates.rate({ ...sample, labels: { ...sample.labels, ...node } }, atMs))
  }
  for (const [api, list] of buckets) {
    const value = quantile(0.99, list)
    if (value !== undefined) samples.push({ metric: metric.requestP99, labels: { api, ...node }, value })
  }
  return samples
}

function addBucket(buckets: Map<string, Bucket[]>, { labels }: SeriesSample, rate: number | undefined): void {
  const { api = "", le = "" } = labels
  if (rate === undefined || !timedApis.has(api)) return
  const list = buckets.get(api) ?? []
  buckets.set(api, list)
  list.push({ upperBound: le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le), count: rate })
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
