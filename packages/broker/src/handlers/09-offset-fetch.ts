// Committed offsets of groups. Null topics (from 2) mean all that are committed; a group or partition without a commit answers offset -1
// and no error. 5 leader epochs, 7 stable offsets (nothing is ever unstable here), 8 several groups in one request.
import { type ErrorName, errorCode, type RequestOf } from "@rivven/protocol"
import { OffsetFetch } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import type { OffsetStore } from "../groups/offsets.ts"

type Wanted = RequestOf<typeof OffsetFetch>["topics"]

const firstVersionWithError = 2
const firstVersionWithGroups = 8

export default defineHandler(OffsetFetch, {
  versions: [1, 9],
  omits: ["member ids and epochs of version 9 (there are no groups of the newer protocol)", "version 10 (topic ids)"],
  handle(request, context) {
    if (context.apiVersion < firstVersionWithGroups) return { ...ofGroup(request.groupId, request.topics, context), groups: [] }
    return { topics: [], groups: request.groups.map(({ groupId, topics }) => ({ groupId, ...ofGroup(groupId, topics, context) })) }
  },
})

function ofGroup(groupId: string, wanted: Wanted, context: RequestContext) {
  const { offsets } = context.groups
  if (!context.allows("DESCRIBE", "GROUP", groupId)) {
    context.countError("GROUP_AUTHORIZATION_FAILED")
    const hasError = context.apiVersion >= firstVersionWithError
    const topics = hasError ? [] : (wanted ?? []).map((topic) => refused(topic, "GROUP_AUTHORIZATION_FAILED"))
    return { topics, errorCode: errorCode("GROUP_AUTHORIZATION_FAILED") }
  }
  if (wanted === null) return { topics: committed(offsets, groupId, visible(everything(offsets, groupId), context)), errorCode: 0 }
  const mayDescribe = (name: string) => context.allows("DESCRIBE", "TOPIC", name)
  const topics = wanted.flatMap((topic) =>
    mayDescribe(topic.name) ? committed(offsets, groupId, [topic]) : [refused(topic, "TOPIC_AUTHORIZATION_FAILED")],
  )
  return { topics, errorCode: 0 }
}

const visible = (topics: NonNullable<Wanted>, { wouldAllow }: RequestContext) =>
  topics.filter(({ name }) => wouldAllow("DESCRIBE", "TOPIC", name))

function refused({ name, partitionIndexes }: NonNullable<Wanted>[number], error: ErrorName) {
  const nothing = { committedOffset: -1, committedLeaderEpoch: -1, metadata: "", errorCode: errorCode(error) }
  return { name, partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, ...nothing })) }
}

function committed(offsets: OffsetStore, groupId: string, wanted: NonNullable<Wanted>) {
  return wanted.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const found = offsets.get({ groupId, topic: name, partition: partitionIndex })
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
