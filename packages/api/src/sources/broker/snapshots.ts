// What is read from a cluster, in the shapes in which it is kept.
import type { BrokerDescription, GroupMemberDescription, TopicListing } from "@rivven/client"

export interface MetadataSnapshot {
  clusterId: string | null
  controllerId: number | null
  brokers: readonly BrokerDescription[]
  topics: ReadonlyMap<string, TopicListing>
}

export interface PartitionOffsets {
  /** Null: could not be read. */
  start: number | null
  /** Offset of the next record. */
  end: number | null
}

export interface OffsetsSnapshot {
  /** By topic, then by partition index. */
  topics: ReadonlyMap<string, readonly PartitionOffsets[]>
  /** Partitions without an answer. */
  failures: readonly { topic: string; partition: number; code: string; message: string }[]
}

export interface LogDirSnapshot {
  broker: number
  path: string
  totalBytes: number | null
  usableBytes: number | null
  usedBytes: number
}

export interface SizesSnapshot {
  /** Bytes of the largest replica, by topic and partition index. */
  topics: ReadonlyMap<string, readonly number[]>
  dirs: readonly LogDirSnapshot[]
  failures: readonly { broker: number; code: string; message: string }[]
}

export interface CommitSnapshot {
  topic: string
  partition: number
  /** Null: nothing is committed. */
  offset: number | null
}

export interface GroupSnapshot {
  id: string
  /** In the words of Kafka. */
  state: string
  type: "classic" | "consumer" | "share" | "streams" | "unknown"
  protocolType: string
  protocol: string
  coordinator: number | null
  /** Null: could not be read. */
  members: readonly GroupMemberDescription[] | null
  commits: readonly CommitSnapshot[] | null
}

export interface GroupsSnapshot {
  groups: ReadonlyMap<string, GroupSnapshot>
  /** Groups, or brokers with groups, that could not be read in full. */
  failures: readonly { scope: string; code: string; message: string }[]
}

export function sumSizes(sizes: readonly number[] | undefined): number | undefined {
  return sizes?.reduce((sum, size) => sum + size, 0)
}
