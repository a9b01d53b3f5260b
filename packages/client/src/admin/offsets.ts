/** Offsets in the log: first, last, by time. Asked of each partition's leader; one result per query. */
import { ListOffsets } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import { at, failed, type Result } from "../errors.ts"
import { callLeaders, type LeaderItem } from "../leaders.ts"
import { answerOf } from "./items.ts"
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

const specials = { latest: -1, earliest: -2, "max-timestamp": -3 } as const

export class OffsetsAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  async list(queries: readonly OffsetQuery[], options: CallTimeout & { isolation?: Isolation } = {}): Promise<Result<ListedOffset>[]> {
    const policy = this.#cluster.policy(options.timeoutMs)
    const isolationLevel = options.isolation === "read_committed" ? 1 : 0
    const results = await callLeaders<OffsetQuery, ListedOffset>(
      this.#cluster,
      { items: queries, policy },
      async (items, { route, timeoutMs }) => {
        const body = { replicaId: -1, isolationLevel, topics: wireTopics(items) }
        const minVersion = items.some(({ item }) => item.at === "max-timestamp") ? 7 : isolationLevel === 1 ? 2 : 1
        const answer = await this.#cluster.call(ListOffsets, body, { route, timeoutMs, minVersion, maxVersion: 9 })
        if (!answer.ok) return items.map(() => answer)
        const partitions = new Map(answer.value.topics.map(({ name, partitions }) => [name, partitions]))
        // A partition asked about twice is answered twice, in order.
        return items.map(({ item: { topic, partition } }) => {
          const list = partitions.get(topic)
          const index = list?.findIndex(({ partitionIndex }) => partitionIndex === partition) ?? -1
          const found = list === undefined || index < 0 ? undefined : list.splice(index, 1)[0]
          return answerOf(found, ({ offset, timestamp, leaderEpoch }) => ({
            offset: offset < 0 ? null : offset,
            timestamp: timestamp < 0 ? null : timestamp,
            leaderEpoch: leaderEpoch < 0 ? null : leaderEpoch,
          }))
        })
      },
    )
    return results.map((result, index) => (result.ok ? result : at(result, `/${index}`)))
  }
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
