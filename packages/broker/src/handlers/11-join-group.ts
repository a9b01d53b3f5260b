// Enters a classic group. 1 rebalance timeout of its own, 4 a new member gets its id first (KIP-394), 5 static members, 7 protocol type,
// 9 a returning leader may skip the assignment. 0-1 stay, because Kafka re-added them for old clients. Answered when the join phase ends.
import { errorCode } from "@rivven/protocol"
import { JoinGroup } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

const firstVersionWith = { memberId: 4, nullProtocol: 7, skipAssignment: 9 }

export default defineHandler(JoinGroup, {
  versions: [0, 9],
  omits: ["the reason of version 8 is not logged"],
  async handle(request, context) {
    const { apiVersion, clientId, peer } = context
    if (!context.allows("READ", "GROUP", request.groupId)) return denied(apiVersion)
    const reply = await context.groups.join(request.groupId, {
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      clientId,
      clientHost: peer.host,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs < 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
      protocolType: request.protocolType,
      // Slices of the request: the group keeps them longer than the request's memory should live.
      protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() })),
      requiresKnownMemberId: apiVersion >= firstVersionWith.memberId,
      canSkipAssignment: apiVersion >= firstVersionWith.skipAssignment,
    })
    return {
      errorCode: errorCode(reply.error),
      generationId: reply.generation,
      protocolType: reply.protocolType,
      protocolName: reply.protocol ?? (apiVersion < firstVersionWith.nullProtocol ? "" : null),
      leader: reply.leaderId,
      skipAssignment: reply.skipAssignment,
      memberId: reply.memberId,
      members: reply.members.map(({ memberId, instanceId, metadata }) => ({ memberId, groupInstanceId: instanceId, metadata })),
    }
  },
})

function denied(apiVersion: number) {
  const protocolName = apiVersion < firstVersionWith.nullProtocol ? "" : null
  const nothing = { generationId: -1, protocolType: null, protocolName, leader: "", skipAssignment: false, memberId: "", members: [] }
  return { errorCode: errorCode("GROUP_AUTHORIZATION_FAILED"), ...nothing }
}
