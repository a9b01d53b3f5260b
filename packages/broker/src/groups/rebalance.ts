// The rebalance itself: when it starts, when the join phase is complete, who leads, which protocol is chosen, and what each
// waiting member hears. Called by the transitions of join, sync and leave; works on a draft only.

import { armSession, armTimer, type Draft, persist, reply, setPhase, updateMember } from "./draft.ts"
import { type ClassicMember, type GroupError, type JoinReply, noBytes, type SyncReply } from "./state.ts"

/** How long a member that never got an answer may take to come through its first rebalance. */
export const newMemberTimeoutMs = 300_000

export function joinFailure(error: GroupError, memberId: string): JoinReply {
  return {
    kind: "join",
    error,
    memberId,
    generation: -1,
    protocolType: null,
    protocol: null,
    leaderId: "",
    skipAssignment: false,
    members: [],
  }
}

export function syncFailure(error: GroupError): SyncReply {
  return { kind: "sync", error, protocolType: null, protocol: null, assignment: noBytes }
}

export function joinSuccess(draft: Draft, memberId: string): JoinReply {
  return {
    kind: "join",
    error: "NONE",
    memberId,
    generation: draft.generation,
    protocolType: draft.protocolType,
    protocol: draft.protocol,
    leaderId: draft.leaderId ?? "",
    skipAssignment: false,
    members: draft.leaderId === memberId ? membersWithMetadata(draft) : [],
  }
}

export function membersWithMetadata(draft: Draft): JoinReply["members"] {
  return [...draft.members.values()].map((member) => ({
    memberId: member.memberId,
    instanceId: member.instanceId,
    metadata: metadataOf(member, draft.protocol),
  }))
}

export function metadataOf(member: ClassicMember, protocol: string | null): Uint8Array {
  return member.protocols.find((candidate) => candidate.name === protocol)?.metadata ?? noBytes
}

export function syncSuccess(draft: Draft, assignment: Uint8Array): SyncReply {
  return { kind: "sync", error: "NONE", protocolType: draft.protocolType, protocol: draft.protocol, assignment }
}

/** Protocols that every member knows, in no particular order. */
export function commonProtocols(members: Iterable<ClassicMember>): Set<string> {
  let common: Set<string> | null = null
  for (const member of members) {
    const own = new Set(member.protocols.map((protocol) => protocol.name))
    common = common === null ? own : common.intersection(own)
  }
  return common ?? new Set()
}

/** Each member votes for its most preferred protocol among the common ones. */
export function chooseProtocol(draft: Draft): string | null {
  const candidates = commonProtocols(draft.members.values())
  const votes = new Map<string, number>()
  for (const member of draft.members.values()) {
    const vote = member.protocols.find((protocol) => candidates.has(protocol.name))
    if (vote) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
  }
  let best: string | null = null
  for (const [name, count] of votes) if (best === null || count > (votes.get(best) ?? 0)) best = name
  return best
}

/** Starts a rebalance, or lets a running join phase end if this change completed it. */
export function rebalanceOrCompleteJoin(draft: Draft): void {
  if (draft.phase === "preparing") completeJoinWhenReady(draft)
  else if (draft.phase !== "dead") prepareRebalance(draft)
}

export function prepareRebalance(draft: Draft): void {
  const wasEmpty = draft.phase === "empty"
  if (draft.phase === "completing") dropAssignments(draft)
  draft.pendingSync.clear()
  armTimer(draft, "sync", null)
  setPhase(draft, "preparing")
  draft.initialDelay = null
  if (wasEmpty) startInitialDelay(draft)
  else if (hasAllJoined(draft)) completeJoin(draft)
  else armTimer(draft, "join", rebalanceTimeoutMs(draft))
}

export function completeJoinWhenReady(draft: Draft): void {
  if (draft.phase === "preparing" && draft.initialDelay === null && hasAllJoined(draft)) completeJoin(draft)
}

/** The join timer fired: extend the initial delay while members keep arriving, else go on with who is there. */
export function onJoinTimeout(draft: Draft): void {
  if (draft.phase !== "preparing") return
  const initial = draft.initialDelay
  if (initial?.newMemberAdded && initial.remainingMs > 0) {
    const delayMs = Math.min(draft.rules.initialRebalanceDelayMs, initial.remainingMs)
    draft.initialDelay = { delayMs, remainingMs: Math.max(initial.remainingMs - delayMs, 0), newMemberAdded: false }
    armTimer(draft, "join", delayMs)
    return
  }
  completeJoin(draft)
}

