// The state of one classic consumer group, the events that move it and the effects a move asks for.
// Values only: the coordinator owns the one current value per group, its timers, its log and its open requests.
// Groups of the newer protocol (KIP-848) are not described here.

export type GroupPhase = "empty" | "preparing" | "completing" | "stable" | "dead"

/** Stands for one open request; the coordinator knows which connection waits behind it. */
export type Ticket = number

export interface GroupProtocol {
  readonly name: string
  readonly metadata: Uint8Array
}

export interface ClassicMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly rebalanceTimeoutMs: number
  readonly sessionTimeoutMs: number
  readonly protocols: readonly GroupProtocol[]
  readonly assignment: Uint8Array
  /** A JoinGroup or SyncGroup of this member that is not answered yet. While one is open, the session does not run out. */
  readonly joinTicket: Ticket | null
  readonly syncTicket: Ticket | null
  /** True until the member got its first JoinGroup answer. */
  readonly isNew: boolean
}

/** The first rebalance of an empty group waits a little, so that members starting together share one generation. */
export interface InitialDelay {
  readonly delayMs: number
  readonly remainingMs: number
  readonly newMemberAdded: boolean
}

export interface ClassicGroup {
  readonly groupId: string
  readonly phase: GroupPhase
  readonly generation: number
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leaderId: string | null
  readonly members: ReadonlyMap<string, ClassicMember>
  /** Member ids handed out with MEMBER_ID_REQUIRED whose owner has not joined yet. */
  readonly pendingMembers: ReadonlySet<string>
  /** Members of the current generation that have not asked for their assignment yet. */
  readonly pendingSync: ReadonlySet<string>
  readonly initialDelay: InitialDelay | null
  /** Wall time of the last change of phase; says since when an empty group is empty. */
  readonly sinceMs: number
}

export type GroupError =
  | "NONE"
  | "UNKNOWN_MEMBER_ID"
  | "ILLEGAL_GENERATION"
  | "INCONSISTENT_GROUP_PROTOCOL"
  | "INVALID_GROUP_ID"
  | "INVALID_SESSION_TIMEOUT"
  | "REBALANCE_IN_PROGRESS"
  | "MEMBER_ID_REQUIRED"
  | "FENCED_INSTANCE_ID"
  | "GROUP_MAX_SIZE_REACHED"
  | "COORDINATOR_NOT_AVAILABLE"

export interface JoinEvent {
  readonly kind: "join"
  readonly ticket: Ticket
  readonly memberId: string
  readonly instanceId: string | null
  /** The id to use if the member has none yet; made by the caller, because this module has no randomness. */
  readonly freshMemberId: string
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly GroupProtocol[]
  /** JoinGroup 4 and later: a new dynamic member is sent away once with its id (KIP-394). */
  readonly requiresKnownMemberId: boolean
  /** JoinGroup 9 and later: a returning static leader may be told to keep the assignment (KIP-814). */
  readonly canSkipAssignment: boolean
}

export interface SyncEvent {
  readonly kind: "sync"
  readonly ticket: Ticket
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly assignments: ReadonlyMap<string, Uint8Array>
}

export interface HeartbeatEvent {
  readonly kind: "heartbeat"
  readonly ticket: Ticket
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
}

export interface LeaveEvent {
  readonly kind: "leave"
  readonly ticket: Ticket
  readonly members: readonly { readonly memberId: string; readonly instanceId: string | null }[]
}

export type GroupEvent =
  | JoinEvent
  | SyncEvent
  | HeartbeatEvent
  | LeaveEvent
  | { readonly kind: "sessionExpired"; readonly memberId: string }
  | { readonly kind: "joinTimeout" }
  | { readonly kind: "syncTimeout" }
  | { readonly kind: "persistFailed"; readonly generation: number }

export interface JoinReply {
  readonly kind: "join"
  readonly error: GroupError
  readonly memberId: string
  readonly generation: number
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leaderId: string
  readonly skipAssignment: boolean
  readonly members: readonly { readonly memberId: string; readonly instanceId: string | null; readonly metadata: Uint8Array }[]
}

export interface SyncReply {
  readonly kind: "sync"
  readonly error: GroupError
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly assignment: Uint8Array
}

export interface LeaveReply {
  readonly kind: "leave"
  readonly error: GroupError
  readonly members: readonly { readonly memberId: string; readonly instanceId: string | null; readonly error: GroupError }[]
}

export interface HeartbeatReply {
  readonly kind: "heartbeat"
  readonly error: GroupError
}

export type GroupReply = JoinReply | SyncReply | LeaveReply | HeartbeatReply

/** What a transition asks of the coordinator. Effects behind a `persist` happen once that write is durable. */
export type GroupEffect =
  | { readonly kind: "reply"; readonly ticket: Ticket; readonly reply: GroupReply }
  | { readonly kind: "session"; readonly memberId: string; readonly timeoutMs: number | null }
  | { readonly kind: "timer"; readonly timer: "join" | "sync"; readonly afterMs: number | null }
  | { readonly kind: "persist" }

/** The broker configs that decide about groups, and the wall clock of this moment. */
export interface GroupRules {
  readonly nowMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly initialRebalanceDelayMs: number
  readonly maxSize: number
}

export const noBytes = new Uint8Array(0)

export function emptyGroup(groupId: string, nowMs: number): ClassicGroup {
  return {
    groupId,
    phase: "empty",
    generation: 0,
    protocolType: null,
    protocol: null,
    leaderId: null,
    members: new Map(),
    pendingMembers: new Set(),
    pendingSync: new Set(),
    initialDelay: null,
    sinceMs: nowMs,
  }
}

/** Which member, if any, carries a static identity. */
export function memberOfInstance(group: ClassicGroup, instanceId: string): ClassicMember | undefined {
  for (const member of group.members.values()) if (member.instanceId === instanceId) return member
  return undefined
}

export interface MemberClaim {
  readonly memberId: string
  readonly instanceId: string | null
}

/** Finds the member a request claims to come from, or the reason why it is not that member. */
export function findMember(group: ClassicGroup, claim: MemberClaim): ClassicMember | { readonly error: GroupError } {
  if (claim.instanceId !== null) {
    const owner = memberOfInstance(group, claim.instanceId)
    if (!owner) return { error: "UNKNOWN_MEMBER_ID" }
    return owner.memberId === claim.memberId ? owner : { error: "FENCED_INSTANCE_ID" }
  }
  return group.members.get(claim.memberId) ?? { error: "UNKNOWN_MEMBER_ID" }
}

/** As `findMember`, with the generation the request was made in. */
export function findCurrentMember(
  group: ClassicGroup,
  claim: MemberClaim & { readonly generation: number },
): ClassicMember | { readonly error: GroupError } {
  if (group.phase === "dead") return { error: "COORDINATOR_NOT_AVAILABLE" }
  const found = findMember(group, claim)
  if ("error" in found) return found
  return claim.generation === group.generation ? found : { error: "ILLEGAL_GENERATION" }
}
