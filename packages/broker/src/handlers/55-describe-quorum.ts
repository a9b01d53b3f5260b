// The quorum of the metadata log: this node, its only voter and leader, with the real offsets of `__cluster_metadata`. 1 times, 2 endpoints.
import { errorCode, zeroUuid } from "@rivven/protocol"
import { DescribeQuorum } from "@rivven/protocol/messages"
import { quote } from "../config.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"
import { clusterMetadataTopic } from "../topics/topic-name.ts"

const firstVersionWithNodes = 2

export default defineHandler(DescribeQuorum, {
  versions: [0, 2],
  omits: ["other voters, observers, ids of directories (all zeros)"],
  handle({ topics }, context) {
    if (!context.allows("DESCRIBE", "CLUSTER", clusterResource)) {
      context.countError("CLUSTER_AUTHORIZATION_FAILED")
      return { errorCode: errorCode("CLUSTER_AUTHORIZATION_FAILED"), errorMessage: "Authorization failed.", topics: [], nodes: [] }
    }
    // Kafka's clients take a name in capitals only.
    const listeners = [...context.endpoints].map(([name, { host, port }]) => ({ name: name.toUpperCase(), host, port }))
    return {
      errorCode: 0,
      errorMessage: null,
      topics: topics.map(({ topicName, partitions }) => ({
        topicName,
        partitions: partitions.map(({ partitionIndex }) => describe(topicName, partitionIndex, context)),
      })),
      nodes: context.apiVersion < firstVersionWithNodes ? [] : [{ nodeId: context.identity.nodeId, listeners }],
    }
  },
})

function describe(name: string, partitionIndex: number, context: RequestContext) {
  const { logs, identity, clock } = context
  const log = name === clusterMetadataTopic ? logs.partition(name, partitionIndex) : undefined
  if (!log) {
    context.countError("UNKNOWN_TOPIC_OR_PARTITION")
    const errorMessage = `${quote(name)}-${partitionIndex} has no quorum; ${clusterMetadataTopic}-0 has`
    const nobody = { leaderId: -1, leaderEpoch: -1, highWatermark: -1, currentVoters: [], observers: [] }
    return { partitionIndex, errorCode: errorCode("UNKNOWN_TOPIC_OR_PARTITION"), errorMessage, ...nobody }
  }
  const now = clock.wall()
  const voter = {
    replicaId: identity.nodeId,
    replicaDirectoryId: zeroUuid,
    logEndOffset: log.logEndOffset,
    lastFetchTimestamp: now,
    lastCaughtUpTimestamp: now,
  }
  const { leaderEpoch, highWatermark } = log
  const quorum = { leaderId: identity.nodeId, leaderEpoch, highWatermark, currentVoters: [voter], observers: [] }
  return { partitionIndex, errorCode: 0, errorMessage: null, ...quorum }
}
