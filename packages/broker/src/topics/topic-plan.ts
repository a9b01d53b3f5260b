// Checks of CreateTopics and CreatePartitions before anything is written: pure functions from a request to a plan or a refusal.
import { quote } from "../config.ts"
import type { Refused } from "../log/model.ts"
import type { Catalog, Topic } from "./catalog.ts"
import { refuse } from "./refusal.ts"
import { topicConfigs } from "./topic-configs.ts"
import { isInternalTopic, whyBadTopicName } from "./topic-name.ts"

/** The most partitions that one request may add to one topic. */
export const maxPartitionsPerRequest = 10_000

export interface Assignment {
  readonly partitionIndex: number
  readonly brokerIds: readonly number[]
}

export interface TopicRequest {
  readonly name: string
  /** -1: the broker's default. */
  readonly partitionCount: number
  /** -1: the broker's default, which is 1. */
  readonly replicationFactor: number
  readonly assignments: readonly Assignment[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

export interface TopicPlan {
  readonly ok: true
  readonly name: string
  readonly partitionCount: number
  readonly configs: ReadonlyMap<string, string>
}

export interface PlanContext {
  readonly catalog: Catalog
  readonly nodeId: number
  readonly defaultPartitionCount: number
}

export function planTopic(request: TopicRequest, context: PlanContext): TopicPlan | Refused {
  const count = request.assignments.length || (request.partitionCount === -1 ? context.defaultPartitionCount : request.partitionCount)
  const refusal =
    refuseName(request.name, context.catalog) ??
    refuseLayout(request, context.nodeId) ??
    refuseTooMany(count, request.name) ??
    refuseConfigs(request.configs)
  if (refusal) return refusal
  return {
    ok: true,
    name: request.name,
    partitionCount: count,
    configs: new Map(request.configs.map(({ name, value }) => [name, value ?? ""])),
  }
}

function refuseName(name: string, catalog: Catalog): Refused | undefined {
  const why = whyBadTopicName(name)
  if (why) return refuse("INVALID_TOPIC_EXCEPTION", why)
  if (catalog.topic(name)) return refuse("TOPIC_ALREADY_EXISTS", `Topic ${quote(name)} already exists`)
  if (isInternalTopic(name)) return refuse("INVALID_TOPIC_EXCEPTION", `Topic name ${quote(name)} is reserved for the broker`)
  const other = catalog.collidingName(name)
  return other === undefined
    ? undefined
    : refuse("INVALID_TOPIC_EXCEPTION", `Topic ${quote(name)} collides with the existing topic ${quote(other)}: '.' and '_' count as equal`)
}

function refuseLayout({ assignments, partitionCount, replicationFactor }: TopicRequest, nodeId: number): Refused | undefined {
  if (assignments.length > 0 && (partitionCount !== -1 || replicationFactor !== -1))
    return refuse("INVALID_REQUEST", "A manual assignment excludes a number of partitions and a replication factor: both must be -1")
  if (assignments.length > 0) return refuseAssignments(assignments, { from: 0, nodeId })
  if (partitionCount !== -1 && partitionCount < 1)
    return refuse("INVALID_PARTITIONS", `The number of partitions is ${partitionCount}; it is 1 or more, or -1 for the broker's default`)
  if (replicationFactor !== -1 && replicationFactor !== 1)
    return refuse(
      "INVALID_REPLICATION_FACTOR",
      `The replication factor is ${replicationFactor}; this cluster has one broker, so it is 1 or -1`,
    )
  return undefined
}

function refuseTooMany(count: number, name: string): Refused | undefined {
  if (count <= maxPartitionsPerRequest) return undefined
  return refuse(
    "POLICY_VIOLATION",
    `${count} partitions for topic ${quote(name)} are too many; one request adds at most ${maxPartitionsPerRequest}`,
  )
}

/** Manual assignments number the partitions without gaps, and one broker can only place them on itself. */
export function refuseAssignments(
  assignments: readonly Assignment[],
  { from, nodeId }: { from: number; nodeId: number },
): Refused | undefined {
  const indexes = new Set(assignments.map((assignment) => assignment.partitionIndex))
  for (let index = from; index < from + assignments.length; index++) {
    if (!indexes.has(index))
      return refuse(
        "INVALID_REPLICA_ASSIGNMENT",
        `The assignment has no entry for partition ${index}; partitions are numbered without gaps`,
      )
  }
  const misplaced = assignments.find(({ brokerIds }) => brokerIds.length !== 1 || brokerIds[0] !== nodeId)
  if (!misplaced) return undefined
  const asked = misplaced.brokerIds.slice(0, 20).join(", ")
  return refuse(
    "INVALID_REPLICA_ASSIGNMENT",
    `Partition ${misplaced.partitionIndex} is assigned to [${asked}]; the only broker is ${nodeId}`,
  )
}

function refuseConfigs(configs: TopicRequest["configs"]): Refused | undefined {
  const seen = new Set<string>()
  for (const { name, value } of configs) {
    if (seen.has(name)) return refuse("INVALID_REQUEST", `Config ${quote(name)} is given twice`)
    seen.add(name)
    const why = value === null ? `${quote(name)} has no value` : topicConfigs.whyRefused(name, value)
    if (why) return refuse("INVALID_CONFIG", why)
  }
  return undefined
}

export interface GrowthRequest {
  readonly name: string
  /** The new total. */
  readonly count: number
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null
}

export function planGrowth(request: GrowthRequest, topic: Topic | undefined, nodeId: number): Topic | Refused {
  const { name, count, assignments } = request
  if (!topic) return refuse("UNKNOWN_TOPIC_OR_PARTITION", `Topic ${quote(name)} does not exist`)
  if (topic.isInternal) return refuse("INVALID_TOPIC_EXCEPTION", `Topic ${quote(name)} belongs to the broker`)
  if (count < 1)
    return refuse("INVALID_PARTITIONS", `The number of partitions is ${count}; it must be above the present ${topic.partitionCount}`)
  if (count === topic.partitionCount) return refuse("INVALID_PARTITIONS", `Topic ${quote(name)} already has ${count} partition(s)`)
  if (count < topic.partitionCount)
    return refuse(
      "INVALID_PARTITIONS",
      `Topic ${quote(name)} has ${topic.partitionCount} partitions, which is more than ${count}; partitions are never removed`,
    )
  const added = count - topic.partitionCount
  if (assignments !== null && assignments.length !== added)
    return refuse("INVALID_REPLICA_ASSIGNMENT", `The assignment has ${assignments.length} entries for ${added} new partition(s)`)
  const numbered = assignments?.map(({ brokerIds }, index) => ({ brokerIds, partitionIndex: topic.partitionCount + index })) ?? []
  return refuseTooMany(added, name) ?? refuseAssignments(numbered, { from: topic.partitionCount, nodeId }) ?? topic
}
