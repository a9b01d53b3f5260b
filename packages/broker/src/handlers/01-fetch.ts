// Reads whole batches, up to the high watermark. 7 sessions, 9 leader epochs, 12 diverging epochs, 13 topic ids, 16 endpoints. Empty
// partitions answer empty records, never null. A `replicaId` takes the right to act for the cluster and changes nothing else: this broker has
// no followers, and nobody reads past the high watermark by claiming to be one. Who may read is asked for every partition of every fetch,
// also of a session, and again when a long poll wakes.
import { errorCode, type RequestOf, zeroUuid } from "@rivven/protocol"
import { Fetch } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import type { Fetched, FetchedPartition, FetchTarget } from "../fetch/fetcher.ts"
import type { FetchPosition } from "../fetch/position.ts"
import { clusterResource } from "../security/access.ts"

type Request = RequestOf<typeof Fetch>

const firstVersionWithTopicIds = 13
const readCommitted = 1
const noRecords = new Uint8Array(0)

export default defineHandler(Fetch, {
  versions: [4, 16],
  omits: ["rack-aware reads", "versions 17-18 (replicas)"],
  carriesRecords: true,
  async handle(request, context) {
    const usesTopicIds = context.apiVersion >= firstVersionWithTopicIds
    const scope = context.fetchSessions.open({
      sessionId: request.sessionId,
      sessionEpoch: request.sessionEpoch,
      usesTopicIds,
      positions: positionsOf(request),
      forgotten: request.forgottenTopicsData.flatMap(({ partitions, topic, topicId }) =>
        partitions.map((partition) => ({ topic, topicId, partition })),
      ),
    })
    if ("error" in scope) return { errorCode: errorCode(scope.error), sessionId: 0, responses: [] }
    const isReplica = Math.max(request.replicaId, request.replicaState.replicaId) >= 0
    const targets = scope.positions.map((position) => targetOf(position, isReplica, context))
    const fetched = await context.fetcher.fetch(targets, limitsOf(request, context))
    context.countWait(fetched.waitedMs)
    context.afterSent(fetched.release)
    if (isOverQuota(fetched, context)) return throttled(request, scope.sessionId, context)
    const news = scope.news(fetched.partitions)
    return { errorCode: 0, sessionId: scope.sessionId, responses: byTopic(news, context) }
  },
})

/** Charges what would be answered; nothing is when it is too much. */
function isOverQuota({ partitions }: Fetched, { quotas, consumer, throttle }: RequestContext): boolean {
  const bytes = partitions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const { throttleMs, isGiven } = quotas.fetch(consumer, bytes)
  throttle("fetch", throttleMs)
  return !isGiven
}

/** Empty (KIP-219): a client with a session asks the same again, one without a session has none. */
function throttled({ sessionEpoch }: Request, sessionId: number, { fetchSessions }: RequestContext) {
  if (sessionEpoch > 0) return { errorCode: 0, sessionId, responses: [] }
  fetchSessions.close(sessionId)
  return { errorCode: 0, sessionId: 0, responses: [] }
}

function positionsOf(request: Request): FetchPosition[] {
  return request.topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((one) => ({
      topic,
      topicId,
      partition: one.partition,
      offset: one.fetchOffset,
      maxBytes: one.partitionMaxBytes,
      leaderEpoch: one.currentLeaderEpoch,
      lastFetchedEpoch: one.lastFetchedEpoch,
    })),
  )
}

function targetOf(position: FetchPosition, isReplica: boolean, { topicLogs, catalog, allows }: RequestContext): FetchTarget {
  const mayRead = (name: string) => (isReplica ? allows("CLUSTER_ACTION", "CLUSTER", clusterResource) : allows("READ", "TOPIC", name))
  return {
    position,
    find: () => {
      const name = position.topic || catalog.topicById(position.topicId)?.name
      if (name !== undefined && !mayRead(name)) return "TOPIC_AUTHORIZATION_FAILED"
      return topicLogs.find(position, position.partition)
    },
  }
}

function limitsOf({ minBytes, maxBytes, maxWaitMs, isolationLevel }: Request, { configs, peer, quotas, consumer }: RequestContext) {
  const most = Math.min(configs.brokerNumber("fetch.max.bytes"), quotas.largestFetch(consumer))
  const isCommitted = isolationLevel === readCommitted
  return { minBytes: Math.min(minBytes, most), maxBytes: Math.min(maxBytes, most), maxWaitMs, peer, isCommitted }
}

function byTopic(results: readonly FetchedPartition[], context: RequestContext) {
  const topics = new Map<string, { topic: string; topicId: string; partitions: ReturnType<typeof toWire>[] }>()
  for (const result of results) {
    const { topic, topicId } = result.position
    const key = topic || topicId
    let entry = topics.get(key)
    if (!entry) {
      entry = { topic, topicId: topicId || zeroUuid, partitions: [] }
      topics.set(key, entry)
    }
    entry.partitions.push(toWire(result, context))
    if (result.sizeBytes > 0) context.metrics.topic(topic || (context.catalog.topicById(topicId)?.name ?? "")).onFetched(result.sizeBytes)
  }
  return [...topics.values()]
}

function toWire(result: FetchedPartition, context: RequestContext) {
  const { error, highWatermark, lastStableOffset, logStartOffset, aborted, diverging, slices, position } = result
  context.countError(error)
  return {
    partitionIndex: position.partition,
    errorCode: errorCode(error),
    highWatermark,
    lastStableOffset,
    logStartOffset,
    ...(diverging && { divergingEpoch: diverging }),
    abortedTransactions: aborted?.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })) ?? null,
    preferredReadReplica: -1,
    records: slices.length === 0 ? noRecords : slices,
  }
}
