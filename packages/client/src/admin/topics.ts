/** Topics: what there is, and making, growing and removing them. One result per topic; a topic that failed does not hide the others. */

import { zeroUuid } from "@rivven/protocol"
import { CreatePartitions, DeleteTopics } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import { failed, type ItemError, ok, type Result } from "../errors.ts"
import type { TopicInfo } from "../metadata.ts"
import { retry } from "../retry.ts"
import { type CreatedTopic, createTopics, type NewTopic } from "./create-topics.ts"
import { deleteRecords, type RecordsCut } from "./delete-records.ts"
import { describeTopics, type TopicDescription } from "./describe-topics.ts"
import { answerOf, changeItems } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

export type TopicListing = {
  name: string
  id: string
  isInternal: boolean
  partitionCount: number
  replicationFactor: number
  /** Partitions without a leader. */
  offlinePartitions: number
  underReplicatedPartitions: number
}

export type PartitionIncrease = {
  name: string
  /** The new total, not the difference. */
  count: number
  /** Replicas of each added partition; the cluster places them when left out. */
  assignments?: readonly (readonly number[])[]
}

/** A topic by name, or by id so that a topic made anew under the same name is never hit. */
export type TopicToDelete = string | { id: string }

export class TopicsAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** All topics, by name. */
  async list(options: CallTimeout & { includeInternal?: boolean } = {}): Promise<Result<TopicListing[]>> {
    const policy = this.#cluster.policy(options.timeoutMs)
    return retry(async () => {
      const answer = await this.#cluster.refresh(null, { timeoutMs: policy.deadline.share(this.#cluster.config.requestTimeoutMs) })
      if (!answer.ok) return answer
      const infos = [...answer.value.topics.values()].flatMap(({ info }) => (info === null ? [] : [info]))
      const shown = infos.filter(({ isInternal }) => options.includeInternal === true || !isInternal)
      return ok(shown.map(listing).sort((a, b) => (a.name < b.name ? -1 : 1)))
    }, policy)
  }

  describe(names: readonly string[], options: CallTimeout = {}): Promise<Map<string, Result<TopicDescription>>> {
    return describeTopics(this.#cluster, names, options)
  }

  create(topics: readonly NewTopic[], options: CallTimeout & { validateOnly?: boolean } = {}): Promise<Map<string, Result<CreatedTopic>>> {
    return createTopics(this.#cluster, topics, options)
  }

  /** Keyed by what was given: the name, or the id. */
  delete(topics: readonly TopicToDelete[], options: CallTimeout = {}): Promise<Map<string, Result<void>>> {
    const keyOf = (topic: TopicToDelete) => (typeof topic === "string" ? topic : topic.id)
    return changeItems(this.#cluster, { items: topics, keyOf, isFinal: isAnswer, ...options }, async (open, timeoutMs) => {
      const byId = open.some((topic) => typeof topic !== "string")
      const answer = await this.#cluster.call(
        DeleteTopics,
        (version) => ({
          topics:
            version >= 6
              ? open.map((topic) => (typeof topic === "string" ? { name: topic, topicId: zeroUuid } : { name: null, topicId: topic.id }))
              : [],
          topicNames: version >= 6 ? [] : open.filter((topic) => typeof topic === "string"),
          timeoutMs,
        }),
        { route: { to: "controller" }, timeoutMs },
      )
      if (!answer.ok) return open.map(() => answer)
      const responses = answer.value.responses
      return open.map((topic) => {
        const response = responses.find((one) => (typeof topic === "string" ? one.name === topic : one.topicId === topic.id))
        if (response === undefined && byId) return failed("UNSUPPORTED_BY_CLUSTER", "this cluster cannot delete topics by id")
        return answerOf(response, () => undefined)
      })
    })
  }

  /** Cuts the beginning of partitions off. One result per cut, in order: the first offset that is left. */
  deleteRecords(cuts: readonly RecordsCut[], options: CallTimeout = {}): Promise<Result<{ startOffset: number }>[]> {
    return deleteRecords(this.#cluster, cuts, options)
  }

  createPartitions(
    increases: readonly PartitionIncrease[],
    options: CallTimeout & { validateOnly?: boolean } = {},
  ): Promise<Map<string, Result<void>>> {
    const keyOf = ({ name }: PartitionIncrease) => name
    return changeItems(this.#cluster, { items: increases, keyOf, isFinal: isAnswer, ...options }, async (open, timeoutMs) => {
      const topics = open.map(({ name, count, assignments }) => ({
        name,
        count,
        assignments: assignments === undefined ? null : assignments.map((brokerIds) => ({ brokerIds: [...brokerIds] })),
      }))
      const body = { topics, timeoutMs, validateOnly: options.validateOnly ?? false }
      const answer = await this.#cluster.call(CreatePartitions, body, { route: { to: "controller" }, timeoutMs })
      if (!answer.ok) return open.map(() => answer)
      const byName = new Map(answer.value.results.map((result) => [result.name, result]))
      for (const { name } of open) this.#cluster.markStale(name)
      return open.map(({ name }) => answerOf(byName.get(name), () => undefined))
    })
  }
}

/** A topic that is not there is the answer; a producer or consumer would wait for it, an administrator does not. */
const isAnswer = ({ code }: ItemError): boolean => code === "UNKNOWN_TOPIC_OR_PARTITION" || code === "UNKNOWN_TOPIC_ID"

function listing({ name, id, isInternal, partitions }: TopicInfo): TopicListing {
  return {
    name,
    id,
    isInternal,
    partitionCount: partitions.length,
    replicationFactor: Math.max(0, ...partitions.map(({ replicas }) => replicas.length)),
    offlinePartitions: partitions.filter(({ leader }) => leader === null).length,
    underReplicatedPartitions: partitions.filter(({ inSyncReplicas, replicas }) => inSyncReplicas.length < replicas.length).length,
  }
}
