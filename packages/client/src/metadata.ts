/** What the cluster last said about itself: brokers, controller, topics with their leaders. Owned by `cluster.ts`; older news never wins. */
import type { ResponseOf } from "@rivven/protocol"
import type { Metadata } from "@rivven/protocol/messages"
import { brokerFailed, type Failed } from "./errors.ts"
import type { Address } from "./ports.ts"

export type BrokerInfo = Address & { id: number; rack: string | null }

export type PartitionInfo = {
  index: number
  /** `null` while the partition has no leader. */
  leader: number | null
  leaderEpoch: number
  replicas: number[]
  inSyncReplicas: number[]
  offlineReplicas: number[]
}

export type TopicInfo = { name: string; id: string; isInternal: boolean; partitions: PartitionInfo[] }

export type TopicEntry = { info: TopicInfo; error: null; asOfMs: number } | { info: null; error: Failed; asOfMs: number }

export type MetadataAnswer = {
  clusterId: string | null
  controllerId: number | null
  brokers: BrokerInfo[]
  topics: Map<string, TopicEntry>
}

type WireTopic = ResponseOf<typeof Metadata>["topics"][number]
type WirePartition = Pick<
  WireTopic["partitions"][number],
  "partitionIndex" | "leaderId" | "leaderEpoch" | "replicaNodes" | "isrNodes" | "offlineReplicas"
>

export function readMetadata(answer: ResponseOf<typeof Metadata>, asOfMs: number): MetadataAnswer {
  const topics = new Map<string, TopicEntry>()
  for (const topic of answer.topics) {
    if (topic.name === null) continue
    topics.set(topic.name, readTopic({ ...topic, name: topic.name }, asOfMs))
  }
  return {
    clusterId: answer.clusterId,
    controllerId: answer.controllerId < 0 ? null : answer.controllerId,
    brokers: answer.brokers.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack })).filter(isReachable),
    topics,
  }
}

/** A broker that advertises no usable address is as good as absent. */
export const isReachable = ({ host, port }: Address): boolean => host !== "" && port >= 1 && port <= 65_535

function readTopic(topic: WireTopic & { name: string }, asOfMs: number): TopicEntry {
  if (topic.errorCode !== 0) return { info: null, error: brokerFailed(topic.errorCode, `topic ${topic.name}`), asOfMs }
  const partitions = readPartitions(topic.partitions)
  return { info: { name: topic.name, id: topic.topicId, isInternal: topic.isInternal, partitions }, error: null, asOfMs }
}

export function readPartitions(partitions: readonly WirePartition[]): PartitionInfo[] {
  const infos = partitions.map((partition) => ({
    index: partition.partitionIndex,
    leader: partition.leaderId < 0 ? null : partition.leaderId,
    leaderEpoch: partition.leaderEpoch,
    replicas: partition.replicaNodes,
    inSyncReplicas: partition.isrNodes,
    offlineReplicas: partition.offlineReplicas,
  }))
  return infos.sort((a, b) => a.index - b.index)
}

/** Partitions lie in order; a hole in the numbering is the exception. */
export function partitionOf({ partitions }: TopicInfo, index: number): PartitionInfo | undefined {
  const guess = partitions[index]
  return guess?.index === index ? guess : partitions.find((partition) => partition.index === index)
}

/** The newer of two views of a topic; per partition the one with the later leader epoch, unless the topic was made anew. */
export function mergeTopic(known: TopicEntry | undefined, fresh: TopicEntry): TopicEntry {
  if (known?.info == null || fresh.info === null || known.info.id !== fresh.info.id) return fresh
  const before = new Map(known.info.partitions.map((partition) => [partition.index, partition]))
  const partitions = fresh.info.partitions.map((partition) => {
    const older = before.get(partition.index)
    return older !== undefined && older.leaderEpoch > partition.leaderEpoch ? older : partition
  })
  return { ...fresh, info: { ...fresh.info, partitions } }
}
