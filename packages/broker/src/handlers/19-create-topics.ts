// Makes topics, each on its own: all of one or nothing of it, durable before the answer. 1 validate only, 4 -1 means the broker's default,
// 5 configs in the answer, 7 the topic's id.
import { errorCode, type RequestOf, type ResponseInput, zeroUuid } from "@rivven/protocol"
import { CreateTopics } from "@rivven/protocol/messages"
import { quote } from "../config.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { spendMutations } from "../dispatch/mutations.ts"
import type { Refused } from "../log/model.ts"
import { clusterResource } from "../security/access.ts"
import { configSources } from "../topics/config-store.ts"
import { refuse } from "../topics/refusal.ts"

type Wanted = RequestOf<typeof CreateTopics>["topics"][number]
type Answer = ResponseInput<typeof CreateTopics>["topics"][number]

export default defineHandler(CreateTopics, {
  versions: [0, 7],
  omits: ["replication factors above 1", "the time-out (a topic is made within the request)"],
  async handle({ topics, validateOnly }, context) {
    const counts = new Map<string, number>()
    for (const { name } of topics) counts.set(name, (counts.get(name) ?? 0) + 1)
    const unique = [...new Map(topics.map((topic) => [topic.name, topic])).values()]
    const answers = await Promise.all(
      unique.map(async (topic) =>
        (counts.get(topic.name) ?? 0) > 1
          ? refused(topic.name, refuse("INVALID_REQUEST", `Topic ${quote(topic.name)} is in the request more than once`), context)
          : create(topic, validateOnly, context),
      ),
    )
    return { topics: answers }
  },
})

async function create(wanted: Wanted, validateOnly: boolean, context: RequestContext): Promise<Answer> {
  const { name, numPartitions: partitionCount, replicationFactor, assignments, configs } = wanted
  // Before anything is looked at: the answer does not tell whether the topic exists.
  if (!context.wouldAllow("CREATE", "CLUSTER", clusterResource) && !context.allows("CREATE", "TOPIC", name))
    return refused(name, refuse("TOPIC_AUTHORIZATION_FAILED", "Authorization failed."), context)
  const request = { name, partitionCount, replicationFactor, assignments, configs }
  const plan = context.topics.plan(request)
  if (!plan.ok) return refused(name, plan, context)
  const overspent = validateOnly ? null : spendMutations(plan.partitionCount, { firstStrictVersion: 6 }, context)
  if (overspent) return refused(name, overspent, context)
  const made = validateOnly ? null : await context.topics.create(request)
  if (made && !made.ok) return refused(name, made, context)
  const topicId = made?.topic.id ?? zeroUuid
  if (!context.wouldAllow("DESCRIBE_CONFIGS", "TOPIC", name))
    return { name, topicId, errorCode: 0, errorMessage: null, topicConfigErrorCode: errorCode("TOPIC_AUTHORIZATION_FAILED"), configs: null }
  const entries = context.configs.plannedEntries(plan.configs).map(({ definition, value, source }) => ({
    name: definition.name,
    value,
    readOnly: definition.readOnly,
    configSource: configSources[source],
    isSensitive: false,
  }))
  return { name, topicId, errorCode: 0, errorMessage: null, numPartitions: plan.partitionCount, replicationFactor: 1, configs: entries }
}

function refused(name: string, { error, message }: Refused, context: RequestContext): Answer {
  context.countError(error)
  return { name, topicId: zeroUuid, errorCode: errorCode(error), errorMessage: message, configs: [] }
}
