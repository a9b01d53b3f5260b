// Groups of the newer protocol in `__consumer_offsets`, in Kafka's formats: one record each for the group's epoch, the target's epoch, every
// member, what it is to own, what it owns, and what a regular expression matched. A change writes what differs, in one batch.
import { DecodeError, decodeRecord, encodeRecord } from "@rivven/protocol"
import {
  ConsumerGroupCurrentMemberAssignmentKey,
  ConsumerGroupCurrentMemberAssignmentValue,
  ConsumerGroupMemberMetadataKey,
  ConsumerGroupMemberMetadataValue,
  ConsumerGroupMetadataKey,
  ConsumerGroupMetadataValue,
  ConsumerGroupRegularExpressionKey,
  ConsumerGroupRegularExpressionValue,
  ConsumerGroupTargetAssignmentMemberKey,
  ConsumerGroupTargetAssignmentMemberValue,
  ConsumerGroupTargetAssignmentMetadataKey,
  ConsumerGroupTargetAssignmentMetadataValue,
} from "@rivven/protocol/messages/internal"
import type { LogRecord } from "../internal-log.ts"
import {
  type ConsumerGroup,
  type ConsumerMember,
  emptyConsumerGroup,
  type MemberState,
  noPartitions,
  type PartitionName,
  type Partitions,
  partitionName,
  partitionOf,
} from "./consumer-state.ts"

const keyVersions = { group: 3, member: 5, targetEpoch: 6, target: 7, current: 8, regex: 16 } as const
const states: readonly MemberState[] = ["stable", "unrevoked", "unreleased"]

interface TopicPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

/** Partitions by topic, in order, as messages have them. */
export function topicPartitions(partitions: Iterable<PartitionName>): { topicId: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>()
  for (const name of partitions) {
    const { topicId, index } = partitionOf(name)
    const known = topics.get(topicId)
    if (known) known.push(index)
    else topics.set(topicId, [index])
  }
  return [...topics].map(([topicId, indexes]) => ({ topicId, partitions: indexes.sort((a, b) => a - b) }))
}

export const partitionsOf = (topics: readonly TopicPartitions[]): Partitions =>
  new Set(topics.flatMap(({ topicId, partitions }) => partitions.map((index) => partitionName(topicId, index))))

/** Null stands for a group that is not there. */
export function changedRecords(groupId: string, before: ConsumerGroup | null, after: ConsumerGroup | null): LogRecord[] {
  const from = before ?? emptyConsumerGroup(groupId, 0)
  const to = after ?? emptyConsumerGroup(groupId, 0)
  return [
    ...changes(from.members, to.members, isSameMember, (id, value) => memberRecord(groupId, id, value)),
    ...changes(
      from.regexes,
      to.regexes,
      (a, b) => a === b,
      (regex, topics) => regexRecord(groupId, { regex, topics, nowMs: to.sinceMs }),
    ),
    ...groupRecord(groupId, before, after),
    ...changes(
      from.target,
      to.target,
      (a, b) => a === b,
      (id, value) => targetRecord(groupId, id, value),
    ),
    ...targetEpochRecord(groupId, before, after),
    ...changes(from.members, to.members, isSamePlace, (id, value) => currentRecord(groupId, id, value)),
  ]
}

function* changes<V>(
  from: ReadonlyMap<string, V>,
  to: ReadonlyMap<string, V>,
  ...[isSame, record]: [(a: V, b: V) => boolean, (key: string, value: V | null) => LogRecord]
): Generator<LogRecord> {
  for (const key of from.keys()) if (!to.has(key)) yield record(key, null)
  for (const [key, value] of to) {
    const known = from.get(key)
    if (known === undefined || (known !== value && !isSame(known, value))) yield record(key, value)
  }
}

const isSameMember = (a: ConsumerMember, b: ConsumerMember) =>
  a.instanceId === b.instanceId &&
  a.rackId === b.rackId &&
  a.clientId === b.clientId &&
  a.clientHost === b.clientHost &&
  a.topicNames === b.topicNames &&
  a.regex === b.regex &&
  a.rebalanceTimeoutMs === b.rebalanceTimeoutMs &&
  a.assignor === b.assignor

