// JoinGroup: who may join, under which id, and whether that starts a rebalance. Three kinds of callers: a new dynamic member, a
// known member that joins again, and a static member (KIP-345) that comes back under a new id.

import { armSession, type Draft, persist, reply, updateMember } from "./draft.ts"
import {
  answerOpenRequests,
  chooseProtocol,
  commonProtocols,
  joinFailure,
  joinSuccess,
  newMemberTimeoutMs,
  rebalanceOrCompleteJoin,
} from "./rebalance.ts"
import { type ClassicGroup, type ClassicMember, findMember, type GroupError, type JoinEvent, memberOfInstance, noBytes } from "./state.ts"

export function onJoin(draft: Draft, event: JoinEvent): void {
  const refusal = whyRefused(draft, event)
  if (refusal) refuse(draft, event, refusal)
  else if (event.memberId === "" && event.instanceId === null) joinNewDynamic(draft, event)
  else if (event.memberId === "") joinNewStatic(draft, event)
  else if (event.instanceId === null && draft.pendingMembers.has(event.memberId)) addMember(draft, event, event.memberId)
  else joinKnown(draft, event)
}

function refuse(draft: Draft, event: JoinEvent, error: GroupError): void {
  reply(draft, event.ticket, joinFailure(error, event.memberId))
}

function whyRefused(draft: Draft, event: JoinEvent): GroupError | null {
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = draft.rules
  if (event.sessionTimeoutMs < minSessionTimeoutMs || event.sessionTimeoutMs > maxSessionTimeoutMs) return "INVALID_SESSION_TIMEOUT"
  if (draft.phase === "dead") return "COORDINATOR_NOT_AVAILABLE"
  if (isFull(draft, event.memberId)) return "GROUP_MAX_SIZE_REACHED"
  if (!isCompatible(draft, event)) return "INCONSISTENT_GROUP_PROTOCOL"
  return null
}

function isFull(draft: Draft, memberId: string): boolean {
  const { maxSize } = draft.rules
  if (draft.phase === "empty") return false
  const member = draft.members.get(memberId)
  if (draft.phase !== "preparing") return !member && draft.members.size >= maxSize
  if (member?.joinTicket != null) return false
  let joined = 0
  for (const other of draft.members.values()) if (other.joinTicket !== null) joined += 1
  return joined >= maxSize
}

function isCompatible(draft: Draft, event: JoinEvent): boolean {
  if (event.protocolType === "" || event.protocols.length === 0) return false
  if (draft.members.size === 0) return true
  if (event.protocolType !== draft.protocolType) return false
  const others = [...draft.members.values()].filter((member) => !isSameMember(member, event))
  if (others.length === 0) return true
  const common = commonProtocols(others)
  return event.protocols.some((protocol) => common.has(protocol.name))
}

function isSameMember(member: ClassicMember, event: JoinEvent): boolean {
  return event.instanceId === null ? member.memberId === event.memberId : member.instanceId === event.instanceId
}

function joinNewDynamic(draft: Draft, event: JoinEvent): void {
  if (!event.requiresKnownMemberId) {
    addMember(draft, event, event.freshMemberId)
    return
  }
  draft.pendingMembers.add(event.freshMemberId)
  armSession(draft, event.freshMemberId, event.sessionTimeoutMs)
  reply(draft, event.ticket, joinFailure("MEMBER_ID_REQUIRED", event.freshMemberId))
}

function joinNewStatic(draft: Draft, event: JoinEvent): void {
  const owner = memberOfInstance(draft, event.instanceId ?? "")
  if (owner) takeOver(draft, event, owner)
  else addMember(draft, event, event.freshMemberId)
}

