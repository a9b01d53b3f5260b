// Brokers, topics and partitions. 0 an empty list means all topics; from 1 null does. 4 may forbid creating topics on the way, 10 topic
// ids, 12 topics by id. A topic that is made here is answered at once: no client has to ask twice. A topic that may not be described is
// left out of all topics; asked for by name, the answer is the same whether it exists or not.
import { errorCode, type RequestOf, type ResponseInput, zeroUuid } from "@rivven/protocol"
import { Metadata } from "@rivven/protocol/messages"
import { authorizedOperations, operationsNotAsked } from "../dispatch/authorized-operations.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"
import { endpointOf } from "../services.ts"
import type { Topic } from "../topics/catalog.ts"
import { partitionView } from "../topics/partition-view.ts"
import { isInternalTopic, whyBadTopicName } from "../topics/topic-name.ts"

type Request = RequestOf<typeof Metadata>
type TopicAnswer = ResponseInput<typeof Metadata>["topics"][number]

const firstVersionWithIds = 12

export default defineHandler(Metadata, {
  versions: [0, 12],
  omits: ["version 13 (top-level error)"],
  async handle(request, context) {
    const { nodeId, clusterId } = context.identity
    const { host, port } = endpointOf(context)
    if (context.apiVersion < firstVersionWithIds && request.topics?.some((topic) => topic.name === null))
      return { close: `topics by id need version ${firstVersionWithIds}` }
    return {
      brokers: [{ nodeId, host, port, rack: context.configs.broker("broker.rack") || null }],
      clusterId,
      controllerId: nodeId,
      topics: withOperations(await topicsOf(request, context), request, context),
      clusterAuthorizedOperations: operationsOfCluster(request, context),
      errorCode: 0,
    }
  },
})

async function topicsOf({ topics, allowAutoTopicCreation }: Request, context: RequestContext): Promise<TopicAnswer[]> {
  const wantsAll = topics === null || (context.apiVersion === 0 && topics.length === 0)
  if (wantsAll) return visibleTopics(context).map((topic) => described(topic, context))
  const mayCreate = allowAutoTopicCreation && context.configs.broker("auto.create.topics.enable") === "true"
  return Promise.all(
    topics.map(async ({ name, topicId }) => {
      if (name === null) return byId(topicId, context)
      if (!context.allows("DESCRIBE", "TOPIC", name)) return denied({ name, topicId: zeroUuid }, context)
      const topic = context.catalog.topic(name)
      return topic ? described(topic, context) : missing(name, mayCreate, context)
    }),
  )
}

function byId(topicId: string, context: RequestContext): TopicAnswer {
  const topic = context.catalog.topicById(topicId)
  // An id says nothing to whoever does not know it already.
  if (topic && !context.allows("DESCRIBE", "TOPIC", topic.name)) return denied({ name: null, topicId }, context)
  if (topic) return described(topic, context)
  context.countError("UNKNOWN_TOPIC_ID")
  return { errorCode: errorCode("UNKNOWN_TOPIC_ID"), name: null, topicId, partitions: [] }
}

async function missing(name: string, mayCreate: boolean, context: RequestContext): Promise<TopicAnswer> {
  const isLegal = whyBadTopicName(name) === undefined
  if (mayCreate && !mayMake(name, context)) return denied({ name, topicId: zeroUuid }, context)
  const made = isLegal && mayCreate && !isInternalTopic(name) ? await context.topics.createWithDefaults(name) : null
  if (made?.ok) return described(made.topic, context)
  const error = made?.error ?? (isLegal ? "UNKNOWN_TOPIC_OR_PARTITION" : "INVALID_TOPIC_EXCEPTION")
  context.countError(error)
  return { errorCode: errorCode(error), name, topicId: zeroUuid, partitions: [] }
}

const mayMake = (name: string, context: RequestContext): boolean =>
  context.wouldAllow("CREATE", "CLUSTER", clusterResource) || context.allows("CREATE", "TOPIC", name)

function denied({ name, topicId }: { name: string | null; topicId: string }, context: RequestContext): TopicAnswer {
  context.countError("TOPIC_AUTHORIZATION_FAILED")
  return { errorCode: errorCode("TOPIC_AUTHORIZATION_FAILED"), name, topicId, partitions: [] }
}

const visibleTopics = ({ catalog, wouldAllow }: RequestContext): Topic[] =>
  catalog.topics().filter(({ name }) => wouldAllow("DESCRIBE", "TOPIC", name))

function withOperations(topics: TopicAnswer[], request: Request, context: RequestContext): TopicAnswer[] {
  if (!request.includeTopicAuthorizedOperations) return topics
  return topics.map((topic) => ({
    ...topic,
    topicAuthorizedOperations: isDenied(topic)
      ? operationsNotAsked
      : authorizedOperations(context, { type: "TOPIC", name: topic.name ?? "" }),
  }))
}

const isDenied = ({ name, errorCode: code }: TopicAnswer): boolean => name === null || code === errorCode("TOPIC_AUTHORIZATION_FAILED")

function operationsOfCluster({ includeClusterAuthorizedOperations }: Request, context: RequestContext): number {
  if (!includeClusterAuthorizedOperations) return operationsNotAsked
  return context.allows("DESCRIBE", "CLUSTER", clusterResource)
    ? authorizedOperations(context, { type: "CLUSTER", name: clusterResource })
    : 0
}

function described(topic: Topic, { topicLogs, identity }: RequestContext): TopicAnswer {
  const partitions = Array.from({ length: topic.partitionCount }, (_, index) => {
    const { error, leaderId, leaderEpoch, replicas } = partitionView(topic, index, { topicLogs, nodeId: identity.nodeId })
    return {
      errorCode: errorCode(error),
      partitionIndex: index,
      leaderId,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: replicas,
      offlineReplicas: [],
    }
  })
  return { errorCode: 0, name: topic.name, topicId: topic.id, isInternal: topic.isInternal, partitions }
}