const isSamePlace = (a: ConsumerMember, b: ConsumerMember) =>
  a.epoch === b.epoch &&
  a.previousEpoch === b.previousEpoch &&
  a.state === b.state &&
  a.assigned === b.assigned &&
  a.revoking === b.revoking

function groupRecord(group: string, before: ConsumerGroup | null, after: ConsumerGroup | null): LogRecord[] {
  if (before && after && before.epoch === after.epoch && before.metadataHash === after.metadataHash) return []
  if (!before && !after) return []
  const value = after && encodeRecord(ConsumerGroupMetadataValue, 0, { epoch: after.epoch, metadataHash: after.metadataHash })
  return [{ key: encodeRecord(ConsumerGroupMetadataKey, keyVersions.group, { groupId: group }), value }]
}

function targetEpochRecord(groupId: string, before: ConsumerGroup | null, after: ConsumerGroup | null): LogRecord[] {
  if ((before?.assignmentEpoch ?? 0) === (after?.assignmentEpoch ?? 0)) return []
  const value = after && encodeRecord(ConsumerGroupTargetAssignmentMetadataValue, 0, { assignmentEpoch: after.assignmentEpoch })
  return [{ key: encodeRecord(ConsumerGroupTargetAssignmentMetadataKey, keyVersions.targetEpoch, { groupId }), value }]
}

function memberRecord(groupId: string, memberId: string, member: ConsumerMember | null): LogRecord {
  const value =
    member &&
    encodeRecord(ConsumerGroupMemberMetadataValue, 0, {
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: [...member.topicNames],
      subscribedTopicRegex: member.regex,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      serverAssignor: member.assignor,
    })
  return { key: encodeRecord(ConsumerGroupMemberMetadataKey, keyVersions.member, { groupId, memberId }), value }
}

function targetRecord(groupId: string, memberId: string, target: Partitions | null): LogRecord {
  const value = target && encodeRecord(ConsumerGroupTargetAssignmentMemberValue, 0, { topicPartitions: topicPartitions(target) })
  return { key: encodeRecord(ConsumerGroupTargetAssignmentMemberKey, keyVersions.target, { groupId, memberId }), value }
}

function currentRecord(groupId: string, memberId: string, member: ConsumerMember | null): LogRecord {
  const value =
    member &&
    encodeRecord(ConsumerGroupCurrentMemberAssignmentValue, 0, {
      memberEpoch: member.epoch,
      previousMemberEpoch: member.previousEpoch,
      state: states.indexOf(member.state),
      assignedPartitions: topicPartitions(member.assigned),
      partitionsPendingRevocation: topicPartitions(member.revoking),
    })
  return { key: encodeRecord(ConsumerGroupCurrentMemberAssignmentKey, keyVersions.current, { groupId, memberId }), value }
}

interface Matched {
  readonly regex: string
  readonly topics: readonly string[] | null
  readonly nowMs: number
}

function regexRecord(groupId: string, { regex, topics, nowMs }: Matched): LogRecord {
  const value = topics && encodeRecord(ConsumerGroupRegularExpressionValue, 0, { topics: [...topics], version: 0, timestamp: nowMs })
  return { key: encodeRecord(ConsumerGroupRegularExpressionKey, keyVersions.regex, { groupId, regularExpression: regex }), value }
}

type Stored = { -readonly [K in keyof ConsumerGroup]: ConsumerGroup[K] } & {
  members: Map<string, ConsumerMember>
  target: Map<string, Partitions>
  regexes: Map<string, readonly string[]>
}

/** Reads the log: the groups as they are after every record so far. */
export class ConsumerReplay {
  readonly #groups = new Map<string, Stored>()

  groups(): Iterable<ConsumerGroup> {
    return this.#groups.values()
  }

  /** Of a kind that is not known here, it is left alone. Throws `DecodeError`. */
  apply({ key, value, timestamp }: LogRecord & { readonly timestamp: number }): void {
    if (key === null || key.length < 2) throw new DecodeError({ reason: "a record of a group needs a key", offset: 0 })
    const version = ((key[0] ?? 0) << 8) | (key[1] ?? 0)
    if (version === keyVersions.group) this.#applyGroup(key, value, timestamp)
    else if (version === keyVersions.member) this.#applyMember(key, value)
    else if (version === keyVersions.targetEpoch) this.#applyTargetEpoch(key, value)
    else if (version === keyVersions.target) this.#applyTarget(key, value)
    else if (version === keyVersions.current) this.#applyCurrent(key, value)
    else if (version === keyVersions.regex) this.#applyRegex(key, value)
  }

