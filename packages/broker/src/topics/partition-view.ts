// What clients hear about a partition's place: one broker leads and holds every partition.
import type { ErrorName } from "@rivven/protocol"
import type { Topic } from "./catalog.ts"
import type { TopicLogs } from "./topic-logs.ts"

export interface PartitionView {
  readonly index: number
  readonly error: ErrorName
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly replicas: number[]
}

export function partitionView(topic: Topic, index: number, { topicLogs, nodeId }: { topicLogs: TopicLogs; nodeId: number }): PartitionView {
  const log = topicLogs.of(topic, index)
  if (!log) return { index, error: "LEADER_NOT_AVAILABLE", leaderId: -1, leaderEpoch: -1, replicas: [nodeId] }
  return { index, error: "NONE", leaderId: nodeId, leaderEpoch: log.leaderEpoch, replicas: [nodeId] }
}
