// Keeps a member of a classic group alive. 27 tells it that a rebalance waits for it; 3 static members.
import { errorCode } from "@rivven/protocol"
import { Heartbeat } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

export default defineHandler(Heartbeat, {
  versions: [0, 4],
  omits: [],
  async handle(request, context) {
    if (!context.allows("READ", "GROUP", request.groupId)) return { errorCode: errorCode("GROUP_AUTHORIZATION_FAILED") }
    const { memberId, groupInstanceId: instanceId, generationId: generation } = request
    const error = await context.groups.heartbeat(request.groupId, { memberId, instanceId, generation })
    return { errorCode: errorCode(error) }
  },
})
