// Commits offsets of a group, durable before the answer. 1 old librdkafka, 6 leader epochs, 7 static members, 9 says when a group does not
// exist. The retention time of versions 2-4 is ignored: offsets live as the broker's config says.
import { errorCode } from "@rivven/protocol"
import { OffsetCommit } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

const firstVersionThatKnowsMissingGroups = 9

export default defineHandler(OffsetCommit, {
  versions: [1, 9],
  omits: ["retention time per commit (versions 2-4)", "version 10 (topic ids)"],
  async handle(request, context) {
    const offsets = request.topics.flatMap(({ name: topic, partitions }) =>
      partitions.map((one) => ({
        topic,
        partition: one.partitionIndex,
        offset: one.committedOffset,
        leaderEpoch: one.committedLeaderEpoch,
        metadata: one.committedMetadata ?? "",
      })),
    )
    const errors = await context.groupAdmin.commit({
      groupId: request.groupId,
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      generation: request.generationIdOrMemberEpoch,
      knowsMissingGroups: context.apiVersion >= firstVersionThatKnowsMissingGroups,
      offsets,
    })
    const failed = errors.find((error) => error !== "NONE")
    if (failed) context.countError(failed)
    const next = errors.values()
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorCode(next.next().value ?? "UNKNOWN_SERVER_ERROR"),
      })),
    }))
    return { topics }
  },
})
