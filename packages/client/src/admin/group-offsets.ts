/** Offsets that groups committed (OffsetFetch 9, OffsetCommit 8, OffsetDelete 47): offset, leader epoch and metadata all round-trip. */
import type { ResponseOf } from "@rivven/protocol"
import { OffsetCommit, OffsetDelete, OffsetFetch } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import type { TopicPartition } from "../consumer/assignors/assignor.ts"
import { brokerFailed, type ItemError, ok, type Result } from "../errors.ts"
import { answerOf, callItems, partitionFinder } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

export type GroupOffsetsQuery = { group: string; partitions?: readonly TopicPartition[] }

export type CommittedOffset = {
  /** `null` when nothing is committed. */
  offset: number | null
  leaderEpoch: number | null
  metadata: string
}

/** One partition of a group's offsets; `result` is an error when just this partition could not be read. */
export type GroupOffset = TopicPartition & { result: Result<CommittedOffset> }

export type OffsetToCommit = TopicPartition & { offset: number; leaderEpoch?: number | null; metadata?: string }

/** From version 10 on OffsetCommit and OffsetFetch name topics by id only, which a group's commits may outlive. */
const lastVersionWithNames = 9

/** A group cannot have offsets of what does not exist; waiting would not change that. */
const isFinal = ({ code }: ItemError): boolean => code === "UNKNOWN_TOPIC_OR_PARTITION"

type WireOffset = ResponseOf<typeof OffsetFetch>["topics"][number]["partitions"][number]

export async function fetchOffsets(cluster: Cluster, query: GroupOffsetsQuery, timeoutMs: number): Promise<Result<GroupOffset[]>> {
  const wanted = query.partitions === undefined ? null : byTopic(query.partitions)
  const topics = wanted?.map(({ name, items }) => ({ name, partitionIndexes: items.map(({ partition }) => partition) })) ?? null
  const answer = await cluster.call(
    OffsetFetch,
    (version) =>
      version >= 8
        ? { groupId: "", topics: [], groups: [{ groupId: query.group, topics }], requireStable: false }
        : { groupId: query.group, topics, groups: [], requireStable: false },
    { route: { to: "coordinator", group: query.group }, timeoutMs, minVersion: topics === null ? 2 : 1, maxVersion: lastVersionWithNames },
  )
  if (!answer.ok) return answer
  const group = answer.value.groups.find(({ groupId }) => groupId === query.group) ?? answer.value
  if (group.errorCode !== 0) return brokerFailed(group.errorCode, `group ${query.group}`)
  return ok(group.topics.flatMap(({ name, partitions }) => partitions.map((partition) => readOffset(name, partition))))
}

function readOffset(topic: string, offset: WireOffset): GroupOffset {
  const result = answerOf(offset, ({ committedOffset, committedLeaderEpoch, metadata }) => ({
    offset: committedOffset < 0 ? null : committedOffset,
    leaderEpoch: committedLeaderEpoch < 0 ? null : committedLeaderEpoch,
    metadata: metadata ?? "",
  }))
  return { topic, partition: offset.partitionIndex, result }
}

export type GroupCommit = CallTimeout & {
  group: string
  offsets: readonly OffsetToCommit[]
  /** Who commits; left out, it is a commit from outside, which only a group without members takes. */
  member?: { memberId: string; instanceId: string | null; generation: number }
  lane?: string
}

export function alterOffsets(cluster: Cluster, { group, offsets, member, lane, timeoutMs }: GroupCommit): Promise<Result<void>[]> {
  return callItems(cluster, { items: offsets, group, timeoutMs, isFinal }, async (open, shareMs) => {
    const topics = byTopic(open).map(({ name, items }) => ({
      name,
      partitions: items.map(({ partition, offset, leaderEpoch, metadata }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch ?? -1,
        committedMetadata: metadata ?? "",
      })),
    }))
    const answer = await cluster.call(
      OffsetCommit,
      {
        groupId: group,
        generationIdOrMemberEpoch: member?.generation ?? -1,
        memberId: member?.memberId ?? "",
        groupInstanceId: member?.instanceId ?? null,
        topics,
      },
      { route: { to: "coordinator", group }, timeoutMs: shareMs, lane, maxVersion: lastVersionWithNames },
    )
    if (!answer.ok) return open.map(() => answer)
    const find = partitionFinder(answer.value.topics)
    return open.map((item) => answerOf(find(item), () => undefined))
  })
}

export function deleteOffsets(
  cluster: Cluster,
  { group, partitions, timeoutMs }: CallTimeout & { group: string; partitions: readonly TopicPartition[] },
): Promise<Result<void>[]> {
  return callItems(cluster, { items: partitions, group, timeoutMs, isFinal }, async (open, shareMs) => {
    const topics = byTopic(open).map(({ name, items }) => ({
      name,
      partitions: items.map(({ partition }) => ({ partitionIndex: partition })),
    }))
    const answer = await cluster.call(OffsetDelete, { groupId: group, topics }, { route: { to: "coordinator", group }, timeoutMs: shareMs })
    if (!answer.ok) return open.map(() => answer)
    const { errorCode } = answer.value
    if (errorCode !== 0) return open.map(() => brokerFailed(errorCode, `group ${group}`))
    const find = partitionFinder(answer.value.topics)
    return open.map((item) => answerOf(find(item), () => undefined))
  })
}

function byTopic<I extends TopicPartition>(items: readonly I[]): { name: string; items: I[] }[] {
  return [...Map.groupBy(items, ({ topic }) => topic)].map(([name, group]) => ({ name, items: group }))
}
