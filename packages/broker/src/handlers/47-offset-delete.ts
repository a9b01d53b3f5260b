// Deletes committed offsets of a group, except of topics that it is subscribed to.
import { errorCode } from "@rivven/protocol"
import { OffsetDelete } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

export default defineHandler(OffsetDelete, {
  versions: [0, 0],
  omits: [],
  async handle({ groupId, topics }, context) {
    if (!context.allows("DELETE", "GROUP", groupId)) {
      context.countError("GROUP_AUTHORIZATION_FAILED")
      return { errorCode: errorCode("GROUP_AUTHORIZATION_FAILED"), topics: [] }
    }
    const readable = new Set(topics.map(({ name }) => name).filter((name) => context.allows("READ", "TOPIC", name)))
    const keys = topics
      .filter(({ name }) => readable.has(name))
      .flatMap(({ name, partitions }) => partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })))
    const errors = await context.groupAdmin.deleteOffsets(groupId, keys)
    if (typeof errors === "string") return { errorCode: errorCode(errors), topics: [] }
    const next = errors.values()
    return {
      errorCode: 0,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => {
          const error = readable.has(name) ? (next.next().value ?? "NONE") : "TOPIC_AUTHORIZATION_FAILED"
          context.countError(error)
          return { partitionIndex, errorCode: errorCode(error) }
        }),
      })),
    }
  },
})
