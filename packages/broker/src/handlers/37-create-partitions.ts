// Adds partitions to topics, each on its own, durable before the answer; one result per topic, also when nothing was wrong.
import { errorCode, type RequestOf } from "@rivven/protocol"
import { CreatePartitions } from "@rivven/protocol/messages"
import { quote } from "../config.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { spendMutations } from "../dispatch/mutations.ts"
import type { Refused } from "../log/model.ts"
import type { Topic } from "../topics/catalog.ts"
import { refuse } from "../topics/refusal.ts"

type Wanted = RequestOf<typeof CreatePartitions>["topics"][number]

export default defineHandler(CreatePartitions, {
  versions: [0, 3],
  omits: ["the time-out (partitions are made within the request)"],
  async handle({ topics, validateOnly }, context) {
    const results = await Promise.all(
      topics.map(async (wanted, position) => {
        const isRepeated = topics.findIndex(({ name }) => name === wanted.name) < position
        const outcome = isRepeated
          ? refuse("INVALID_REQUEST", `Topic ${quote(wanted.name)} is in the request more than once`)
          : await grow(wanted, validateOnly, context)
        if (!isRefused(outcome)) return { name: wanted.name, errorCode: 0, errorMessage: null }
        context.countError(outcome.error)
        return { name: wanted.name, errorCode: errorCode(outcome.error), errorMessage: outcome.message }
      }),
    )
    return { throttleTimeMs: 0, results }
  },
})

async function grow(wanted: Wanted, validateOnly: boolean, context: RequestContext): Promise<Topic | Refused> {
  const { topics, allows, catalog } = context
  if (!allows("ALTER", "TOPIC", wanted.name)) return refuse("TOPIC_AUTHORIZATION_FAILED", "Authorization failed.")
  if (validateOnly) return topics.planGrowth(wanted)
  const planned = topics.planGrowth(wanted)
  if (isRefused(planned)) return planned
  const added = wanted.count - (catalog.topic(wanted.name)?.partitionCount ?? wanted.count)
  const overspent = spendMutations(added, { firstStrictVersion: 3 }, context)
  if (overspent) return overspent
  const grown = await topics.grow(wanted)
  return grown.ok ? grown.topic : grown
}

const isRefused = (outcome: Topic | Refused): outcome is Refused => "ok" in outcome
