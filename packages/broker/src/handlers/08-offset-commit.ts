// Commits offsets of a group, durable before the answer. 1 old librdkafka, 6 leader epochs, 7 static members, 9 says when a group does not
// exist. The retention time of versions 2-4 is ignored: offsets live as the broker's config says.
import { errorCode, type RequestOf } from "@rivven/protocol"
import { OffsetCommit } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"

const firstVersionThatKnowsMissingGroups = 9

export default defineHandler(OffsetCommit, {
  versions: [1, 9],
  omits: ["retention time per commit (versions 2-4)", "version 10 (topic ids)"],
  async handle(request, context) {
    if (!context.allows("READ", "GROUP", request.groupId)) return denied(request, context)
    const readable = new Set(request.topics.map(({ name }) => name).filter((name) => context.allows("READ", "TOPIC", name)))
    const offsets = request.topics
      .filter(({ name }) => readable.has(name))
      .flatMap(({ name: topic, partitions }) =>
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
    const failed =
      errors.find((error) => error !== "NONE") ?? (readable.size < request.topics.length ? "TOPIC_AUTHORIZATION_FAILED" : undefined)
    if (failed) context.countError(failed)
    const next = errors.values()
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: errorCode(readable.has(name) ? (next.next().value ?? "UNKNOWN_SERVER_ERROR") : "TOPIC_AUTHORIZATION_FAILED"),
      })),
    }))
    return { topics }
  },
})

function denied({ topics }: RequestOf<typeof OffsetCommit>, context: RequestContext) {
  context.countError("GROUP_AUTHORIZATION_FAILED")
  const code = errorCode("GROUP_AUTHORIZATION_FAILED")
  return {
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  }
}
