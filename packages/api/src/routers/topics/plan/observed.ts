// What the broker has of a topic right now: read for a plan, never taken from a cache.

import { createHash } from "node:crypto"
import type { ConfigEntry, TopicDescription } from "@rivven/client"
import { ApiError } from "../../../errors.ts"
import type { BrokerSource } from "../../../sources/broker/broker-source.ts"
import { isOutage, troubleLead } from "../../../sources/broker/outage.ts"
import type { PartitionOffsets } from "../../../sources/broker/snapshots.ts"
import { canonical } from "./fields.ts"

export interface ObservedPartition {
  partition: number
  start: number
  end: number
  sizeBytes: number
}

export interface Reader {
  group: string
  /** In the words of Kafka. */
  state: string
  members: number
  lagSeconds: number | null
  /** Committed offset by partition; partitions without a commit are left out. */
  committed: ReadonlyMap<number, number>
}

export interface ObservedTopic {
  /** Null: it does not exist. */
  topic: { id: string; isInternal: boolean; partitions: number; replicationFactor: number } | null
  /** Effective configs. */
  configs: readonly ConfigEntry[]
  brokers: number
  partitions: readonly ObservedPartition[]
  /** Groups that committed on it, or read it now. */
  readers: readonly Reader[]
  /** Null: unknown. */
  recordsInPerSecond: number | null
  /** Since when records were seen to arrive, or not: the newest record's time. Null: empty or unknown. */
  newestRecordMs: number | null
}

const fresh = { maxAgeMs: 0, priority: "user" as const }

/** Throws `SOURCE_FAILED` or `BROKER_FAILED` when the broker cannot be read: a plan without facts is none. */
export async function observeTopic(broker: BrokerSource, topic: string, recordsInPerSecond: number | null): Promise<ObservedTopic> {
  const metadata = await broker.metadata(fresh)
  if (!metadata.value || metadata.failure) throw unread(metadata.failure)
  const brokers = metadata.value.brokers.length
  if (!metadata.value.topics.has(topic))
    return { topic: null, configs: [], brokers, partitions: [], readers: [], recordsInPerSecond: null, newestRecordMs: null }
  const [described, configs, offsets, sizes, groups] = await Promise.all([
    broker.budget.run("user", 1, () => broker.client.admin.topics.describe([topic], { timeoutMs: 5_000 })),
    broker.configs.one(topic, fresh),
    broker.offsets(fresh),
    broker.sizes(fresh),
    broker.groups(fresh),
  ])
  const description = described.get(topic)
  const failure = [description, configs].find((each) => each && !each.ok)
  if (failure && !failure.ok) throw unread(failure.error)
  const stale = [offsets, sizes, groups].find((read) => read.failure)
  if (stale?.failure) throw unread(stale.failure)
  return {
    topic: description?.ok ? shapeOf(description.value) : null,
    configs: configs.ok ? configs.value : [],
    brokers,
    partitions: (offsets.value?.topics.get(topic) ?? []).map(({ start, end }, partition) => ({
      partition,
      start: start ?? 0,
      end: end ?? 0,
      sizeBytes: sizes.value?.topics.get(topic)?.[partition] ?? 0,
    })),
    readers: readersOf(broker, topic),
    recordsInPerSecond,
    newestRecordMs: await newestRecordOf(broker, topic, offsets.value?.topics.get(topic) ?? []),
  }
}

function unread(failure: { code: string; message: string } | undefined): ApiError {
  if (!failure) return new ApiError("SOURCE_FAILED", "the broker has not answered yet")
  return new ApiError(isOutage(failure.code) ? "SOURCE_FAILED" : "BROKER_FAILED", `the broker ${troubleLead(failure)}${failure.message}`)
}

function shapeOf({ id, isInternal, partitions }: TopicDescription): NonNullable<ObservedTopic["topic"]> {
  return {
    id,
    isInternal,
    partitions: partitions.length,
    replicationFactor: Math.max(0, ...partitions.map(({ replicas }) => replicas.length)),
  }
}

function readersOf(broker: BrokerSource, topic: string): Reader[] {
  const groups = broker.peek().groups.value?.groups
  return [...broker.lags().values()].flatMap(({ group, partitions }): Reader[] => {
    const own = partitions.filter((partition) => partition.topic === topic)
    const snapshot = groups?.get(group)
    if (own.length === 0 || !snapshot) return []
    const seconds = own.flatMap(({ lagSeconds }) => (lagSeconds === null ? [] : [lagSeconds]))
    return [
      {
        group,
        state: snapshot.state,
        members: new Set(own.flatMap(({ memberId }) => (memberId === null ? [] : [memberId]))).size,
        lagSeconds: seconds.length === 0 ? null : Math.max(...seconds),
        committed: new Map(own.flatMap(({ partition, committed }) => (committed === null ? [] : [[partition, committed] as const]))),
      },
    ]
  })
}

function newestRecordOf(broker: BrokerSource, topic: string, offsets: readonly PartitionOffsets[]): Promise<number | null> {
  const filled = offsets.flatMap(({ start, end }, partition) => ((end ?? 0) > (start ?? 0) ? [partition] : []))
  return filled.length === 0 ? Promise.resolve(null) : broker.newestRecord(topic, filled)
}

export interface Cutoff {
  /** First offset that stays; everything below is older than the cutoff. */
  keepsFrom: number
  /** Time of the oldest record; null when empty or unknown. */
  oldestMs: number | null
}

/** Per partition: where a cutoff in time falls. Undefined where the broker did not say. */
export async function cutoffsOf(
  broker: BrokerSource,
  { topic, partitions }: { topic: string; partitions: readonly ObservedPartition[] },
  cutoffMs: number,
): Promise<(Cutoff | undefined)[]> {
  const queries = partitions.flatMap(({ partition }) => [
    { topic, partition, at: { timestamp: Math.max(0, cutoffMs) } },
    { topic, partition, at: { timestamp: 0 } },
  ])
  const results = await broker.budget.run("user", 1, () => broker.client.admin.offsets.list(queries, { timeoutMs: 5_000 }))
  return partitions.map(({ start, end }, at) => {
    const [kept, oldest] = [results[at * 2], results[at * 2 + 1]]
    if (!kept?.ok) return undefined
    // No record is that young: all of them are older.
    const keepsFrom = Math.max(start, Math.min(end, kept.value.offset ?? end))
    return { keepsFrom, oldestMs: oldest?.ok ? oldest.value.timestamp : null }
  })
}

/** Names what a plan saw of the topic's shape and configs; its traffic is left out. */
export function brokerHash({ topic, configs }: ObservedTopic): string {
  const set = configs.filter(({ source }) => source === "topic").map(({ name, value }) => [name, value] as const)
  return createHash("sha256")
    .update(canonical([topic, set.sort(([a], [b]) => (a < b ? -1 : 1))]))
    .digest("hex")
    .slice(0, 32)
}
