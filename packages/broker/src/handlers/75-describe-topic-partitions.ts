// Topics and partitions in pages: in order of names, at most 2,000 partitions a page, with a cursor to the next. An empty list means all.
// Never creates a topic.
import { errorCode, type ResponseInput, zeroUuid } from "@rivven/protocol"
import { DescribeTopicPartitions } from "@rivven/protocol/messages"
import { authorizedOperations } from "../dispatch/authorized-operations.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { partitionView } from "../topics/partition-view.ts"
import { whyBadTopicName } from "../topics/topic-name.ts"
import { pageOfTopics, type TopicSlice } from "../topics/topic-pages.ts"

type Described = ResponseInput<typeof DescribeTopicPartitions>["topics"][number]

export default defineHandler(DescribeTopicPartitions, {
  versions: [0, 0],
  omits: [],
  handle({ topics, responsePartitionLimit: limit, cursor }, context) {
    const names = topics.map((topic) => topic.name)
    const isVisible = (name: string) => context.wouldAllow("DESCRIBE", "TOPIC", name)
    // What may not be described has no partitions, so that the pages do not tell whether it exists.
    const catalog = {
      topics: () => context.catalog.topics(),
      topic: (name: string) => (isVisible(name) ? context.catalog.topic(name) : undefined),
    }
    const page = pageOfTopics({ names, cursor, limit, isVisible }, catalog)
    return { topics: page.slices.map((slice) => described(slice, context)), nextCursor: page.next }
  },
})

function described({ name, topic, partitions }: TopicSlice, context: RequestContext): Described {
  if (!topic) {
    const absent = whyBadTopicName(name) === undefined ? "UNKNOWN_TOPIC_OR_PARTITION" : "INVALID_TOPIC_EXCEPTION"
    const error = context.allows("DESCRIBE", "TOPIC", name) ? absent : "TOPIC_AUTHORIZATION_FAILED"
    context.countError(error)
    return { errorCode: errorCode(error), name, topicId: zeroUuid, partitions: [] }
  }
  const { topicLogs, identity } = context
  return {
    errorCode: 0,
    name,
    topicId: topic.id,
    isInternal: topic.isInternal,
    topicAuthorizedOperations: authorizedOperations(context, { type: "TOPIC", name }),
    partitions: partitions.map((index) => {
      const { error, leaderId, leaderEpoch, replicas } = partitionView(topic, index, { topicLogs, nodeId: identity.nodeId })
      const nodes = { replicaNodes: replicas, isrNodes: replicas, eligibleLeaderReplicas: [], lastKnownElr: [], offlineReplicas: [] }
      return { errorCode: errorCode(error), partitionIndex: index, leaderId, leaderEpoch, ...nodes }
    }),
  }
}
