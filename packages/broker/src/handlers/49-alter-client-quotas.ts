// Sets and removes quotas (KIP-546), each entity on its own, durable before the answer; in force for the next request of whom they are for.
import { errorCode } from "@rivven/protocol"
import { AlterClientQuotas } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import type { QuotaProblem } from "../quotas/quota-admin.ts"
import { clusterResource } from "../security/access.ts"

export default defineHandler(AlterClientQuotas, {
  versions: [0, 1],
  omits: [],
  async handle({ entries, validateOnly }, context) {
    const isAllowed = context.allows("ALTER_CONFIGS", "CLUSTER", clusterResource)
    const denied: QuotaProblem = { error: "CLUSTER_AUTHORIZATION_FAILED", message: "Cluster authorization failed." }
    const problems = isAllowed
      ? await context.quotaAdmin.alter(
          entries.map(({ entity, ops }) => ({ entity, changes: ops })),
          { validateOnly },
        )
      : entries.map(() => denied)
    const answers = entries.map(({ entity }, index) => {
      const problem = problems[index]
      if (!problem) return { errorCode: 0, errorMessage: null, entity }
      context.countError(problem.error)
      return { errorCode: errorCode(problem.error), errorMessage: problem.message, entity }
    })
    return { throttleTimeMs: 0, entries: answers }
  },
})
