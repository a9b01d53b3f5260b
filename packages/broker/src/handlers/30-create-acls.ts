// Stores access rules, each on its own; a rule that is there already is no mistake. In force for every request that starts after the answer.
import { errorCode } from "@rivven/protocol"
import { CreateAcls } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"
import type { AclProblem } from "../security/acl-admin.ts"
import { noAuthorizer } from "./29-describe-acls.ts"

export default defineHandler(CreateAcls, {
  versions: [0, 3],
  omits: [],
  async handle({ creations }, context) {
    const answer = (problem: AclProblem | null) => {
      if (problem === null) return { errorCode: 0, errorMessage: null }
      context.countError(problem.error)
      return { errorCode: errorCode(problem.error), errorMessage: problem.message }
    }
    const refuseAll = (problem: AclProblem) => ({ throttleTimeMs: 0, results: creations.map(() => answer(problem)) })
    if (!context.allows("ALTER", "CLUSTER", clusterResource))
      return refuseAll({ error: "CLUSTER_AUTHORIZATION_FAILED", message: "Cluster authorization failed." })
    if (context.authorizer === null) return refuseAll({ error: "SECURITY_DISABLED", message: noAuthorizer })
    const rules = creations.map(({ resourcePatternType: patternType, ...rule }) => ({ ...rule, patternType }))
    return { throttleTimeMs: 0, results: (await context.acls.create(rules)).map(answer) }
  },
})
