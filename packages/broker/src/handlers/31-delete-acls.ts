// Removes the access rules that filters find, and says which those were. A filter that makes no sense removes nothing.
import { errorCode } from "@rivven/protocol"
import { DeleteAcls } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"
import type { AclDeletion } from "../security/acl-admin.ts"
import { filterOf, noAuthorizer } from "./29-describe-acls.ts"

export default defineHandler(DeleteAcls, {
  versions: [0, 3],
  omits: [],
  async handle({ filters }, context) {
    const answer = ({ problem, rules }: AclDeletion) => {
      if (problem === null)
        return { errorCode: 0, errorMessage: null, matchingAcls: rules.map((rule) => ({ errorCode: 0, errorMessage: null, ...rule })) }
      context.countError(problem.error)
      return { errorCode: errorCode(problem.error), errorMessage: problem.message, matchingAcls: [] }
    }
    const refuseAll = (problem: AclDeletion["problem"]) => ({
      throttleTimeMs: 0,
      filterResults: filters.map(() => answer({ problem, rules: [] })),
    })
    if (!context.allows("ALTER", "CLUSTER", clusterResource))
      return refuseAll({ error: "CLUSTER_AUTHORIZATION_FAILED", message: "Cluster authorization failed." })
    if (context.authorizer === null) return refuseAll({ error: "SECURITY_DISABLED", message: noAuthorizer })
    return { throttleTimeMs: 0, filterResults: (await context.acls.delete(filters.map(filterOf))).map(answer) }
  },
})
