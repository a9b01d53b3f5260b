// Stores and deletes SCRAM credentials: 91 nothing to delete, 92 named twice, 93 not acceptable. Sessions of a deleted one end at once.
import { errorCode } from "@rivven/protocol"
import { AlterUserScramCredentials } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

export default defineHandler(AlterUserScramCredentials, {
  versions: [0, 0],
  omits: [],
  async handle({ deletions, upsertions }, context) {
    if (!context.allows("ALTER", "CLUSTER", clusterResource)) {
      context.countError("CLUSTER_AUTHORIZATION_FAILED")
      const users = new Set([...deletions, ...upsertions].map(({ name }) => name))
      const refusal = { errorCode: errorCode("CLUSTER_AUTHORIZATION_FAILED"), errorMessage: null }
      return { throttleTimeMs: 0, results: [...users].map((user) => ({ user, ...refusal })) }
    }
    const results = (await context.scramAdmin.alter(deletions, upsertions)).map(({ user, result }) => {
      if (result.ok) return { user, errorCode: 0, errorMessage: null }
      context.countError(result.error)
      return { user, errorCode: errorCode(result.error), errorMessage: result.message }
    })
    return { throttleTimeMs: 0, results }
  },
})
