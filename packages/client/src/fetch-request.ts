/** One Fetch at one leader for some partitions, without a session. What comes back is still whole batches. */
import { type ResponseOf, zeroUuid } from "@rivven/protocol"
import { Fetch } from "@rivven/protocol/messages"
import type { Isolation } from "./admin/offsets.ts"
import type { Cluster } from "./cluster.ts"
import { partitionKey } from "./consumer/assignors/assignor.ts"
import { brokerFailed, failed, ok, type Result } from "./errors.ts"

export type FetchPartition = {
  topic: string
  topicId: string
  partition: number
  offset: number
  leaderEpoch: number
  /** Epoch of the last record read; lets the broker notice that the log was cut behind it. -1 when unknown. */
  lastFetchedEpoch: number
  maxBytes: number
}

export type FetchOptions = {
  leader: number
  lane?: string
  maxWaitMs: number
  minBytes: number
  maxBytes: number
  isolation: Isolation
  timeoutMs: number
}

export type FetchedPartition = {
  highWatermark: number
  lastStableOffset: number
  logStartOffset: number
  abortedTransactions: { producerId: number; firstOffset: number }[]
  /** Set when the log was cut: the records from `endOffset` on are not the ones that were read before. */
  divergence: { epoch: number; endOffset: number } | null
  records: Uint8Array
}

/** From 13 on topics are named by id, so each must have one; 17 and 18 are for replicas. */
const lastVersionWithNames = 12
const lastVersionForClients = 16
const firstVersionWithDivergence = 12

/** One result per partition, in order. */
export async function fetchPartitions(
  cluster: Cluster,
  partitions: readonly FetchPartition[],
  options: FetchOptions,
): Promise<Result<FetchedPartition>[]> {
  const hasIds = partitions.every(({ topicId }) => topicId !== zeroUuid)
  const answer = await cluster.call(Fetch, (version) => request(partitions, options, version), {
    route: { to: "broker", id: options.leader },
    lane: options.lane,
    timeoutMs: options.timeoutMs,
    maxVersion: hasIds ? lastVersionForClients : lastVersionWithNames,
  })
  if (!answer.ok) return partitions.map(() => answer)
  const { errorCode } = answer.value
  if (errorCode !== 0) return partitions.map(() => brokerFailed(errorCode, "fetch"))
  const found = new Map<string, WirePartition>()
  for (const { topic, topicId, partitions: list } of answer.value.responses) {
    for (const one of list) found.set(partitionKey(topicId === zeroUuid ? topic : topicId, one.partitionIndex), one)
  }
  return partitions.map((partition) => {
    const { topic, topicId } = partition
    const one = found.get(partitionKey(topicId, partition.partition)) ?? found.get(partitionKey(topic, partition.partition))
    return readPartition(one, partition)
  })
}

function request(partitions: readonly FetchPartition[], options: FetchOptions, version: number) {
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, group]) => ({
    topic,
    topicId: group[0]?.topicId ?? zeroUuid,
    partitions: group.map(({ partition, offset, leaderEpoch, lastFetchedEpoch, maxBytes }) => ({
      partition,
      currentLeaderEpoch: leaderEpoch,
      fetchOffset: offset,
      lastFetchedEpoch: version >= firstVersionWithDivergence ? lastFetchedEpoch : -1,
      partitionMaxBytes: maxBytes,
    })),
  }))
  return {
    maxWaitMs: options.maxWaitMs,
    minBytes: options.minBytes,
    maxBytes: options.maxBytes,
    isolationLevel: options.isolation === "read_committed" ? 1 : 0,
    topics,
    forgottenTopicsData: [],
  }
}

type WirePartition = ResponseOf<typeof Fetch>["responses"][number]["partitions"][number]

function readPartition(found: WirePartition | undefined, { topic, partition }: FetchPartition): Result<FetchedPartition> {
  if (found === undefined) return failed("BAD_ANSWER", `the broker's answer leaves ${topic}-${partition} out`)
  if (found.errorCode !== 0) return brokerFailed(found.errorCode, `${topic}-${partition}`)
  const { divergingEpoch } = found
  return ok({
    highWatermark: found.highWatermark,
    lastStableOffset: found.lastStableOffset < 0 ? found.highWatermark : found.lastStableOffset,
    logStartOffset: found.logStartOffset,
    abortedTransactions: found.abortedTransactions ?? [],
    divergence: divergingEpoch.endOffset < 0 ? null : divergingEpoch,
    records: found.records ?? new Uint8Array(0),
  })
}