function addMember(draft: Draft, event: JoinEvent, memberId: string): void {
  draft.pendingMembers.delete(memberId)
  if (draft.members.size === 0) draft.protocolType = event.protocolType
  draft.members.set(memberId, {
    memberId,
    instanceId: event.instanceId,
    clientId: event.clientId,
    clientHost: event.clientHost,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs,
    sessionTimeoutMs: event.sessionTimeoutMs,
    protocols: event.protocols,
    assignment: noBytes,
    joinTicket: event.ticket,
    syncTicket: null,
    isNew: true,
  })
  draft.leaderId ??= memberId
  if (draft.initialDelay) draft.initialDelay = { ...draft.initialDelay, newMemberAdded: true }
  armSession(draft, memberId, newMemberTimeoutMs)
  rebalanceOrCompleteJoin(draft)
}

function joinKnown(draft: Draft, event: JoinEvent): void {
  const found = findMember(draft, event)
  if ("error" in found) {
    refuse(draft, event, found.error)
    return
  }
  const isLeaderOfStable = draft.phase === "stable" && draft.leaderId === found.memberId
  if (draft.phase === "preparing" || isLeaderOfStable || !hasSameProtocols(found, event)) {
    rejoin(draft, event, found)
    return
  }
  // The answer to an earlier JoinGroup of this generation got lost, or a follower asks without a reason to rebalance.
  armSession(draft, found.memberId, found.sessionTimeoutMs)
  reply(draft, event.ticket, joinSuccess(draft, found.memberId))
}

function rejoin(draft: Draft, event: JoinEvent, member: ClassicMember): void {
  answerOpenRequests(draft, member, "REBALANCE_IN_PROGRESS")
  updateMember(draft, member.memberId, { ...changedBy(event), joinTicket: event.ticket, syncTicket: null })
  armSession(draft, member.memberId, member.isNew ? newMemberTimeoutMs : null)
  rebalanceOrCompleteJoin(draft)
}

/** A static member is back under a new id: the old id is fenced, and without news the group stays as it is. */
function takeOver(draft: Draft, event: JoinEvent, old: ClassicMember): void {
  const memberId = event.freshMemberId
  const oldLeaderId = draft.leaderId ?? ""
  answerOpenRequests(draft, old, "FENCED_INSTANCE_ID")
  armSession(draft, old.memberId, null)
  replaceInOrder(draft, old, { ...old, ...changedBy(event), memberId, joinTicket: event.ticket, syncTicket: null })
  if (draft.leaderId === old.memberId) draft.leaderId = memberId
  if (draft.pendingSync.delete(old.memberId)) draft.pendingSync.add(memberId)
  armSession(draft, memberId, event.sessionTimeoutMs)
  if (draft.phase !== "stable" || chooseProtocol(draft) !== draft.protocol) {
    armSession(draft, memberId, null)
    rebalanceOrCompleteJoin(draft)
    return
  }
  updateMember(draft, memberId, { joinTicket: null })
  persist(draft)
  const isLeader = draft.leaderId === memberId
  const answer = joinSuccess(draft, memberId)
  // A leader that cannot be told to skip the assignment is told that its old self leads, so that it only asks for its share.
  if (event.canSkipAssignment) reply(draft, event.ticket, { ...answer, skipAssignment: isLeader })
  else reply(draft, event.ticket, { ...answer, leaderId: oldLeaderId, members: [] })
}

function replaceInOrder(draft: Draft, old: ClassicMember, next: ClassicMember): void {
  draft.members = new Map(
    [...draft.members].map(([id, member]): [string, ClassicMember] => (id === old.memberId ? [next.memberId, next] : [id, member])),
  )
}

function changedBy(event: JoinEvent): Partial<ClassicMember> {
  const { clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols } = event
  return { clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols }
}

function hasSameProtocols(member: ClassicMember, event: JoinEvent): boolean {
  if (member.protocols.length !== event.protocols.length) return false
  return member.protocols.every((own, index) => {
    const asked = event.protocols[index]
    return asked !== undefined && own.name === asked.name && Buffer.compare(own.metadata, asked.metadata) === 0
  })
}

/** Whether a JoinGroup without a known member may create the group it names. */
export function mayCreateGroup(event: Pick<JoinEvent, "memberId">, group: ClassicGroup | undefined): boolean {
  return group !== undefined || event.memberId === ""
}
