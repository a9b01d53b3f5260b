// Every ten seconds: read each cluster, scrape its nodes, write down the samples. A round that takes too long makes the next one later.
import type { Clock, Logger } from "../../ports.ts"
import type { BrokerSource } from "../broker/broker-source.ts"
import type { BrokerSources } from "../broker/broker-sources.ts"
import type { ResourceSource } from "../kube/resource-source.ts"
import { clusterSamples, conditionSamples } from "./cluster-samples.ts"
import { sums } from "./names.ts"
import { nodeSamples } from "./node-samples.ts"
import { Rates } from "./rates.ts"
import { type MetricsTarget, type Scrape, scrape } from "./scrape.ts"
import type { SeriesBook, SeriesSample } from "./series-book.ts"

export const sampleMs = 10_000
const maxIntervalMs = 60_000
const maxSeries = 2_000
/** Snapshots that a page had read just before are good enough. */
const maxAgeMs = 9_000

export interface SamplerOptions {
  clock: Clock
  logger: Logger
  book: SeriesBook
  brokers: BrokerSources
  resources: ResourceSource
  targets: readonly MetricsTarget[]
  /** Called after each round of a cluster. */
  onSampled: (source: BrokerSource) => void
  /** The way to a metrics page; a real one when absent. */
  scrape?: (target: MetricsTarget) => Promise<Scrape>
}

export interface SamplerState {
  /** Wall time of the newest round; 0 when there was none. */
  sampledAt: number
  intervalMs: number
  /** Series that did not fit. */
  omitted: number
  failures: readonly { scope: string; code: string; message: string }[]
}

export class Sampler {
  readonly #options: SamplerOptions
  readonly #rates = new Map<string, Rates>()
  readonly #states = new Map<string, SamplerState>()
  #intervalMs = sampleMs
  #cancel = (): void => undefined
  #isStopped = false
  #isSampling = false
  #round: Promise<void> = Promise.resolve()

  constructor(options: SamplerOptions) {
    this.#options = options
  }

  start(): void {
    this.#plan(0)
  }

  /** A cluster that came is sampled at once. */
  wake(): void {
    const isNew = this.#options.brokers.all().some(({ cluster }) => !this.#states.has(cluster))
    if (!isNew || this.#isSampling) return
    this.#cancel()
    this.#plan(0)
  }

  /** Waits for the round under way. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    await this.#round
  }

  state(cluster: string): SamplerState {
    return this.#states.get(cluster) ?? { sampledAt: 0, intervalMs: this.#intervalMs, omitted: 0, failures: [] }
  }

  /** One round over all clusters. */
  async sample(): Promise<void> {
    const { clock, brokers } = this.#options
    const startedAt = clock.monotonic()
    await Promise.all(brokers.all().map((source) => this.#sampleCluster(source)))
    const tookMs = clock.monotonic() - startedAt
    this.#intervalMs =
      tookMs > this.#intervalMs
        ? Math.min(maxIntervalMs, this.#intervalMs * 2)
        : Math.max(sampleMs, Math.min(this.#intervalMs, nextInterval(tookMs)))
  }

  #plan(ms: number): void {
    if (this.#isStopped) return
    this.#cancel = this.#options.clock.after(ms, () => {
      const startedAt = this.#options.clock.monotonic()
      this.#isSampling = true
      this.#round = this.sample()
        .catch((error: unknown) => this.#options.logger.error({ err: error }, "a sampling round failed"))
        .finally(() => {
          this.#isSampling = false
          this.#plan(Math.max(0, this.#intervalMs - (this.#options.clock.monotonic() - startedAt)))
        })
    })
  }

  async #sampleCluster(source: BrokerSource): Promise<void> {
    const { clock, book, resources, targets, onSampled } = this.#options
    const { cluster } = source
    const rates = this.#rates.get(cluster) ?? new Rates()
    this.#rates.set(cluster, rates)
    rates.beginRound()
    const own = targets.filter((target) => target.cluster === cluster)
    const [scrapes] = await Promise.all([Promise.all(own.map((target) => this.#scrape(target))), readAll(source)])
    const atMs = clock.wall()
    const fromNodes = nodeSamples(scrapes, rates, atMs)
    const given = new Set(fromNodes.map((sample) => sample.metric))
    const samples = [...fromNodes, ...conditionSamples(resources.topics(cluster)), ...clusterSamples(source, { rates, given })]
    const all = worthKeeping([...samples, ...totals(samples)])
    book.record(cluster, atMs, all.kept)
    this.#states.set(cluster, {
      sampledAt: atMs,
      intervalMs: this.#intervalMs,
      omitted: all.omitted,
      failures: failuresOf(source, scrapes),
    })
    onSampled(source)
  }

  async #scrape(target: MetricsTarget): Promise<{ target: MetricsTarget; scrape: Scrape }> {
    return { target, scrape: await (this.#options.scrape ?? scrape)(target) }
  }
}

function nextInterval(tookMs: number): number {
  return tookMs * 2 > sampleMs ? maxIntervalMs : sampleMs
}

async function readAll(source: BrokerSource): Promise<void> {
  const asked = { maxAgeMs, priority: "sampler" as const }
  const metadata = await source.metadata(asked)
  await Promise.all([source.offsets(asked), source.sizes(asked), source.groups(asked)])
  const read = new Set([...source.lags().values()].flatMap(({ partitions }) => partitions.map(({ topic }) => topic)))
  const known = [...read].filter((topic) => metadata.value?.topics.has(topic))
  if (known.length > 0) await source.configs.read(known.slice(0, 200), { maxAgeMs: 60_000, priority: "sampler" })
  await source.resolveRecordTimes()
}

function totals(samples: readonly SeriesSample[]): SeriesSample[] {
  return sums.flatMap(([of, into]) => {
    const parts = samples.filter((sample) => sample.metric === of)
    if (parts.length === 0 || samples.some((sample) => sample.metric === into)) return []
    return [{ metric: into, labels: {}, value: parts.reduce((sum, { value }) => sum + value, 0) }]
  })
}

/** Disk and cluster first, then topics, then groups, furthest behind first; partitions of groups last. */
function worthKeeping(samples: readonly SeriesSample[]): { kept: readonly SeriesSample[]; omitted: number } {
  if (samples.length <= maxSeries) return { kept: samples, omitted: 0 }
  const rank = ({ labels }: SeriesSample): number =>
    labels.partition !== undefined ? 3 : labels.group !== undefined ? 2 : labels.topic !== undefined ? 1 : 0
  const sorted = samples.toSorted((a, b) => rank(a) - rank(b) || b.value - a.value)
  return { kept: sorted.slice(0, maxSeries), omitted: samples.length - maxSeries }
}

function failuresOf(source: BrokerSource, scrapes: readonly { target: MetricsTarget; scrape: Scrape }[]): SamplerState["failures"] {
  const readings = Object.values(source.peek()).flatMap(({ failure }) =>
    failure ? [{ scope: `cluster:${source.cluster}`, ...failure }] : [],
  )
  const pages = scrapes.flatMap(({ target, scrape: result }) =>
    result.ok ? [] : [{ scope: `node:${target.pod ?? target.cluster}`, ...result.error }],
  )
  return [...readings, ...pages]
}