function startInitialDelay(draft: Draft): void {
  const delayMs = draft.rules.initialRebalanceDelayMs
  draft.initialDelay = { delayMs, remainingMs: Math.max(rebalanceTimeoutMs(draft) - delayMs, 0), newMemberAdded: false }
  armTimer(draft, "join", delayMs)
}

function hasAllJoined(draft: Draft): boolean {
  if (draft.pendingMembers.size > 0) return false
  for (const member of draft.members.values()) if (member.joinTicket === null) return false
  return true
}

function rebalanceTimeoutMs(draft: Draft): number {
  let longest = 0
  for (const member of draft.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs)
  return longest
}

/** Ends the join phase: who did not rejoin in time is out, unless static; the others get the next generation. */
function completeJoin(draft: Draft): void {
  draft.initialDelay = null
  for (const member of [...draft.members.values()]) {
    if (member.joinTicket !== null || member.instanceId !== null) continue
    draft.members.delete(member.memberId)
    armSession(draft, member.memberId, null)
  }
  if (!electLeader(draft) && draft.members.size > 0) {
    // Only absent static members are left: wait for one of them, or for their sessions to run out.
    armTimer(draft, "join", rebalanceTimeoutMs(draft))
    return
  }
  armTimer(draft, "join", null)
  draft.generation += 1
  draft.pendingSync.clear()
  if (draft.members.size === 0) becomeEmpty(draft)
  else startSyncPhase(draft)
}

function electLeader(draft: Draft): boolean {
  const current = draft.leaderId === null ? undefined : draft.members.get(draft.leaderId)
  if (current && current.joinTicket !== null) return true
  for (const member of draft.members.values()) {
    if (member.joinTicket === null) continue
    draft.leaderId = member.memberId
    return true
  }
  return false
}

function becomeEmpty(draft: Draft): void {
  draft.protocol = null
  draft.leaderId = null
  setPhase(draft, "empty")
  persist(draft)
}

function startSyncPhase(draft: Draft): void {
  draft.protocol = chooseProtocol(draft)
  setPhase(draft, "completing")
  armTimer(draft, "sync", rebalanceTimeoutMs(draft))
  for (const member of [...draft.members.values()]) {
    // An absent static member neither hears nor has to ask; its session goes on running.
    if (member.joinTicket === null) continue
    draft.pendingSync.add(member.memberId)
    reply(draft, member.joinTicket, joinSuccess(draft, member.memberId))
    updateMember(draft, member.memberId, { joinTicket: null, isNew: false })
    armSession(draft, member.memberId, member.sessionTimeoutMs)
  }
}

/** Members still waiting for an assignment hear that there will be none in this generation. */
export function dropAssignments(draft: Draft, error: GroupError = "REBALANCE_IN_PROGRESS"): void {
  for (const member of [...draft.members.values()]) {
    if (member.syncTicket !== null) {
      reply(draft, member.syncTicket, syncFailure(error))
      armSession(draft, member.memberId, member.sessionTimeoutMs)
    }
    updateMember(draft, member.memberId, { assignment: noBytes, syncTicket: null })
  }
}

/** Takes a member out, answering what it still waits for, and elects another leader if it led. */
export function removeMember(draft: Draft, memberId: string): void {
  const member = draft.members.get(memberId)
  draft.members.delete(memberId)
  draft.pendingMembers.delete(memberId)
  draft.pendingSync.delete(memberId)
  armSession(draft, memberId, null)
  if (!member) return
  answerOpenRequests(draft, member, "UNKNOWN_MEMBER_ID")
  if (draft.leaderId === memberId) draft.leaderId = draft.members.keys().next().value ?? null
}

export function answerOpenRequests(draft: Draft, member: ClassicMember, error: GroupError): void {
  const { joinTicket, syncTicket, memberId } = member
  if (joinTicket !== null) reply(draft, joinTicket, joinFailure(error, memberId))
  if (syncTicket !== null) reply(draft, syncTicket, syncFailure(error))
}
