// While somebody looks at a cluster its snapshots are read every five seconds, and what differs from the ones before is told to the browsers.
import type { Clock, Logger } from "../ports.ts"
import { type BrokerSource, pageAgeMs } from "../sources/broker/broker-source.ts"
import type { BrokerSources } from "../sources/broker/broker-sources.ts"
import type { LiveHub } from "./hub.ts"
import { changedNames, clusterSignature, groupSignatures, topicSignatures } from "./signatures.ts"

export interface WatcherOptions {
  clock: Clock
  logger: Logger
  hub: LiveHub
  brokers: BrokerSources
}

interface Seen {
  topics: ReadonlyMap<string, string>
  groups: ReadonlyMap<string, string>
  cluster: string
}

const nothing: Seen = { topics: new Map(), groups: new Map(), cluster: "" }

export class Watcher {
  readonly #options: WatcherOptions
  readonly #seen = new Map<string, Seen>()
  readonly #running = new Set<string>()
  #isStopped = false

  constructor(options: WatcherOptions) {
    this.#options = options
  }

  /** Call it when interest or clusters changed. */
  wake(): void {
    for (const source of this.#options.brokers.all()) {
      if (this.#running.has(source.cluster) || this.#isStopped || !this.#isWatched(source.cluster)) continue
      this.#running.add(source.cluster)
      void this.#follow(source)
    }
  }

  /** Compares what is known with what was told; for readers that refreshed a snapshot by themselves. */
  compare(source: BrokerSource): void {
    const { hub } = this.#options
    const before = this.#seen.get(source.cluster) ?? nothing
    const { metadata, offsets, sizes } = source.peek()
    const now: Seen = {
      topics: topicSignatures({ metadata: metadata.value, offsets: offsets.value, sizes: sizes.value }),
      groups: groupSignatures(source),
      cluster: clusterSignature(source),
    }
    this.#seen.set(source.cluster, now)
    if (before === nothing) return
    const topics = changedNames(before.topics, now.topics)
    const groups = changedNames(before.groups, now.groups)
    if (topics.length > 0) hub.publish("topics", source.cluster, topics)
    if (groups.length > 0) hub.publish("groups", source.cluster, groups)
    if (before.cluster !== now.cluster) hub.publish("clusters", "", [source.cluster])
  }

  stop(): void {
    this.#isStopped = true
  }

  #isWatched(cluster: string): boolean {
    const { hub } = this.#options
    return hub.isWatched("topics", cluster) || hub.isWatched("groups", cluster)
  }

  async #follow(source: BrokerSource): Promise<void> {
    const { clock, logger } = this.#options
    const topics = source.peek().metadata.value?.topics.size ?? 0
    try {
      const asked = { maxAgeMs: pageAgeMs(topics) - 1_000, priority: "live" as const }
      await Promise.all([source.metadata(asked), source.offsets(asked), source.groups(asked)])
      this.compare(source)
    } catch (error) {
      logger.error({ err: error, cluster: source.cluster }, "a live refresh failed")
    }
    clock.after(pageAgeMs(topics), () => {
      this.#running.delete(source.cluster)
      this.wake()
    })
  }
}
