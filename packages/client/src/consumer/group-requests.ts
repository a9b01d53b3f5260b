/** What a member says to its coordinator, one attempt each: join, sync, heartbeat, leave. */
import type { ResponseOf } from "@rivven/protocol"
import { Heartbeat, JoinGroup, LeaveGroup, SyncGroup } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import { brokerFailed, ok, type Result } from "../errors.ts"

export type Membership = { groupId: string; instanceId: string | null; memberId: string; generation: number }

export type Joined = ResponseOf<typeof JoinGroup>

export type JoinOptions = {
  protocols: readonly { name: string; metadata: Uint8Array }[]
  sessionTimeoutMs: number
  maxPollIntervalMs: number
  reason: string
  lane: string
}

/** A join is answered when all members are there, at the latest after the rebalance timeout. */
const joinMarginMs = 5_000
const protocolType = "consumer"
const maxReasonLength = 255

/** With MEMBER_ID_REQUIRED the answer still carries the member id to come back with; it is in `memberId`. */
export async function join(
  cluster: Cluster,
  member: Membership,
  options: JoinOptions,
): Promise<{ result: Result<Joined>; memberId: string }> {
  const answer = await cluster.call(
    JoinGroup,
    {
      groupId: member.groupId,
      sessionTimeoutMs: options.sessionTimeoutMs,
      rebalanceTimeoutMs: options.maxPollIntervalMs,
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      protocolType,
      protocols: options.protocols,
      reason: options.reason.slice(0, maxReasonLength),
    },
    { route: { to: "coordinator", group: member.groupId }, lane: options.lane, timeoutMs: options.maxPollIntervalMs + joinMarginMs },
  )
  if (!answer.ok) return { result: answer, memberId: member.memberId }
  const { errorCode, memberId } = answer.value
  return { result: errorCode === 0 ? answer : brokerFailed(errorCode, `joining group ${member.groupId}`), memberId }
}

export type SyncOptions = {
  protocolName: string
  assignments: readonly { memberId: string; assignment: Uint8Array }[]
  lane: string
  timeoutMs: number
}

export async function sync(cluster: Cluster, member: Membership, options: SyncOptions): Promise<Result<Uint8Array>> {
  const answer = await cluster.call(
    SyncGroup,
    (version) => ({
      groupId: member.groupId,
      generationId: member.generation,
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      protocolType: version >= 5 ? protocolType : null,
      protocolName: version >= 5 ? options.protocolName : null,
      assignments: options.assignments,
    }),
    { route: { to: "coordinator", group: member.groupId }, lane: options.lane, timeoutMs: options.timeoutMs },
  )
  if (!answer.ok) return answer
  const { errorCode, assignment } = answer.value
  return errorCode === 0 ? ok(assignment) : brokerFailed(errorCode, `syncing group ${member.groupId}`)
}

export async function heartbeat(cluster: Cluster, member: Membership, options: { lane: string; timeoutMs: number }): Promise<Result<void>> {
  const answer = await cluster.call(
    Heartbeat,
    { groupId: member.groupId, generationId: member.generation, memberId: member.memberId, groupInstanceId: member.instanceId },
    { route: { to: "coordinator", group: member.groupId }, ...options },
  )
  if (!answer.ok) return answer
  const { errorCode } = answer.value
  return errorCode === 0 ? ok(undefined) : brokerFailed(errorCode, `heartbeat of group ${member.groupId}`)
}

export async function leave(cluster: Cluster, member: Membership, options: { timeoutMs: number; reason: string }): Promise<Result<void>> {
  const { reason, timeoutMs } = options
  const answer = await cluster.call(
    LeaveGroup,
    (version) =>
      version >= 3
        ? {
            groupId: member.groupId,
            members: [{ memberId: member.memberId, groupInstanceId: member.instanceId, reason: version >= 5 ? reason : null }],
          }
        : { groupId: member.groupId, memberId: member.memberId, members: [] },
    { route: { to: "coordinator", group: member.groupId }, timeoutMs },
  )
  if (!answer.ok) return answer
  const errorCode = answer.value.errorCode === 0 ? (answer.value.members[0]?.errorCode ?? 0) : answer.value.errorCode
  return errorCode === 0 ? ok(undefined) : brokerFailed(errorCode, `leaving group ${member.groupId}`)
}
