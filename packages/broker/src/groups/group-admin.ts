// Offsets and administration of groups: commit, fetch, delete, describe, list, expire. Every change is durable before it is answered and
// before anybody can read it.
import { decodeRecord } from "@rivven/protocol"
import { ConsumerProtocolSubscription } from "@rivven/protocol/messages/internal"
import { isBrokerError } from "../errors.ts"
import type { Cancel, Clock } from "../ports.ts"
import { type ConsumerGroup, phaseOf, subscriptionOf } from "./consumer-state.ts"
import type { GroupCoordinator } from "./coordinator.ts"
import { encodeOffset } from "./group-records.ts"
import type { CommittedOffset, OffsetKey } from "./offsets.ts"
import { metadataOf } from "./rebalance.ts"
import { type ClassicGroup, findCurrentMember, type GroupError, type GroupPhase } from "./state.ts"

export type OffsetError =
  | GroupError
  | "UNKNOWN_TOPIC_OR_PARTITION"
  | "OFFSET_METADATA_TOO_LARGE"
  | "INVALID_COMMIT_OFFSET_SIZE"
  | "GROUP_ID_NOT_FOUND"
  | "STALE_MEMBER_EPOCH"
  | "UNSUPPORTED_VERSION"
export type DeleteError = "NONE" | "NON_EMPTY_GROUP" | "GROUP_ID_NOT_FOUND" | "INVALID_GROUP_ID" | "COORDINATOR_NOT_AVAILABLE"
export type OffsetDeleteError = "NONE" | "GROUP_SUBSCRIBED_TO_TOPIC" | "UNKNOWN_TOPIC_OR_PARTITION"

export interface CommitRequest {
  readonly groupId: string
  readonly memberId: string
  readonly instanceId: string | null
  /** -1 with an empty member id: a commit from outside the group. */
  readonly generation: number
  /** Newer clients learn that the group does not exist, older ones that their generation is stale. */
  readonly knowsMissingGroups: boolean
  readonly offsets: readonly {
    readonly topic: string
    readonly partition: number
    readonly offset: number
    readonly leaderEpoch: number
    readonly metadata: string
  }[]
}

export interface GroupAdminOptions {
  readonly coordinator: GroupCoordinator
  readonly clock: Clock
  readonly limits: () => { readonly maxMetadataBytes: number; readonly retentionMs: number }
  /** The topic's id if it exists and has that partition. */
  readonly topicIdOf: (topic: string, partition: number) => string | undefined
}

export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  readonly state: string
  readonly type: "classic" | "consumer"
}

export const stateNames: Record<GroupPhase, string> = {
  empty: "Empty",
  preparing: "PreparingRebalance",
  completing: "CompletingRebalance",
  stable: "Stable",
  dead: "Dead",
}

export class GroupAdmin {
  readonly #options: GroupAdminOptions
  readonly #coordinator: GroupCoordinator
  #cancelExpiry: Cancel = () => {}

  constructor(options: GroupAdminOptions) {
    this.#options = options
    this.#coordinator = options.coordinator
  }

  /** One error per offset, in order. */
  async commit(request: CommitRequest): Promise<OffsetError[]> {
    const refusal = this.#whyNotCommit(request)
    if (refusal) return request.offsets.map(() => refusal)
    this.#coordinator.touch(request.groupId, request.memberId)
    const { errors, accepted } = this.#judge(request)
    const failure = await this.#store(accepted)
    return failure ? errors.map((error) => (error === "NONE" ? failure : error)) : errors
  }

