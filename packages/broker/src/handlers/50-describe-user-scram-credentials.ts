// Which users have SCRAM credentials, and with how many iterations; never the credentials. Users of the node's file are among them.
import { errorCode } from "@rivven/protocol"
import { DescribeUserScramCredentials } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

export default defineHandler(DescribeUserScramCredentials, {
  versions: [0, 0],
  omits: [],
  handle({ users }, context) {
    if (!context.allows("DESCRIBE", "CLUSTER", clusterResource)) {
      context.countError("CLUSTER_AUTHORIZATION_FAILED")
      return { throttleTimeMs: 0, errorCode: errorCode("CLUSTER_AUTHORIZATION_FAILED"), errorMessage: null, results: [] }
    }
    const results = context.scramAdmin.describe(users?.map(({ name }) => name) ?? null).map(({ user, result }) => {
      if (result.ok) return { user, errorCode: 0, errorMessage: null, credentialInfos: [...result.credentials] }
      context.countError(result.error)
      return { user, errorCode: errorCode(result.error), errorMessage: result.message, credentialInfos: [] }
    })
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, results }
  },
})
