// Brokers, topics and partitions. 0 an empty list means all topics; from 1 null does. 4 may forbid creating topics on the way, 10 topic
// ids, 12 topics by id. A topic that is made here is answered at once: no client has to ask twice.
import { errorCode, type RequestOf, type ResponseInput, zeroUuid } from "@rivven/protocol"
import { Metadata } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { endpointOf } from "../services.ts"
import type { Topic } from "../topics/catalog.ts"
import { partitionView } from "../topics/partition-view.ts"
import { isInternalTopic, whyBadTopicName } from "../topics/topic-name.ts"

type Request = RequestOf<typeof Metadata>
type TopicAnswer = ResponseInput<typeof Metadata>["topics"][number]

const firstVersionWithIds = 12

export default defineHandler(Metadata, {
  versions: [0, 12],
  omits: ["authorized operations (there is no authorizer)", "version 13 (top-level error)"],
  async handle(request, context) {
    const { nodeId, clusterId } = context.identity
    const { host, port } = endpointOf(context)
    if (context.apiVersion < firstVersionWithIds && request.topics?.some((topic) => topic.name === null))
      return { close: `topics by id need version ${firstVersionWithIds}` }
    return {
      brokers: [{ nodeId, host, port, rack: context.configs.broker("broker.rack") || null }],
      clusterId,
      controllerId: nodeId,
      topics: await topicsOf(request, context),
      errorCode: 0,
    }
  },
})

async function topicsOf({ topics, allowAutoTopicCreation }: Request, context: RequestContext): Promise<TopicAnswer[]> {
  const wantsAll = topics === null || (context.apiVersion === 0 && topics.length === 0)
  if (wantsAll) return context.catalog.topics().map((topic) => described(topic, context))
  const mayCreate = allowAutoTopicCreation && context.configs.broker("auto.create.topics.enable") === "true"
  return Promise.all(
    topics.map(async ({ name, topicId }) => {
      if (name === null) return byId(topicId, context)
      const topic = context.catalog.topic(name)
      return topic ? described(topic, context) : missing(name, mayCreate, context)
    }),
  )
}

function byId(topicId: string, context: RequestContext): TopicAnswer {
  const topic = context.catalog.topicById(topicId)
  if (topic) return described(topic, context)
  context.countError("UNKNOWN_TOPIC_ID")
  return { errorCode: errorCode("UNKNOWN_TOPIC_ID"), name: null, topicId, partitions: [] }
}

async function missing(name: string, mayCreate: boolean, context: RequestContext): Promise<TopicAnswer> {
  const isLegal = whyBadTopicName(name) === undefined
  const made = isLegal && mayCreate && !isInternalTopic(name) ? await context.topics.createWithDefaults(name) : null
  if (made?.ok) return described(made.topic, context)
  const error = made?.error ?? (isLegal ? "UNKNOWN_TOPIC_OR_PARTITION" : "INVALID_TOPIC_EXCEPTION")
  context.countError(error)
  return { errorCode: errorCode(error), name, topicId: zeroUuid, partitions: [] }
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
