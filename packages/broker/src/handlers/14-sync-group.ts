// Brings the leader's assignments to the members; answered when the leader's is there and stored. 3 static members, 5 protocol type and name.
import { errorCode } from "@rivven/protocol"
import { SyncGroup } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

export default defineHandler(SyncGroup, {
  versions: [0, 5],
  omits: [],
  async handle(request, context) {
    if (!context.allows("READ", "GROUP", request.groupId))
      return { errorCode: errorCode("GROUP_AUTHORIZATION_FAILED"), protocolType: null, protocolName: null, assignment: new Uint8Array(0) }
    const reply = await context.groups.sync(request.groupId, {
      memberId: request.memberId,
      instanceId: request.groupInstanceId,
      generation: request.generationId,
      protocolType: request.protocolType,
      protocol: request.protocolName,
      assignments: new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment.slice()])),
    })
    return {
      errorCode: errorCode(reply.error),
      protocolType: reply.protocolType,
      protocolName: reply.protocol,
      assignment: reply.assignment,
    }
  },
})
