/**
 * What members say inside JoinGroup and SyncGroup (Kafka's ConsumerProtocolSubscription and ConsumerProtocolAssignment). The broker passes
 * these bytes on unread, so they may come from any other client: malformed ones are a value, never a throw.
 */
import { DecodeError, decodeRecord, encodeRecord } from "@rivven/protocol"
import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from "@rivven/protocol/messages/internal"
import { failed, ok, type Result } from "../../errors.ts"
import type { TopicPartition } from "./assignor.ts"

export type Subscription = { topics: string[]; owned: TopicPartition[]; generation: number; rack: string | null }

const version = 3

export function encodeSubscription({ topics, owned, generation, rack }: Subscription): Uint8Array {
  // Java's cooperative-sticky assignor reads the generation from the user data of older versions.
  const userData = Buffer.alloc(4)
  userData.writeInt32BE(generation)
  return encodeRecord(ConsumerProtocolSubscription, version, {
    topics,
    userData,
    ownedPartitions: byTopic(owned),
    generationId: generation,
    rackId: rack,
  })
}

export function encodeAssignment(assigned: readonly TopicPartition[]): Uint8Array {
  return encodeRecord(ConsumerProtocolAssignment, version, { assignedPartitions: byTopic(assigned) })
}

export function decodeSubscription(bytes: Uint8Array): Result<Subscription> {
  return guarded("subscription", () => {
    const { version: theirs, value } = decodeRecord(ConsumerProtocolSubscription, bytes)
    const generation = theirs >= 2 ? value.generationId : generationOf(value.userData)
    return { topics: value.topics, owned: flat(value.ownedPartitions), generation, rack: value.rackId }
  })
}

/** No bytes at all mean no partitions. */
export function decodeAssignment(bytes: Uint8Array): Result<TopicPartition[]> {
  if (bytes.length === 0) return ok([])
  return guarded("assignment", () => flat(decodeRecord(ConsumerProtocolAssignment, bytes).value.assignedPartitions))
}

function guarded<T>(what: string, read: () => T): Result<T> {
  try {
    return ok(read())
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return failed("BAD_ANSWER", `a member's ${what} is malformed: ${error.message}`)
  }
}

function generationOf(userData: Uint8Array | null): number {
  if (userData === null || userData.length !== 4) return -1
  return new DataView(userData.buffer, userData.byteOffset, 4).getInt32(0)
}

function byTopic(items: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return [...Map.groupBy(items, ({ topic }) => topic)].map(([topic, group]) => ({
    topic,
    partitions: group.map(({ partition }) => partition),
  }))
}

function flat(groups: readonly { topic: string; partitions: readonly number[] }[]): TopicPartition[] {
  return groups.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
}
