// Committed offsets of groups. Null topics (from 2) mean all that are committed; a group or partition without a commit answers offset -1
// and no error. 9 a member of the newer protocol says its epoch. 5 leader epochs, 7 stable offsets: what a transaction may still change is not answered, 8 several groups in one request.
import { type ErrorName, errorCode, type RequestOf } from "@rivven/protocol"
import { OffsetFetch } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { whyNotCurrent } from "../groups/group-admin.ts"
import type { CommittedOffset, OffsetStore } from "../groups/offsets.ts"

type Wanted = RequestOf<typeof OffsetFetch>["topics"]

const firstVersionWithError = 2
const firstVersionWithGroups = 8
const nothing = { committedOffset: -1, committedLeaderEpoch: -1, metadata: "" }

export default defineHandler(OffsetFetch, {
  versions: [1, 9],
  omits: ["version 10 (topic ids)"],
  handle(request, context) {
    const { requireStable } = request
    if (context.apiVersion < firstVersionWithGroups) {
      const { groupId, topics } = request
      return { ...ofGroup({ groupId, topics, requireStable, memberId: null, memberEpoch: -1 }, context), groups: [] }
    }
    const groups = request.groups.map((group) => ({ groupId: group.groupId, ...ofGroup({ ...group, requireStable }, context) }))
    return { topics: [], groups }
  },
})

interface Question {
  readonly groupId: string
  readonly topics: Wanted
  readonly requireStable: boolean
  readonly memberId: string | null
  readonly memberEpoch: number
}

/** Whoever is not a member, or does not say so, may ask. */
function whyNotMember({ groupId, memberId, memberEpoch }: Question, { groups }: RequestContext): ErrorName | null {
  const group = groups.consumers.get(groupId)
  if (!group || (memberId === null && memberEpoch < 0)) return null
  return whyNotCurrent(group, memberId ?? "", memberEpoch)
}

function ofGroup(question: Question, context: RequestContext) {
  const { groupId, topics: wanted, requireStable } = question
  const { offsets, transactionalOffsets } = context.groups
  const isUnstable = (topic: string, partition: number) => requireStable && transactionalOffsets.isPending({ groupId, topic, partition })
  const answer = (topics: NonNullable<Wanted>) =>
    committed(topics, (topic, partition) => (isUnstable(topic, partition) ? "unstable" : offsets.get({ groupId, topic, partition })))
  if (!context.allows("DESCRIBE", "GROUP", groupId)) {
    context.countError("GROUP_AUTHORIZATION_FAILED")
    const hasError = context.apiVersion >= firstVersionWithError
    const topics = hasError ? [] : (wanted ?? []).map((topic) => refused(topic, "GROUP_AUTHORIZATION_FAILED"))
    return { topics, errorCode: errorCode("GROUP_AUTHORIZATION_FAILED") }
  }
  const stranger = whyNotMember(question, context)
  if (stranger) {
    context.countError(stranger)
    return { topics: [], errorCode: errorCode(stranger) }
  }
  if (wanted === null) return { topics: answer(visible(everything(offsets, groupId), context)), errorCode: 0 }
  const mayDescribe = (name: string) => context.allows("DESCRIBE", "TOPIC", name)
  const topics = wanted.flatMap((topic) => (mayDescribe(topic.name) ? answer([topic]) : [refused(topic, "TOPIC_AUTHORIZATION_FAILED")]))
  return { topics, errorCode: 0 }
}

const visible = (topics: NonNullable<Wanted>, { wouldAllow }: RequestContext) =>
  topics.filter(({ name }) => wouldAllow("DESCRIBE", "TOPIC", name))

function refused({ name, partitionIndexes }: NonNullable<Wanted>[number], error: ErrorName) {
  return { name, partitions: partitionIndexes.map((partitionIndex) => ({ ...nothing, partitionIndex, errorCode: errorCode(error) })) }
}

function committed(wanted: NonNullable<Wanted>, find: (topic: string, partition: number) => CommittedOffset | "unstable" | undefined) {
  return wanted.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const found = find(name, partitionIndex)
      if (found === "unstable") return { ...nothing, partitionIndex, errorCode: errorCode("UNSTABLE_OFFSET_COMMIT") }
      return {
        partitionIndex,
        committedOffset: found?.offset ?? -1,
        committedLeaderEpoch: found?.leaderEpoch ?? -1,
        metadata: found?.metadata ?? "",
        errorCode: 0,
      }
    }),
  }))
}

function everything(offsets: OffsetStore, groupId: string): { name: string; partitionIndexes: number[] }[] {
  const topics = new Map<string, number[]>()
  for (const [{ topic, partition }] of offsets.of(groupId)) topics.set(topic, [...(topics.get(topic) ?? []), partition])
  return [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
}
