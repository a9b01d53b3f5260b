// Changes single configs of topics, brokers and groups: SET, DELETE, and APPEND and SUBTRACT on lists. All changes of one resource are made
// or none.
import { errorCode } from "@rivven/protocol"
import { IncrementalAlterConfigs } from "@rivven/protocol/messages"
import { whyConfigsDenied } from "../dispatch/config-access.ts"
import { defineHandler } from "../dispatch/define-handler.ts"
import { repetitions } from "../topics/config-resources.ts"

export default defineHandler(IncrementalAlterConfigs, {
  versions: [0, 1],
  omits: ["broker loggers (8), client metrics (16)"],
  async handle({ resources, validateOnly }, context) {
    const whyRepeated = repetitions(resources)
    const responses = await Promise.all(
      resources.map(async (resource) => {
        const { resourceType, resourceName, configs } = resource
        const changes = configs.map(({ name, configOperation: operation, value }) => ({ name, operation, value }))
        const refusal = whyRepeated(resource) ?? whyConfigsDenied("ALTER_CONFIGS", { resourceType, resourceName }, context)
        const result = refusal ?? (await context.configAdmin.alter({ resourceType, resourceName, changes, validateOnly }))
        if (result.ok) return { errorCode: 0, errorMessage: null, resourceType, resourceName }
        context.countError(result.error)
        return { errorCode: errorCode(result.error), errorMessage: result.message, resourceType, resourceName }
      }),
    )
    return { throttleTimeMs: 0, responses }
  },
})
