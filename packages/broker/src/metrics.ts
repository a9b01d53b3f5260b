// The broker's metrics in a registry of its own. Series are bounded: topics by what exists, groups by a cap; gauges are computed when
// somebody looks.
import { Counter, type CounterConfiguration, Gauge, Histogram, Registry } from "prom-client"

/** The most series of one group gauge; a cluster with more shows the first ones and says so. */
const maxGroupSeries = 10_000

export interface GroupOffsetSample {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly committedOffset: number
  readonly lag: number
}

export interface TopicSample {
  readonly topic: string
  readonly sizeBytes: number
  readonly partitions: number
  /** Those of them without a log that could be served. */
  readonly offline: number
}

/** What gauges ask when they are read. */
export interface MetricSources {
  connections(): Iterable<{ readonly listener: string; readonly protocol: string; readonly count: number }>
  topics(): Iterable<TopicSample>
  storage: () => Promise<{ readonly usedBytes: number; readonly totalBytes: number; readonly isReadOnly: boolean }>
  groupOffsets: () => Iterable<GroupOffsetSample>
}

export interface TopicMetrics {
  onProduced(bytes: number, records: number): void
  onFetched(bytes: number): void
}

const mostSoftware = 20

export class Metrics {
  readonly registry = new Registry()
  readonly #requests = this.#counter("rivven_requests_total", "Requests by API and by the error they were answered with", ["api", "error"])
  readonly #seconds = new Histogram({
    name: "rivven_request_seconds",
    help: "Time from reading a request to its response, without the wait of a long poll",
    labelNames: ["api"],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  })
  readonly #flushSeconds = new Histogram({
    name: "rivven_flush_seconds",
    help: "Duration of a flush round",
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  })
  readonly #bytesIn = this.#counter("rivven_topic_bytes_in_total", "Bytes of record batches appended", ["topic"])
  readonly #bytesOut = this.#counter("rivven_topic_bytes_out_total", "Bytes of record batches fetched", ["topic"])
  readonly #recordsIn = this.#counter("rivven_topic_records_in_total", "Records appended", ["topic"])
  readonly #authentications = this.#counter("rivven_authentications_total", "Attempts to authenticate by mechanism and outcome", [
    "listener",
    "mechanism",
    "outcome",
  ])
  readonly #handshakes = this.#counter("rivven_tls_handshakes_total", "TLS handshakes by outcome", ["listener", "outcome"])
  readonly #refused = this.#counter("rivven_connections_refused_total", "Connections that were not let in, by reason", [
    "listener",
    "reason",
  ])
  readonly #denials = this.#counter("rivven_authorizer_denials_total", "What somebody asked for and may not do", ["operation", "resource"])
  readonly #throttleSeconds = this.#counter("rivven_quota_throttle_seconds_total", "Time that clients had to wait because of quotas", [
    "kind",
  ])
  readonly #throttled = this.#counter("rivven_throttled_requests_total", "Requests whose client had to wait because of quotas", ["kind"])
  readonly #transactionTimeouts = this.#counter(
    "rivven_transaction_timeouts_total",
    "Transactions that were aborted because of their time-out",
    [],
  )
  readonly #legacyTransactions = this.#counter(
    "rivven_transaction_legacy_requests_total",
    "Requests of transactions in the older protocol, by the client's name of itself",
    ["software"],
  )
  readonly #legacySoftware = new Set<string>()
  readonly #byApi = new Map<string, { seconds: Histogram.Internal<"api">; errors: Map<string, Counter.Internal> }>()
  readonly #byTopic = new Map<string, TopicMetrics>()

  onRequest(api: string, error: string | null, seconds: number): void {
    let of = this.#byApi.get(api)
    if (!of) {
      of = { seconds: this.#seconds.labels({ api }), errors: new Map() }
      this.#byApi.set(api, of)
    }
    of.seconds.observe(seconds)
    const name = error ?? "NONE"
    let counter = of.errors.get(name)
    if (!counter) {
      counter = this.#requests.labels({ api, error: name })
      of.errors.set(name, counter)
    }
    counter.inc()
  }

  onTransactionTimeout(): void {
    this.#transactionTimeouts.inc()
  }

  /** Clients choose their names: from the twentieth on they count as "other". */
  onLegacyTransaction(software: string): void {
    const isKnown = this.#legacySoftware.has(software) || this.#legacySoftware.size < mostSoftware
    if (isKnown) this.#legacySoftware.add(software)
    this.#legacyTransactions.inc({ software: isKnown ? software : "other" })
  }

  onAuthentication(labels: { listener: string; mechanism: string; outcome: string }): void {
    this.#authentications.inc(labels)
  }

  onTlsHandshake(labels: { listener: string; outcome: string }): void {
    this.#handshakes.inc(labels)
  }

  onRefusedConnection(labels: { listener: string; reason: string }): void {
    this.#refused.inc(labels)
  }

  onThrottled(kind: string, ms: number): void {
    this.#throttleSeconds.inc({ kind }, ms / 1_000)
    this.#throttled.inc({ kind })
  }

  onDenied(operation: string, resource: string): void {
    this.#denials.inc({ operation, resource })
  }

  onFlush(seconds: number): void {
    this.#flushSeconds.observe(seconds)
  }

  topic(topic: string): TopicMetrics {
    const known = this.#byTopic.get(topic)
    if (known) return known
    const [bytesIn, bytesOut, recordsIn] = [this.#bytesIn, this.#bytesOut, this.#recordsIn].map((counter) => counter.labels({ topic }))
    const made: TopicMetrics = {
      onProduced: (bytes, records) => {
        bytesIn?.inc(bytes)
        recordsIn?.inc(records)
      },
      onFetched: (bytes) => bytesOut?.inc(bytes),
    }
    this.#byTopic.set(topic, made)
    return made
  }

  forgetTopic(topic: string): void {
    this.#byTopic.delete(topic)
    for (const counter of [this.#bytesIn, this.#bytesOut, this.#recordsIn]) counter.remove({ topic })
  }

  /** Called once, when there is something to look at. */
  watch(sources: MetricSources): void {
    const registers = [this.registry]
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value())
        },
      }) // prettier keeps this on one line
    gauge("rivven_connections", "Open client connections", () => sum(sources.connections(), ({ count }) => count))
    new Gauge({
      name: "rivven_listener_connections",
      help: "Open client connections by listener and its protocol",
      labelNames: ["listener", "protocol"],
      registers,
      collect() {
        for (const { listener, protocol, count } of sources.connections()) this.set({ listener, protocol }, count)
      },
    })
    gauge("rivven_partitions", "Partitions", () => sum(sources.topics(), (topic) => topic.partitions))
    gauge("rivven_partitions_offline", "Partitions that cannot be served", () => sum(sources.topics(), (topic) => topic.offline))
    // One node holds the one copy of each partition; there is no other to fall behind.
    gauge("rivven_partitions_under_replicated", "Partitions with fewer copies in sync than they should have", () => 0)
    this.#watchStorage(sources)
    this.#watchTopicSizes(sources)
    this.#watchGroups(sources)
  }

  /** Each asks for itself: the registry reads all gauges at the same time, so that none can fill in another. */
  #watchStorage({ storage }: MetricSources): void {
    const registers = [this.registry]
    const gauge = (name: string, help: string, value: (of: Awaited<ReturnType<typeof storage>>) => number) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(value(await storage()))
        },
      })
    gauge("rivven_storage_bytes_used", "Bytes in use on the file system with the data directory", (of) => of.usedBytes)
    gauge("rivven_storage_bytes_total", "Size of the file system with the data directory", (of) => of.totalBytes)
    gauge("rivven_log_dir_read_only", "1 when the data directory takes no writes", (of) => (of.isReadOnly ? 1 : 0))
  }

  #watchTopicSizes(sources: MetricSources): void {
    new Gauge({
      name: "rivven_topic_size_bytes",
      help: "Bytes of a topic on disk",
      labelNames: ["topic"],
      registers: [this.registry],
      collect() {
        this.reset()
        for (const { topic, sizeBytes } of sources.topics()) this.set({ topic }, sizeBytes)
      },
    })
  }

  #watchGroups({ groupOffsets }: MetricSources): void {
    const gauge = (name: string, help: string, value: (sample: GroupOffsetSample) => number) =>
      new Gauge({
        name,
        help,
        labelNames: ["group", "topic", "partition"],
        registers: [this.registry],
        collect() {
          this.reset()
          let left = maxGroupSeries
          for (const sample of groupOffsets()) {
            if (left-- === 0) break
            this.set({ group: sample.group, topic: sample.topic, partition: sample.partition }, value(sample))
          }
        },
      })
    gauge("rivven_consumer_committed_offset", "Offset a group has committed", (sample) => sample.committedOffset)
    gauge("rivven_consumer_lag_records", "Records between a group's committed offset and the high watermark", (sample) => sample.lag)
  }

  #counter<L extends string>(name: string, help: string, labelNames: CounterConfiguration<L>["labelNames"]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] })
  }
}

function sum<T>(items: Iterable<T>, value: (item: T) => number): number {
  let total = 0
  for (const item of items) total += value(item)
  return total
}
