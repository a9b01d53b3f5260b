// The state of one consumer group of the newer protocol (KIP-848) as a value: what its members asked for, what each is to own (the target)
// and what each owns. The broker assigns; a member learns of it by its own heartbeats.

/** One partition of one topic, by the topic's id: `id:index`. */
export type PartitionName = string
export type Partitions = ReadonlySet<PartitionName>

export const noPartitions: Partitions = new Set()
export const partitionName = (topicId: string, index: number): PartitionName => `${topicId}:${index}`

export function partitionOf(name: PartitionName): { topicId: string; index: number } {
  const colon = name.lastIndexOf(":")
  return { topicId: name.slice(0, colon), index: Number(name.slice(colon + 1)) }
}

export const epochs = { join: 0, leave: -1, leaveForNow: -2 } as const

/** unrevoked: has to give something up first. unreleased: waits for what others still own. */
export type MemberState = "stable" | "unrevoked" | "unreleased"

export interface ConsumerMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly topicNames: readonly string[]
  /** Empty when there is none. */
  readonly regex: string
  readonly assignor: string | null
  /** -2: a static member that left and may come back. */
  readonly epoch: number
  readonly previousEpoch: number
  readonly state: MemberState
  readonly assigned: Partitions
  /** Owned until the member says that it owns it no more. */
  readonly revoking: Partitions
}

export interface TopicView {
  readonly name: string
  readonly id: string
  readonly partitionCount: number
}

export interface ConsumerGroup {
  readonly groupId: string
  readonly epoch: number
  /** The group's epoch that the target was made for. */
  readonly assignmentEpoch: number
  readonly members: ReadonlyMap<string, ConsumerMember>
  readonly target: ReadonlyMap<string, Partitions>
  /** The topics that each regular expression of the group matched. */
  readonly regexes: ReadonlyMap<string, readonly string[]>
  /** Stands for the ids and partition counts of all topics that the group is subscribed to. */
  readonly metadataHash: number
  /** The topics as they were when the group last looked; by identity, and never stored. */
  readonly seenTopics: readonly TopicView[] | null
  /** Since when an empty group is empty, by the wall clock. */
  readonly sinceMs: number
}

export type ConsumerError =
  | "NONE"
  | "INVALID_REQUEST"
  | "UNKNOWN_MEMBER_ID"
  | "FENCED_MEMBER_EPOCH"
  | "FENCED_INSTANCE_ID"
  | "UNRELEASED_INSTANCE_ID"
  | "UNSUPPORTED_ASSIGNOR"
  | "GROUP_MAX_SIZE_REACHED"
  | "INVALID_REGULAR_EXPRESSION"
  | "GROUP_ID_NOT_FOUND"
  | "COORDINATOR_NOT_AVAILABLE"

/** What is null did not change since the member last said it. */
export interface ConsumerHeartbeat {
  readonly memberId: string
  readonly epoch: number
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly topicNames: readonly string[] | null
  readonly regex: string | null
  readonly assignor: string | null
  readonly owned: Partitions | null
}

export interface ConsumerReply {
  readonly error: ConsumerError
  readonly message: string | null
  readonly memberId: string | null
  readonly epoch: number
  /** Null: as the member knows it. */
  readonly assignment: Partitions | null
}

export interface ConsumerRules {
  readonly nowMs: number
  readonly maxSize: number
  /** In order of preference. */
  readonly assignors: readonly string[]
  /** All topics; another array whenever one of them changed. */
  readonly topics: readonly TopicView[]
  /** Whether who asks may know of a topic that a regular expression matches. */
  readonly maySee: (topic: string) => boolean
}

export type ConsumerPhase = "Empty" | "Assigning" | "Reconciling" | "Stable"

export function emptyConsumerGroup(groupId: string, nowMs: number): ConsumerGroup {
  const nothing = { members: new Map(), target: new Map(), regexes: new Map(), metadataHash: 0, seenTopics: null }
  return { groupId, epoch: 0, assignmentEpoch: 0, ...nothing, sinceMs: nowMs }
}

export function phaseOf({ members, epoch, assignmentEpoch }: ConsumerGroup): ConsumerPhase {
  if (members.size === 0) return "Empty"
  if (epoch > assignmentEpoch) return "Assigning"
  for (const member of members.values()) {
    if (member.state !== "stable" || member.epoch !== assignmentEpoch) return "Reconciling"
  }
  return "Stable"
}

export function consumerOfInstance({ members }: Pick<ConsumerGroup, "members">, instanceId: string): ConsumerMember | undefined {
  for (const member of members.values()) if (member.instanceId === instanceId) return member
  return undefined
}

/** The names of all topics that a member reads. */
export function subscriptionOf(member: ConsumerMember, { regexes }: Pick<ConsumerGroup, "regexes">): Set<string> {
  return new Set([...member.topicNames, ...(regexes.get(member.regex) ?? [])])
}

export function isSameSet<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  return a === b || (a.size === b.size && a.isSubsetOf(b))
}

export const isSameList = (a: readonly string[], b: readonly string[]): boolean => a === b || isSameSet(new Set(a), new Set(b))