  /** A tombstone of what is not there makes no group. */
  #of(groupId: string, value: Uint8Array | null): Stored | undefined {
    const known = this.#groups.get(groupId)
    if (known || value === null) return known
    const made: Stored = { ...emptyConsumerGroup(groupId, 0), members: new Map(), target: new Map(), regexes: new Map() }
    this.#groups.set(groupId, made)
    return made
  }

  #applyGroup(key: Uint8Array, value: Uint8Array | null, timestamp: number): void {
    const { groupId } = decodeRecord(ConsumerGroupMetadataKey, key).value
    if (value === null) {
      this.#groups.delete(groupId)
      return
    }
    const group = this.#of(groupId, value)
    if (!group) return
    const { epoch, metadataHash } = decodeRecord(ConsumerGroupMetadataValue, value).value
    group.epoch = epoch
    group.metadataHash = metadataHash
    group.sinceMs = timestamp
  }

  #applyTargetEpoch(key: Uint8Array, value: Uint8Array | null): void {
    const group = this.#of(decodeRecord(ConsumerGroupTargetAssignmentMetadataKey, key).value.groupId, value)
    if (group) group.assignmentEpoch = value ? decodeRecord(ConsumerGroupTargetAssignmentMetadataValue, value).value.assignmentEpoch : 0
  }

  #applyMember(key: Uint8Array, value: Uint8Array | null): void {
    const { groupId, memberId } = decodeRecord(ConsumerGroupMemberMetadataKey, key).value
    const group = this.#of(groupId, value)
    if (!group) return
    if (value === null) {
      group.members.delete(memberId)
      return
    }
    const stored = decodeRecord(ConsumerGroupMemberMetadataValue, value).value
    const { instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, serverAssignor: assignor } = stored
    const metadata = { memberId, instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, assignor }
    const subscription = { topicNames: [...stored.subscribedTopicNames], regex: stored.subscribedTopicRegex ?? "" }
    group.members.set(memberId, { ...(group.members.get(memberId) ?? nowhere), ...metadata, ...subscription })
  }

  #applyTarget(key: Uint8Array, value: Uint8Array | null): void {
    const { groupId, memberId } = decodeRecord(ConsumerGroupTargetAssignmentMemberKey, key).value
    const group = this.#of(groupId, value)
    if (value === null) group?.target.delete(memberId)
    else group?.target.set(memberId, partitionsOf(decodeRecord(ConsumerGroupTargetAssignmentMemberValue, value).value.topicPartitions))
  }

  #applyCurrent(key: Uint8Array, value: Uint8Array | null): void {
    const { groupId, memberId } = decodeRecord(ConsumerGroupCurrentMemberAssignmentKey, key).value
    const group = this.#of(groupId, value)
    const member = group?.members.get(memberId)
    if (!group || !member) return
    group.members.set(memberId, { ...member, ...(value ? placeFrom(value) : nowhere), memberId })
  }

  #applyRegex(key: Uint8Array, value: Uint8Array | null): void {
    const { groupId, regularExpression } = decodeRecord(ConsumerGroupRegularExpressionKey, key).value
    const group = this.#of(groupId, value)
    if (value === null) group?.regexes.delete(regularExpression)
    else group?.regexes.set(regularExpression, [...decodeRecord(ConsumerGroupRegularExpressionValue, value).value.topics])
  }
}

const nowhere = { epoch: 0, previousEpoch: 0, state: "stable", assigned: noPartitions, revoking: noPartitions } as const

function placeFrom(value: Uint8Array) {
  const stored = decodeRecord(ConsumerGroupCurrentMemberAssignmentValue, value).value
  return {
    epoch: stored.memberEpoch,
    previousEpoch: stored.previousMemberEpoch,
    state: states[stored.state] ?? "stable",
    assigned: partitionsOf(stored.assignedPartitions),
    revoking: partitionsOf(stored.partitionsPendingRevocation),
  }
}
