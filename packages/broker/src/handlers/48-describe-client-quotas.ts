// The quotas of users, client ids and addresses that a filter finds (KIP-546).
import { type ErrorName, errorCode } from "@rivven/protocol"
import { DescribeClientQuotas } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

export default defineHandler(DescribeClientQuotas, {
  versions: [0, 1],
  omits: [],
  handle({ components, strict }, context) {
    if (!context.allows("DESCRIBE_CONFIGS", "CLUSTER", clusterResource)) return refused("CLUSTER_AUTHORIZATION_FAILED", null, context)
    const found = context.quotaAdmin.find({ parts: components, isStrict: strict })
    if ("error" in found) return refused(found.error, found.message, context)
    const entries = found.map(({ entity, values }) => ({
      entity: [...entity],
      values: [...values].map(([key, value]) => ({ key, value })),
    }))
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, entries }
  },
})

function refused(error: ErrorName, errorMessage: string | null, context: RequestContext) {
  context.countError(error)
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, entries: null }
}
