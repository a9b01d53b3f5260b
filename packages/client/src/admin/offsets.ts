/** Offsets in the log: first, last, by time. Asked of each partition's leader; one result per query. */
import { ListOffsets } from "@rivven/protocol/messages"
import type { Cluster, Route } from "../cluster.ts"
import { partitionKey } from "../consumer/assignors/assignor.ts"
import { at, failed, type Result } from "../errors.ts"
import { callLeaders, type LeaderItem } from "../leaders.ts"
import { answerOf, partitionFinder } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

/** Which offset: the first, the next to be written, that of the newest timestamp, or the first at or after a time in ms since 1970. */
export type OffsetSpec = "earliest" | "latest" | "max-timestamp" | { timestamp: number }

export type OffsetQuery = { topic: string; partition: number; at: OffsetSpec }

export type ListedOffset = {
  /** `null` when no record is that late, or the partition is empty (max-timestamp). */
  offset: number | null
  timestamp: number | null
  leaderEpoch: number | null
}

export type Isolation = "read_uncommitted" | "read_committed"

const firstVersionWithMaxTimestamp = 7
const specials = { latest: -1, earliest: -2, "max-timestamp": -3 } as const

export class OffsetsAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async list(queries: readonly OffsetQuery[], options: CallTimeout & { isolation?: Isolation } = {}): Promise<Result<ListedOffset>[]> {
    const policy = this.#cluster.policy(options.timeoutMs)
    const isolation = options.isolation ?? "read_uncommitted"
    const results = await callLeaders<OffsetQuery, ListedOffset>(this.#cluster, { items: queries, policy }, async (items, to) => {
      // A broker refuses a request that names a partition twice: each repetition travels in a request of its own.
      const waves = wavesOf(items)
      const answers = await Promise.all(waves.map((wave) => listOnce(this.#cluster, wave, { ...to, isolation })))
      const byItem = new Map(waves.flatMap((wave, index) => wave.map((item, place) => [item, answers[index]?.[place]])))
      return items.map((item) => byItem.get(item) ?? failed("BAD_ANSWER", "the broker's answer leaves this item out"))
    })
    return results.map((result, index) => (result.ok ? result : at(result, `/${index}`)))
  }
}

function wavesOf(items: readonly LeaderItem<OffsetQuery>[]): LeaderItem<OffsetQuery>[][] {
  const seen = new Map<string, number>()
  const waveOf = ({ item: { topic, partition } }: LeaderItem<OffsetQuery>) => {
    const key = partitionKey(topic, partition)
    const count = seen.get(key) ?? 0
    seen.set(key, count + 1)
    return count
  }
  return [...Map.groupBy(items, waveOf).values()]
}

async function listOnce(
  cluster: Cluster,
  items: readonly LeaderItem<OffsetQuery>[],
  { route, timeoutMs, isolation }: { route: Route; timeoutMs: number; isolation: Isolation },
): Promise<Result<ListedOffset>[]> {
  const isCommitted = isolation === "read_committed"
  const minVersion = items.some(({ item }) => item.at === "max-timestamp") ? firstVersionWithMaxTimestamp : isCommitted ? 2 : 1
  const body = { replicaId: -1, isolationLevel: isCommitted ? 1 : 0, topics: wireTopics(items) }
  const answer = await cluster.call(ListOffsets, body, { route, timeoutMs, minVersion, maxVersion: 9 })
  if (!answer.ok) return items.map(() => answer)
  const find = partitionFinder(answer.value.topics)
  return items.map(({ item }) => {
    return answerOf(find(item), ({ offset, timestamp, leaderEpoch }) => ({
      offset: offset < 0 ? null : offset,
      timestamp: timestamp < 0 ? null : timestamp,
      leaderEpoch: leaderEpoch < 0 ? null : leaderEpoch,
    }))
  })
}

function wireTopics(items: readonly LeaderItem<OffsetQuery>[]) {
  const byTopic = Map.groupBy(items, ({ item }) => item.topic)
  return [...byTopic].map(([name, group]) => ({
    name,
    partitions: group.map(({ item, leaderEpoch }) => ({
      partitionIndex: item.partition,
      currentLeaderEpoch: leaderEpoch,
      timestamp: typeof item.at === "string" ? specials[item.at] : item.at.timestamp,
    })),
  }))
}

/** A time that is not a whole number of ms since 1970 would be read as one of Kafka's special values. */
export function checkOffsetSpec(spec: OffsetSpec): Result<OffsetSpec> {
  if (typeof spec === "string" || (Number.isSafeInteger(spec.timestamp) && spec.timestamp >= 0)) return { ok: true, value: spec }
  return failed("BAD_INPUT", `timestamp ${spec.timestamp} is not a whole number of milliseconds since 1970`)
}
