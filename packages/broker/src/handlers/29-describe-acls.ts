// The access rules that a filter finds, grouped by the resources they are about. 1 prefixed patterns, 3 users as resources. Without an
// authorizer there are no rules: SECURITY_DISABLED.
import { type ErrorName, errorCode, type RequestOf } from "@rivven/protocol"
import { DescribeAcls } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"
import type { AclFilter, AclRule } from "../security/acl-rule.ts"

export const noAuthorizer = "No authorizer is configured on the broker"

export default defineHandler(DescribeAcls, {
  versions: [0, 3],
  omits: [],
  handle(request, context) {
    if (!context.allows("DESCRIBE", "CLUSTER", clusterResource)) return refused("CLUSTER_AUTHORIZATION_FAILED", null, context)
    if (context.authorizer === null) return refused("SECURITY_DISABLED", noAuthorizer, context)
    const found = context.acls.find(filterOf(request))
    if ("error" in found) return refused(found.error, found.message, context)
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, resources: byResource(found) }
  },
})

export function filterOf(filter: RequestOf<typeof DescribeAcls>): AclFilter {
  return {
    resourceType: filter.resourceTypeFilter,
    resourceName: filter.resourceNameFilter,
    patternType: filter.patternTypeFilter,
    principal: filter.principalFilter,
    host: filter.hostFilter,
    operation: filter.operation,
    permissionType: filter.permissionType,
  }
}

function refused(error: ErrorName, errorMessage: string | null, context: RequestContext) {
  context.countError(error)
  return { throttleTimeMs: 0, errorCode: errorCode(error), errorMessage, resources: [] }
}

function byResource(rules: readonly AclRule[]) {
  const resources = new Map<string, Pick<AclRule, "resourceType" | "resourceName" | "patternType"> & { acls: AclRule[] }>()
  for (const rule of rules) {
    const { resourceType, resourceName, patternType } = rule
    const key = `${resourceType}/${patternType}/${resourceName}`
    const resource = resources.get(key) ?? { resourceType, resourceName, patternType, acls: [] }
    resource.acls.push(rule)
    resources.set(key, resource)
  }
  return [...resources.values()]
}
