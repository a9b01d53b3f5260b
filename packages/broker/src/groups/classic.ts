// Classic consumer groups as one pure function: (group, event, rules) → [group, effects]. Eager and cooperative groups look alike
// here, because the broker never reads what members put into their metadata. Timers, the log and open requests are the
// coordinator's; it calls this once per event and carries the effects out in order.

import { armSession, armTimer, closeDraft, type Draft, openDraft, persist, reply, setPhase, updateMember } from "./draft.ts"
import { onJoin } from "./join.ts"
import {
  completeJoinWhenReady,
  dropAssignments,
  onJoinTimeout,
  prepareRebalance,
  rebalanceOrCompleteJoin,
  removeMember,
  syncFailure,
  syncSuccess,
} from "./rebalance.ts"
import {
  type ClassicGroup,
  type ClassicMember,
  findCurrentMember,
  findMember,
  type GroupEffect,
  type GroupError,
  type GroupEvent,
  type GroupRules,
  type HeartbeatEvent,
  type LeaveEvent,
  memberOfInstance,
  noBytes,
  type SyncEvent,
} from "./state.ts"

export function transition(group: ClassicGroup, event: GroupEvent, rules: GroupRules): [ClassicGroup, GroupEffect[]] {
  // Most events are heartbeats and change nothing but a deadline: no copy for them.
  if (event.kind === "heartbeat") return [group, onHeartbeat(group, event)]
  const draft = openDraft(group, rules)
  switch (event.kind) {
    case "join":
      onJoin(draft, event)
      break
    case "sync":
      onSync(draft, event)
      break
    case "leave":
      onLeave(draft, event)
      break
    case "sessionExpired":
      onSessionExpired(draft, event.memberId)
      break
    case "joinTimeout":
      onJoinTimeout(draft)
      break
    case "syncTimeout":
      onSyncTimeout(draft)
      break
    case "persistFailed":
      onPersistFailed(draft, event.generation)
      break
  }
  return closeDraft(draft)
}

function onHeartbeat(group: ClassicGroup, event: HeartbeatEvent): GroupEffect[] {
  const answer = (error: GroupError): GroupEffect => ({ kind: "reply", ticket: event.ticket, reply: { kind: "heartbeat", error } })
  const found = findCurrentMember(group, event)
  if ("error" in found) return [answer(found.error)]
  const { memberId, sessionTimeoutMs } = found
  const isWaiting = found.joinTicket !== null || found.syncTicket !== null
  const touch: GroupEffect[] = isWaiting ? [] : [{ kind: "session", memberId, timeoutMs: sessionTimeoutMs }]
  return [...touch, answer(group.phase === "preparing" ? "REBALANCE_IN_PROGRESS" : "NONE")]
}

function onSync(draft: Draft, event: SyncEvent): void {
  const found = findCurrentMember(draft, event)
  if ("error" in found) reply(draft, event.ticket, syncFailure(found.error))
  else if (!namesTheSameProtocol(draft, event)) reply(draft, event.ticket, syncFailure("INCONSISTENT_GROUP_PROTOCOL"))
  else if (draft.phase === "preparing") reply(draft, event.ticket, syncFailure("REBALANCE_IN_PROGRESS"))
  else syncMember(draft, event, found)
}

function syncMember(draft: Draft, event: SyncEvent, found: ClassicMember): void {
  if (found.syncTicket !== null) reply(draft, found.syncTicket, syncFailure("REBALANCE_IN_PROGRESS"))
  draft.pendingSync.delete(found.memberId)
  if (draft.phase === "stable") {
    armSession(draft, found.memberId, found.sessionTimeoutMs)
    reply(draft, event.ticket, syncSuccess(draft, found.assignment))
  } else {
    updateMember(draft, found.memberId, { syncTicket: event.ticket })
    armSession(draft, found.memberId, null)
    if (found.memberId === draft.leaderId) assign(draft, event.assignments)
  }
  if (draft.phase === "stable" && draft.pendingSync.size === 0) armTimer(draft, "sync", null)
}

function namesTheSameProtocol(draft: Draft, event: SyncEvent): boolean {
  if (event.protocolType !== null && event.protocolType !== draft.protocolType) return false
  return event.protocol === null || event.protocol === draft.protocol
}

/** The leader's answer: every member gets an assignment, an empty one if the leader forgot it. */
function assign(draft: Draft, assignments: ReadonlyMap<string, Uint8Array>): void {
  setPhase(draft, "stable")
  persist(draft)
  for (const member of [...draft.members.values()]) {
    const assignment = assignments.get(member.memberId) ?? noBytes
    updateMember(draft, member.memberId, { assignment, syncTicket: null })
    if (member.syncTicket === null) continue
    reply(draft, member.syncTicket, syncSuccess(draft, assignment))
    armSession(draft, member.memberId, member.sessionTimeoutMs)
  }
}

function onLeave(draft: Draft, event: LeaveEvent): void {
  const members = event.members.map((member) => ({ ...member, error: leave(draft, member) }))
  const isGone = members.some((member) => member.error === "NONE")
  reply(draft, event.ticket, { kind: "leave", error: "NONE", members })
  if (isGone) rebalanceAfterRemoval(draft)
}

function leave(draft: Draft, claim: { readonly memberId: string; readonly instanceId: string | null }): GroupError {
  if (claim.instanceId === null && draft.pendingMembers.has(claim.memberId)) {
    removeMember(draft, claim.memberId)
    return "NONE"
  }
  // An administrator removes a static member by its instance id alone.
  const isByInstance = claim.instanceId !== null && claim.memberId === ""
  const found = isByInstance ? memberOfInstance(draft, claim.instanceId ?? "") : findMember(draft, claim)
  if (!found) return "UNKNOWN_MEMBER_ID"
  if ("error" in found) return found.error
  removeMember(draft, found.memberId)
  return "NONE"
}

function rebalanceAfterRemoval(draft: Draft): void {
  if (draft.phase === "stable" || draft.phase === "completing") prepareRebalance(draft)
  else completeJoinWhenReady(draft)
}

function onSessionExpired(draft: Draft, memberId: string): void {
  const member = draft.members.get(memberId)
  const isWaiting = member !== undefined && !member.isNew && (member.joinTicket !== null || member.syncTicket !== null)
  if (isWaiting || (!member && !draft.pendingMembers.has(memberId))) return
  removeMember(draft, memberId)
  rebalanceAfterRemoval(draft)
}

/** Members that joined but never asked for their assignment hold up nobody: they are out. */
function onSyncTimeout(draft: Draft): void {
  if (draft.phase !== "completing" && draft.phase !== "stable") return
  const late = [...draft.pendingSync]
  if (late.length === 0) return
  for (const memberId of late) removeMember(draft, memberId)
  rebalanceOrCompleteJoin(draft)
}

/** The assignment could not be stored: nobody may work with it, so the group assigns anew. */
function onPersistFailed(draft: Draft, generation: number): void {
  if (draft.generation !== generation || draft.phase !== "stable") return
  dropAssignments(draft)
  prepareRebalance(draft)
}
