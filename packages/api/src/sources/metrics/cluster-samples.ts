// Samples computed from what was read over the Kafka protocol: the same for every cluster, whether it exports metrics or not.
import type { BrokerSource } from "../broker/broker-source.ts"
import type { GroupLag } from "../broker/lag.ts"
import { sumSizes } from "../broker/snapshots.ts"
import { configNumber } from "../broker/topic-configs.ts"
import type { TopicResource } from "../kube/objects.ts"
import { metric } from "./names.ts"
import type { Rates } from "./rates.ts"
import type { SeriesSample } from "./series-book.ts"

export interface RoundContext {
  rates: Rates
  /** Metrics that the nodes gave already. */
  given: ReadonlySet<string>
}

export function clusterSamples(source: BrokerSource, context: RoundContext): SeriesSample[] {
  return [...storageSamples(source, context), ...topicSamples(source, context), ...groupSamples(source, context)]
}

function storageSamples(source: BrokerSource, { given }: RoundContext): SeriesSample[] {
  const { metadata, sizes } = source.peek()
  const topics = [...(metadata.value?.topics.values() ?? [])]
  const samples: SeriesSample[] = []
  if (!given.has(metric.partitionsOffline) && metadata.value) {
    const sum = (of: (topic: (typeof topics)[number]) => number): number => topics.reduce((total, topic) => total + of(topic), 0)
    const labels = { pod: source.cluster }
    samples.push({ metric: metric.partitions, labels, value: sum(({ partitionCount }) => partitionCount) })
    samples.push({ metric: metric.partitionsOffline, labels, value: sum(({ offlinePartitions }) => offlinePartitions) })
    samples.push({
      metric: metric.partitionsUnderReplicated,
      labels,
      value: sum(({ underReplicatedPartitions }) => underReplicatedPartitions),
    })
  }
  if (!given.has(metric.storageUsed))
    for (const { broker, totalBytes, usableBytes } of sizes.value?.dirs ?? []) {
      if (totalBytes === null || usableBytes === null) continue
      const labels = { pod: `${source.cluster}-${broker}` }
      samples.push(
        { metric: metric.storageTotal, labels, value: totalBytes },
        { metric: metric.storageUsed, labels, value: totalBytes - usableBytes },
      )
    }
  return samples
}

function topicSamples(source: BrokerSource, { rates, given }: RoundContext): SeriesSample[] {
  const { sizes, offsets } = source.peek()
  const samples: SeriesSample[] = []
  for (const [topic, partitions] of sizes.value?.topics ?? [])
    samples.push({ metric: metric.topicSize, labels: { topic }, value: sumSizes(partitions) ?? 0 })
  if (given.has(metric.topicRecordsIn)) return samples
  const place = "end-offsets"
  if (offsets.value) rates.look(place, offsets.asOf)
  for (const [topic, partitions] of offsets.value?.topics ?? []) {
    const end = partitions.reduce((sum, offset) => sum + (offset.end ?? 0), 0)
    const value = rates.rate({ metric: "end-offset", labels: { topic }, value: end }, offsets.asOf, place)
    if (value !== undefined) samples.push({ metric: metric.topicRecordsIn, labels: { topic }, value })
  }
  return samples
}

function groupSamples(source: BrokerSource, { rates }: RoundContext): SeriesSample[] {
  const { groups } = source.peek()
  return [...source.lags().values()].flatMap((lag) => [
    ...totalsOf(lag),
    ...readRate(lag, rates, groups.asOf),
    ...lag.partitions.flatMap((partition) => partitionSamples(lag.group, partition, source)),
  ])
}

function totalsOf({ group, lagRecords, lagSeconds }: GroupLag): SeriesSample[] {
  const samples: SeriesSample[] = []
  if (lagRecords !== null) samples.push({ metric: metric.groupLagRecords, labels: { group }, value: lagRecords })
  if (lagSeconds !== null) samples.push({ metric: metric.groupLagSeconds, labels: { group }, value: lagSeconds })
  return samples
}

function readRate({ group, partitions, hasCommits }: GroupLag, rates: Rates, asOf: number): SeriesSample[] {
  if (!hasCommits) return []
  const committed = partitions.reduce((sum, partition) => sum + (partition.committed ?? 0), 0)
  const value = rates.rate({ metric: "committed", labels: { group }, value: committed }, asOf)
  return value === undefined ? [] : [{ metric: metric.groupRecordsRead, labels: { group }, value }]
}

function partitionSamples(group: string, partition: GroupLag["partitions"][number], source: BrokerSource): SeriesSample[] {
  const labels = { group, topic: partition.topic, partition: String(partition.partition) }
  const { committed, lagRecords, lagSeconds } = partition
  const samples: SeriesSample[] = []
  if (committed !== null) samples.push({ metric: metric.committedOffset, labels, value: committed })
  if (lagRecords !== null) samples.push({ metric: metric.lagRecords, labels, value: lagRecords })
  if (lagSeconds === null) return samples
  samples.push({ metric: metric.lagSeconds, labels, value: lagSeconds })
  const retentionMs = configNumber(source.configs.peek(partition.topic), "retention.ms")
  if (retentionMs !== undefined && retentionMs >= 0)
    samples.push({ metric: metric.retentionHeadroom, labels, value: retentionMs / 1000 - lagSeconds })
  return samples
}

/** Conditions that have rules, as 0 and 1; unknown is neither. */
export function conditionSamples(topics: readonly TopicResource[]): SeriesSample[] {
  return topics.flatMap(({ namespace, name, object }) =>
    (object.status?.conditions ?? [])
      .filter(({ type, status }) => (type === "Ready" || type === "Drifted") && status !== "Unknown")
      .map(({ type, status }) => ({
        metric: metric.resourceCondition,
        labels: { kind: "RivvenTopic", namespace, name, type },
        value: status === "True" ? 1 : 0,
      })),
  )
}
