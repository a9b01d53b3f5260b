// Deletes empty groups with their offsets, each on its own, durable before the answer.
import { errorCode } from "@rivven/protocol"
import { DeleteGroups } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

export default defineHandler(DeleteGroups, {
  versions: [0, 2],
  omits: [],
  async handle({ groupsNames }, context) {
    const results = await Promise.all(
      groupsNames.map(async (groupId) => {
        const isAllowed = context.allows("DELETE", "GROUP", groupId)
        const error = !isAllowed ? "GROUP_AUTHORIZATION_FAILED" : await context.groupAdmin.deleteGroup(groupId)
        context.countError(error)
        return { groupId, errorCode: errorCode(error) }
      }),
    )
    return { throttleTimeMs: 0, results }
  },
})
