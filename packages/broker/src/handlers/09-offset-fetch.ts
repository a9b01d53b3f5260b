// Committed offsets of groups. Null topics (from 2) mean all that are committed; a group or partition without a commit answers offset -1
// and no error. 5 leader epochs, 7 stable offsets (nothing is ever unstable here), 8 several groups in one request.
import type { RequestOf } from "@rivven/protocol"
import { OffsetFetch } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import type { OffsetStore } from "../groups/offsets.ts"

type Wanted = RequestOf<typeof OffsetFetch>["topics"]

const firstVersionWithGroups = 8

export default defineHandler(OffsetFetch, {
  versions: [1, 9],
  omits: ["member ids and epochs of version 9 (there are no groups of the newer protocol)", "version 10 (topic ids)"],
  handle(request, context) {
    const { offsets } = context.groups
    if (context.apiVersion < firstVersionWithGroups)
      return { topics: committed(offsets, request.groupId, request.topics), groups: [], errorCode: 0 }
    return {
      topics: [],
      groups: request.groups.map(({ groupId, topics }) => ({ groupId, topics: committed(offsets, groupId, topics), errorCode: 0 })),
    }
  },
})

function committed(offsets: OffsetStore, groupId: string, wanted: Wanted) {
  return (wanted ?? everything(offsets, groupId)).map(({ name, partitionIndexes }) => ({
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
