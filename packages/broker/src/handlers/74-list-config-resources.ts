// What has configs, by type: topics, this broker, and groups that were given some. 0 lists client metrics only, of which there are none;
// from 1 on no types mean all.
import { type ErrorName, errorCode } from "@rivven/protocol"
import { ListConfigResources } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"
import { resourceTypes } from "../topics/catalog.ts"

const known: ReadonlySet<number> = new Set(Object.values(resourceTypes))
const firstVersionWithTypes = 1

export default defineHandler(ListConfigResources, {
  versions: [0, 1],
  omits: ["broker loggers (8), client metrics (16): always empty"],
  handle({ resourceTypes: asked }, context) {
    if (!context.allows("DESCRIBE_CONFIGS", "CLUSTER", clusterResource)) return refused("CLUSTER_AUTHORIZATION_FAILED", context)
    const wanted = new Set(context.apiVersion < firstVersionWithTypes ? [resourceTypes.clientMetrics] : asked.length > 0 ? asked : known)
    if ([...wanted].some((type) => !known.has(type))) return refused("UNSUPPORTED_VERSION", context)
    const configResources = [...wanted].flatMap((resourceType) =>
      namesOf(resourceType, context).map((resourceName) => ({ resourceName, resourceType })),
    )
    return { throttleTimeMs: 0, errorCode: 0, configResources }
  },
})

function refused(error: ErrorName, context: RequestContext) {
  context.countError(error)
  return { throttleTimeMs: 0, errorCode: errorCode(error), configResources: [] }
}

function namesOf(type: number, { catalog, identity }: RequestContext): readonly string[] {
  if (type === resourceTypes.topic) return catalog.topics().map(({ name }) => name)
  if (type === resourceTypes.broker) return [String(identity.nodeId)]
  return type === resourceTypes.group ? catalog.groupsWithConfigs() : []
}
