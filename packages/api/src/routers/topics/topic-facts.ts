// Everything that is known of a cluster's topics at one moment, and the view of one of them. A topic is here when the broker has it or a
// resource names it.
import type { TopicListing } from "@rivven/client"
import type { Context } from "../../context.ts"
import type { Cell, Degraded } from "../../envelope.ts"
import type { BrokerSource } from "../../sources/broker/broker-source.ts"
import type { GroupLag } from "../../sources/broker/lag.ts"
import { cellOf, type Read } from "../../sources/broker/reading.ts"
import { type OffsetsSnapshot, type SizesSnapshot, sumSizes } from "../../sources/broker/snapshots.ts"
import { type ClusterAccess, failureOf, findCluster } from "../../sources/cluster.ts"
import type { TopicResource } from "../../sources/kube/objects.ts"
import type { MetricView } from "../../sources/metrics/newest.ts"

export interface TopicFacts {
  access: ClusterAccess
  broker: BrokerSource | undefined
  listings: ReadonlyMap<string, TopicListing>
  /** False: the broker could not be asked, so that a topic that is not listed may exist. */
  isListed: boolean
  offsets: Read<OffsetsSnapshot>
  sizes: Read<SizesSnapshot>
  resources: ReadonlyMap<string, TopicResource>
  /** Lags of groups by topic. */
  lags: ReadonlyMap<string, readonly TopicLag[]>
  /** Rules that fire, by topic. */
  firing: ReadonlyMap<string, readonly string[]>
  metrics: MetricView
  /** Nodes export rates, so that a topic without any has none. */
  hasRates: boolean
  asOf: number
  degraded: Degraded[]
}

export interface TopicLag {
  group: string
  lagRecords: number | null
  lagSeconds: number | null
}

const never = { value: undefined, asOf: 0, failure: undefined }

/** With the name of a topic that has to be there: what does not show it is read anew. */
export async function gatherTopics(ctx: Context, cluster: string, wanted?: string): Promise<TopicFacts> {
  const access = await findCluster(ctx.deps, cluster)
  const { broker } = access
  const [metadata, offsets, sizes] = broker ? await readTopics(broker, wanted) : [never, never, never]
  const scope = `cluster:${cluster}`
  const nowMs = ctx.deps.clock.wall()
  const freshness = ctx.deps.resources.freshness()
  const resources = new Map<string, TopicResource>()
  for (const { topic } of ctx.deps.resources.topics(cluster)) {
    const resource = ctx.deps.resources.topic(cluster, topic)
    if (resource) resources.set(topic, resource)
  }
  return {
    access,
    broker,
    listings: metadata.value?.topics ?? new Map(),
    isListed: metadata.value !== undefined,
    offsets,
    sizes,
    resources,
    lags: lagsByTopic(broker?.lags() ?? new Map()),
    firing: firingTopics(ctx, cluster),
    metrics: { book: ctx.deps.series, cluster, nowMs },
    hasRates: ctx.deps.series.select(cluster, "up").some(({ newest, sampledAt }) => newest === 1 && nowMs - sampledAt < 30_000),
    asOf: Math.min(freshness.asOf, ...[metadata.asOf, offsets.asOf, sizes.asOf].filter((at) => at > 0), nowMs),
    degraded: [
      ...access.degraded,
      ...[metadata, offsets, sizes].flatMap((read) => failureOf(read, scope)),
      ...partialFailures(offsets, sizes),
    ],
  }
}

async function readTopics(broker: BrokerSource, wanted: string | undefined) {
  if (wanted !== undefined && broker.peek().metadata.value?.topics.has(wanted) !== true) broker.invalidate(wanted)
  return await Promise.all([broker.metadata(), broker.offsets(), broker.sizes()])
}

function partialFailures(offsets: Read<OffsetsSnapshot>, sizes: Read<SizesSnapshot>): Degraded[] {
  const of = (scope: string, { code, message }: { code: string; message: string }): Degraded => ({
    source: "broker",
    scope,
    code,
    message,
    retryAt: null,
  })
  const topics = Map.groupBy(offsets.value?.failures ?? [], ({ topic }) => topic)
  return [
    ...[...topics].flatMap(([topic, [first]]) => (first ? [of(`topic:${topic}`, first)] : [])),
    ...(sizes.value?.failures ?? []).map((failure) => of(`broker:${failure.broker}`, failure)),
  ]
}

export function lagsByTopic(lags: ReadonlyMap<string, GroupLag>): Map<string, TopicLag[]> {
  const byTopic = new Map<string, TopicLag[]>()
  for (const { group, partitions } of lags.values())
    for (const [topic, own] of Map.groupBy(partitions, (partition) => partition.topic)) {
      const records = own.flatMap(({ lagRecords }) => (lagRecords === null ? [] : [lagRecords]))
      const seconds = own.flatMap(({ lagSeconds }) => (lagSeconds === null ? [] : [lagSeconds]))
      const list = byTopic.get(topic) ?? []
      byTopic.set(topic, list)
      list.push({
        group,
        lagRecords: records.length === 0 ? null : records.reduce((sum, value) => sum + value, 0),
        lagSeconds: seconds.length === 0 ? null : Math.max(...seconds),
      })
    }
  return byTopic
}

function firingTopics(ctx: Context, cluster: string): Map<string, string[]> {
  const firing = new Map<string, string[]>()
  for (const { rule, instances } of ctx.deps.alerts.statuses(cluster))
    for (const { labels, state } of instances) {
      if (state !== "firing" || labels.topic === undefined) continue
      firing.set(labels.topic, [...new Set([...(firing.get(labels.topic) ?? []), rule.name])])
    }
  return firing
}

/** Names of all topics, of the broker and of resources. */
export function topicNames({ listings, resources }: TopicFacts): string[] {
  return [...new Set([...listings.keys(), ...resources.keys()])]
}

export function sizeOf({ sizes }: TopicFacts, topic: string): Cell<number> {
  const size = sumSizes(sizes.value?.topics.get(topic))
  // A topic that was made after the sizes were read has none yet.
  return cellOf(size ?? (sizes.value ? 0 : undefined), sizes)
}

export function recordsOf({ offsets }: TopicFacts, topic: string): Cell<number> {
  const partitions = offsets.value?.topics.get(topic)
  const isWhole = partitions?.every(({ start, end }) => start !== null && end !== null)
  if (!partitions || !isWhole) return { missing: "NOT_READ" }
  return cellOf(
    partitions.reduce((sum, { start, end }) => sum + Math.max(0, (end ?? 0) - (start ?? 0)), 0),
    offsets,
  )
}
