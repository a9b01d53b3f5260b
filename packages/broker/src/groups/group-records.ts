// Records of `__consumer_offsets` in Kafka's formats: offsets by (group, topic, partition) and the state of classic groups. Values are
// written in the versions Kafka writes, offsets in the flexible one that carries the topic's id.
import { DecodeError, decodeRecord, encodeRecord } from "@rivven/protocol"
import { GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue } from "@rivven/protocol/messages/internal"
import type { LogRecord } from "../internal-log.ts"
import type { CommittedOffset, OffsetKey } from "./offsets.ts"
import { metadataOf } from "./rebalance.ts"
import { type ClassicGroup, type ClassicMember, emptyGroup } from "./state.ts"

export type StoredRecord =
  | { readonly type: "offset"; readonly key: OffsetKey; readonly value: CommittedOffset | null }
  | { readonly type: "group"; readonly groupId: string; readonly value: ClassicGroup | null }

const groupKeyVersion = 2

export function encodeOffset(key: OffsetKey, value: CommittedOffset | null): LogRecord {
  const { groupId: group, topic, partition } = key
  return {
    key: encodeRecord(OffsetCommitKey, 1, { group, topic, partition }),
    value: value && encodeRecord(OffsetCommitValue, 4, { ...value, commitTimestamp: value.committedMs }),
  }
}

export function encodeGroup(groupId: string, group: ClassicGroup | null): LogRecord {
  return {
    key: encodeRecord(GroupMetadataKey, 2, { group: groupId }),
    value: group && encodeRecord(GroupMetadataValue, 3, storedGroup(group)),
  }
}

function storedGroup(group: ClassicGroup) {
  return {
    protocolType: group.protocolType ?? "",
    generation: group.generation,
    protocol: group.protocol,
    leader: group.leaderId,
    currentStateTimestamp: group.sinceMs,
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: metadataOf(member, group.protocol),
      assignment: member.assignment,
    })),
  }
}

/** Null for keys of kinds that this version does not write. Throws `DecodeError`. */
export function decodeStored({ key, value }: LogRecord): StoredRecord | null {
  if (key === null || key.length < 2) throw new DecodeError({ reason: "a record of a group needs a key", offset: 0 })
  const version = ((key[0] ?? 0) << 8) | (key[1] ?? 0)
  if (version === groupKeyVersion) {
    const groupId = decodeRecord(GroupMetadataKey, key).value.group
    return { type: "group", groupId, value: value && groupFrom(groupId, value) }
  }
  if (version > groupKeyVersion) return null
  const { group: groupId, topic, partition } = decodeRecord(OffsetCommitKey, key).value
  return { type: "offset", key: { groupId, topic, partition }, value: value && offsetFrom(value) }
}

function offsetFrom(bytes: Uint8Array): CommittedOffset {
  const { offset, leaderEpoch, metadata, commitTimestamp, topicId } = decodeRecord(OffsetCommitValue, bytes).value
  return { offset, leaderEpoch, metadata, committedMs: commitTimestamp, topicId, order: 0 }
}

/** What survives a restart: a group with members is stable again, and each member has the one protocol that was chosen. */
function groupFrom(groupId: string, bytes: Uint8Array): ClassicGroup {
  const stored = decodeRecord(GroupMetadataValue, bytes).value
  const members = stored.members.map((member): [string, ClassicMember] => [
    member.memberId,
    {
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      protocols: [{ name: stored.protocol ?? "", metadata: member.subscription.slice() }],
      assignment: member.assignment.slice(),
      joinTicket: null,
      syncTicket: null,
      isNew: false,
    },
  ])
  return {
    ...emptyGroup(groupId, stored.currentStateTimestamp),
    phase: members.length === 0 ? "empty" : "stable",
    generation: stored.generation,
    protocolType: stored.protocolType === "" ? null : stored.protocolType,
    protocol: stored.protocol,
    leaderId: stored.leader,
    members: new Map(members),
  }
}
