// Deletes topics, each on its own; data, offsets of groups and producer state go with it. 5 a message, 6 by id.
import { errorCode, type ResponseInput, zeroUuid } from "@rivven/protocol"
import { DeleteTopics } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { spendMutations } from "../dispatch/mutations.ts"
import type { Refused } from "../log/model.ts"
import { clusterResource } from "../security/access.ts"
import { refuse } from "../topics/refusal.ts"
import type { Changed } from "../topics/topic-admin.ts"

type Answer = ResponseInput<typeof DeleteTopics>["responses"][number]
type Target = { readonly name: string | null; readonly topicId: string }

const firstVersionWithIds = 6

export default defineHandler(DeleteTopics, {
  versions: [0, 6],
  omits: ["the time-out (a topic is deleted within the request)"],
  async handle(request, context) {
    const targets =
      context.apiVersion < firstVersionWithIds ? request.topicNames.map((name) => ({ name, topicId: zeroUuid })) : request.topics
    return { responses: await Promise.all(targets.map((target) => remove(target, context))) }
  },
})

async function remove({ name, topicId }: Target, context: RequestContext): Promise<Answer> {
  const nameOfId = name === null ? context.catalog.topicById(topicId)?.name : undefined
  const denial = whyDenied(name ?? nameOfId, context)
  const partitions = context.catalog.topic(name ?? nameOfId ?? "")?.partitionCount ?? 0
  const overspent = denial || partitions === 0 ? null : spendMutations(partitions, { firstStrictVersion: 5 }, context)
  const result = denial ?? overspent ?? (await removed({ name, topicId }, context))
  // Only who may describe a topic learns the name that goes with an id.
  const knownName = name ?? (nameOfId !== undefined && mayDescribe(nameOfId, context) ? nameOfId : null)
  if (result.ok) return { name: result.topic.name, topicId: result.topic.id, errorCode: 0 }
  context.countError(result.error)
  return { name: knownName, topicId, errorCode: errorCode(result.error), errorMessage: result.message }
}

const mayDescribe = (name: string, { wouldAllow }: RequestContext): boolean =>
  wouldAllow("DELETE", "CLUSTER", clusterResource) || wouldAllow("DESCRIBE", "TOPIC", name)

/** Who may describe the topic hears whether it exists; everybody else hears the same in both cases. */
function whyDenied(name: string | undefined, context: RequestContext): Refused | null {
  if (name === undefined || context.wouldAllow("DELETE", "CLUSTER", clusterResource)) return null
  if (mayDescribe(name, context) && !context.catalog.topic(name)) return null
  return context.allows("DELETE", "TOPIC", name) ? null : refuse("TOPIC_AUTHORIZATION_FAILED", "Authorization failed.")
}

async function removed({ name, topicId }: Target, { topics }: RequestContext): Promise<Changed> {
  if (name === null) return topics.delete({ id: topicId })
  if (topicId !== zeroUuid) return refuse("INVALID_REQUEST", "a topic is deleted by name or by id, not by both")
  return topics.delete({ name })
}
