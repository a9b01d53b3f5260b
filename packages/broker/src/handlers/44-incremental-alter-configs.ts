// Changes single configs of topics and brokers: SET, DELETE, and APPEND and SUBTRACT on lists. All changes of one resource are made or none.
import { errorCode } from "@rivven/protocol"
import { IncrementalAlterConfigs } from "@rivven/protocol/messages"
import { whyConfigsDenied } from "../dispatch/config-access.ts"
import { defineHandler } from "../dispatch/define-handler.ts"

export default defineHandler(IncrementalAlterConfigs, {
  versions: [0, 1],
  omits: ["broker loggers (8), client metrics (16), groups (32)"],
  async handle({ resources, validateOnly }, context) {
    const responses = await Promise.all(
      resources.map(async ({ resourceType, resourceName, configs }) => {
        const changes = configs.map(({ name, configOperation: operation, value }) => ({ name, operation, value }))
        const denial = whyConfigsDenied("ALTER_CONFIGS", { resourceType, resourceName }, context)
        const result = denial ?? (await context.configAdmin.alter({ resourceType, resourceName, changes, validateOnly }))
        if (result.ok) return { errorCode: 0, errorMessage: null, resourceType, resourceName }
        context.countError(result.error)
        return { errorCode: errorCode(result.error), errorMessage: result.message, resourceType, resourceName }
      }),
    )
    return { throttleTimeMs: 0, responses }
  },
})
