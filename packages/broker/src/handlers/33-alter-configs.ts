// Replaces all configs of a topic, a broker or a group: what is not named goes back to its default. Older clients' way; 44 changes single ones.
import { errorCode, type RequestOf } from "@rivven/protocol"
import { AlterConfigs } from "@rivven/protocol/messages"
import { whyConfigsDenied } from "../dispatch/config-access.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { repetitions } from "../topics/config-resources.ts"

type Resource = RequestOf<typeof AlterConfigs>["resources"][number]

export default defineHandler(AlterConfigs, {
  versions: [0, 2],
  omits: ["broker loggers (8), client metrics (16)"],
  async handle({ resources, validateOnly }, context) {
    const whyRepeated = repetitions(resources)
    const responses = await Promise.all(
      resources.map(async (resource) => {
        const { resourceType, resourceName } = resource
        const result = whyRepeated(resource) ?? (await replace(resource, validateOnly, context))
        if (result.ok) return { errorCode: 0, errorMessage: null, resourceType, resourceName }
        context.countError(result.error)
        return { errorCode: errorCode(result.error), errorMessage: result.message, resourceType, resourceName }
      }),
    )
    return { throttleTimeMs: 0, responses }
  },
})

function replace({ resourceType, resourceName, configs }: Resource, validateOnly: boolean, context: RequestContext) {
  const denial = whyConfigsDenied("ALTER_CONFIGS", { resourceType, resourceName }, context)
  return denial ?? context.configAdmin.replace({ resourceType, resourceName, configs, validateOnly })
}
