// Leaves a classic group. From 3 several members at once, static ones by their instance id; before, one member whose error is the answer's.
import { errorCode } from "@rivven/protocol"
import { LeaveGroup } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

const firstVersionWithMembers = 3

export default defineHandler(LeaveGroup, {
  versions: [0, 5],
  omits: ["the reason of version 5 is not logged"],
  async handle(request, context) {
    if (!context.allows("READ", "GROUP", request.groupId)) return { errorCode: errorCode("GROUP_AUTHORIZATION_FAILED"), members: [] }
    const isSingle = context.apiVersion < firstVersionWithMembers
    const members = isSingle
      ? [{ memberId: request.memberId, instanceId: null }]
      : request.members.map(({ memberId, groupInstanceId }) => ({ memberId, instanceId: groupInstanceId }))
    const reply = await context.groups.leave(request.groupId, { members })
    if (isSingle) return { errorCode: errorCode(reply.members[0]?.error ?? reply.error), members: [] }
    return {
      errorCode: errorCode(reply.error),
      members: reply.members.map(({ memberId, instanceId, error }) => ({
        memberId,
        groupInstanceId: instanceId,
        errorCode: errorCode(error),
      })),
    }
  },
})