  #judge(request: CommitRequest): { errors: OffsetError[]; accepted: [OffsetKey, CommittedOffset][] } {
    const { maxMetadataBytes } = this.#options.limits()
    const errors: OffsetError[] = []
    const accepted: [OffsetKey, CommittedOffset][] = []
    for (const { topic, partition, offset, leaderEpoch, metadata } of request.offsets) {
      const topicId = this.#options.topicIdOf(topic, partition)
      const error = whyNotOffset({ topicId, offset, metadata, maxMetadataBytes })
      errors.push(error)
      if (error === "NONE" && topicId !== undefined) {
        const value = {
          offset,
          leaderEpoch,
          metadata,
          committedMs: this.#options.clock.wall(),
          topicId,
          order: this.#coordinator.nextOrder(),
        }
        accepted.push([{ groupId: request.groupId, topic, partition }, value])
      }
    }
    return { errors, accepted }
  }

  /** As `commit`, for as long as the producer's transaction is open; `endTransaction` decides. */
  async commitInTransaction(request: CommitRequest, producer: { producerId: number; producerEpoch: number }): Promise<OffsetError[]> {
    const isFromOutside = request.generation < 0 && request.memberId === "" && request.instanceId === null
    const reason = isFromOutside ? null : this.#whyNotCommit({ ...request, isTransactional: true })
    const refusal = reason === "STALE_MEMBER_EPOCH" ? "ILLEGAL_GENERATION" : reason
    if (refusal) return request.offsets.map(() => refusal)
    this.#coordinator.touch(request.groupId, request.memberId)
    const { errors, accepted } = this.#judge(request)
    const { transactionalOffsets } = this.#coordinator
    transactionalOffsets.add(producer.producerId, accepted)
    const failure = await this.#written(
      accepted.length === 0 ? null : this.#coordinator.writeInTransaction(accepted.map(encodeAccepted), producer),
    )
    if (!failure) return errors
    transactionalOffsets.remove(producer.producerId, accepted)
    return errors.map((error) => (error === "NONE" ? failure : error))
  }

  endTransaction(producerId: number, isCommit: boolean): void {
    const isThere = ({ topic, partition }: OffsetKey, { topicId }: CommittedOffset) => this.#options.topicIdOf(topic, partition) === topicId
    this.#coordinator.transactionalOffsets.end(producerId, isCommit, { store: this.#coordinator.offsets, isThere })
  }

  /** Removes committed offsets of a group that does not use them. */
  async deleteOffsets(groupId: string, keys: readonly { topic: string; partition: number }[]): Promise<DeleteError | OffsetDeleteError[]> {
    const group = this.#coordinator.group(groupId)
    if (!this.has(groupId)) return groupId === "" ? "INVALID_GROUP_ID" : "GROUP_ID_NOT_FOUND"
    if (group && group.phase !== "empty" && group.protocolType !== "consumer") return "NON_EMPTY_GROUP"
    const used = group ? subscribedTopics(group) : consumedTopics(this.#coordinator.consumers.get(groupId))
    const errors = keys.map(({ topic, partition }): OffsetDeleteError => {
      if (this.#options.topicIdOf(topic, partition) === undefined) return "UNKNOWN_TOPIC_OR_PARTITION"
      return used === "all" || used.has(topic) ? "GROUP_SUBSCRIBED_TO_TOPIC" : "NONE"
    })
    const gone = keys.filter((_, index) => errors[index] === "NONE").map((key) => ({ groupId, ...key }))
    return (await this.#remove(gone)) ?? errors
  }

  async deleteGroup(groupId: string): Promise<DeleteError> {
    const group = this.#coordinator.group(groupId)
    if (!this.has(groupId)) return groupId === "" ? "INVALID_GROUP_ID" : "GROUP_ID_NOT_FOUND"
    if (this.#coordinator.consumers.isInUse(groupId)) return "NON_EMPTY_GROUP"
    if (group && (group.phase !== "empty" || group.pendingMembers.size > 0)) return "NON_EMPTY_GROUP"
    if (this.#coordinator.transactionalOffsets.hasAny(groupId)) return "NON_EMPTY_GROUP"
    return (await this.#removeGroup(groupId)) ?? "NONE"
  }

  /** A deleted topic takes its committed offsets along. */
  async forgetTopic(topic: string): Promise<void> {
    await this.#remove([...this.#coordinator.offsets.ofTopic(topic)].map(([key]) => key))
  }

  has(groupId: string): boolean {
    const { offsets, consumers } = this.#coordinator
    return this.#coordinator.group(groupId) !== undefined || consumers.get(groupId) !== undefined || offsets.hasAny(groupId)
  }

  list(): ListedGroup[] {
    const listed = new Map<string, ListedGroup>()
    for (const groupId of this.#coordinator.offsets.groupIds())
      listed.set(groupId, { groupId, protocolType: "", state: "Empty", type: "classic" })
    for (const { groupId, protocolType, phase } of this.#coordinator.groups())
      listed.set(groupId, { groupId, protocolType: protocolType ?? "", state: stateNames[phase], type: "classic" })
    for (const group of this.#coordinator.consumers.all())
      listed.set(group.groupId, { groupId: group.groupId, protocolType: "consumer", state: phaseOf(group), type: "consumer" })
    return [...listed.values()]
  }

  /** Looks for expired offsets now and then. */
  startExpiry(everyMs: number): void {
    this.#cancelExpiry = this.#options.clock.after(everyMs, () => {
      void this.expire().then(() => this.startExpiry(everyMs))
    })
  }

  stop(): void {
    this.#cancelExpiry()
    this.#cancelExpiry = () => {}
  }

  /** Offsets end a retention time after their group became empty, never while it has members; then the group goes too. */
  async expire(): Promise<void> {
    const nowMs = this.#options.clock.wall()
    const { retentionMs } = this.#options.limits()
    for (const { groupId } of this.list()) {
      const group = this.#coordinator.group(groupId)
      if (group && (group.phase !== "empty" || group.pendingMembers.size > 0)) continue
      if (this.#coordinator.consumers.isInUse(groupId)) continue
      const sinceMs = group?.sinceMs ?? this.#coordinator.consumers.get(groupId)?.sinceMs ?? 0
      if (this.#coordinator.transactionalOffsets.hasAny(groupId)) continue
      const expired = [...this.#coordinator.offsets.of(groupId)]
        .filter(([, { committedMs }]) => nowMs - Math.max(committedMs, sinceMs) >= retentionMs)
        .map(([key]) => key)
      await this.#remove(expired)
      if (!this.#coordinator.offsets.hasAny(groupId)) await this.#removeGroup(groupId)
    }
  }

  #whyNotCommit(request: CommitRequest & { readonly isTransactional?: boolean }): OffsetError | null {
    const { groupId, memberId, instanceId, generation, knowsMissingGroups } = request
    const consumers = this.#coordinator.consumers.get(groupId)
    if (consumers) return whyNotConsumerCommit(consumers, request)
    const group = this.#coordinator.group(groupId)
    const isFromOutside = generation < 0 && memberId === "" && instanceId === null
    if (isFromOutside) return group && group.phase !== "empty" ? "UNKNOWN_MEMBER_ID" : null
    if (!group) return knowsMissingGroups ? "GROUP_ID_NOT_FOUND" : "ILLEGAL_GENERATION"
    const member = findCurrentMember(group, { memberId, instanceId, generation })
    if ("error" in member) return member.error
    return group.phase === "completing" ? "REBALANCE_IN_PROGRESS" : null
  }

  async #store(accepted: readonly [OffsetKey, CommittedOffset][]): Promise<OffsetError | null> {
    if (accepted.length === 0) return null
    const failure = await this.#write(accepted.map(encodeAccepted))
    if (failure) return failure
    for (const [key, value] of accepted) {
      // The topic may have gone while the disk was busy.
      if (this.#options.topicIdOf(key.topic, key.partition) === value.topicId) this.#coordinator.offsets.set(key, value)
    }
    return null
  }

  async #remove(keys: readonly OffsetKey[]): Promise<"COORDINATOR_NOT_AVAILABLE" | null> {
    const known = keys.filter((key) => this.#coordinator.offsets.get(key) !== undefined)
    if (known.length === 0) return null
    const failure = await this.#write(known.map((key) => encodeOffset(key, null)))
    if (!failure) for (const key of known) this.#coordinator.offsets.delete(key)
    return failure
  }

  /** The group leaves memory at once, so that a member joining meanwhile starts a new one; its records follow in one write. */
  async #removeGroup(groupId: string): Promise<"COORDINATOR_NOT_AVAILABLE" | null> {
    const keys = [...this.#coordinator.offsets.of(groupId)].map(([key]) => key)
    const tombstone = this.#coordinator.forget(groupId)
    const former = this.#coordinator.consumers.forget(groupId)
    const records = [...keys.map((key) => encodeOffset(key, null)), ...(tombstone ? [tombstone] : []), ...former]
    const failure = records.length === 0 ? null : await this.#write(records)
    if (!failure) for (const key of keys) this.#coordinator.offsets.delete(key)
    return failure
  }

  #write(records: Parameters<GroupCoordinator["write"]>[0]): Promise<"COORDINATOR_NOT_AVAILABLE" | null> {
    return this.#written(this.#coordinator.write(records))
  }

  async #written(write: Promise<unknown> | null): Promise<"COORDINATOR_NOT_AVAILABLE" | null> {
    try {
      await write
      return null
    } catch (error) {
      if (isBrokerError(error)) return "COORDINATOR_NOT_AVAILABLE"
      throw error
    }
  }
}

const encodeAccepted = ([key, value]: readonly [OffsetKey, CommittedOffset]) => encodeOffset(key, value)

interface OffsetCheck {
  readonly topicId: string | undefined
  readonly offset: number
  readonly metadata: string
  readonly maxMetadataBytes: number
}

function whyNotOffset({ topicId, offset, metadata, maxMetadataBytes }: OffsetCheck): OffsetError {
  if (topicId === undefined) return "UNKNOWN_TOPIC_OR_PARTITION"
  if (Buffer.byteLength(metadata) > maxMetadataBytes) return "OFFSET_METADATA_TOO_LARGE"
  return offset < 0 || offset > Number.MAX_SAFE_INTEGER ? "INVALID_COMMIT_OFFSET_SIZE" : "NONE"
}

/** What is wrong with the epoch that a member of the newer protocol names, if anything. */
export function whyNotCurrent(
  { members }: ConsumerGroup,
  memberId: string,
  epoch: number,
): "UNKNOWN_MEMBER_ID" | "STALE_MEMBER_EPOCH" | null {
  const member = members.get(memberId)
  if (!member) return "UNKNOWN_MEMBER_ID"
  return member.epoch === epoch ? null : "STALE_MEMBER_EPOCH"
}

function whyNotConsumerCommit(group: ConsumerGroup, request: CommitRequest & { readonly isTransactional?: boolean }): OffsetError | null {
  const { memberId, generation, knowsMissingGroups, isTransactional = false } = request
  if (generation < 0 && group.members.size === 0) return null
  const reason = whyNotCurrent(group, memberId, generation)
  // Older clients would take the epoch for a generation.
  return reason === null && !isTransactional && !knowsMissingGroups ? "UNSUPPORTED_VERSION" : reason
}

function consumedTopics(group: ConsumerGroup | undefined): ReadonlySet<string> {
  return new Set(group ? [...group.members.values()].flatMap((member) => [...subscriptionOf(member, group)]) : [])
}

/** Topics the members of a consumer group read; "all" when a member's subscription cannot be read. */
export function subscribedTopics(group: ClassicGroup): ReadonlySet<string> | "all" {
  const topics = new Set<string>()
  for (const member of group.members.values()) {
    try {
      const subscription = decodeRecord(ConsumerProtocolSubscription, metadataOf(member, group.protocol))
      for (const topic of subscription.value.topics) topics.add(topic)
    } catch {
      // Foreign bytes: whoever wrote them knows what the group reads, the broker does not.
      return "all"
    }
  }
  return topics
}
