// Creates, grows and deletes topics. A change is checked, made on disk, made durable in `__cluster_metadata`, and only then seen by
// anybody. Work on one name is done in order; different names do not wait for each other. A topic that comes back under an old name is a
// new topic with a new id.
import { quote } from "../config.ts"
import { isBrokerError } from "../errors.ts"
import type { LogManager } from "../log/log-manager.ts"
import type { Refused } from "../log/model.ts"
import type { Logger, Random } from "../ports.ts"
import type { Catalog, Topic } from "./catalog.ts"
import type { ConfigStore } from "./config-store.ts"
import { KeyedQueue } from "./keyed-queue.ts"
import type { MetadataLog } from "./metadata-log.ts"
import type { MetadataRecord } from "./metadata-records.ts"
import { refuse } from "./refusal.ts"
import { collisionKey } from "./topic-name.ts"
import { type GrowthRequest, planGrowth, planTopic, type TopicPlan, type TopicRequest } from "./topic-plan.ts"

/** Directories that are made at the same time. */
const directoriesAtOnce = 16

export type TopicChange = "created" | "grown" | "deleted"

export interface TopicAdminOptions {
  readonly catalog: Catalog
  readonly configs: ConfigStore
  readonly log: MetadataLog
  readonly logs: LogManager
  readonly random: Random
  readonly logger: Logger
  readonly nodeId: number
}

export type Planned = TopicPlan | Refused
export type Changed = { readonly ok: true; readonly topic: Topic } | Refused

export class TopicAdmin {
  readonly #options: TopicAdminOptions
  readonly #queue = new KeyedQueue()
  readonly #listeners = new Set<(change: TopicChange, topic: Topic) => void | Promise<void>>()

  constructor(options: TopicAdminOptions) {
    this.#options = options
  }

  /** Listeners of a deletion may do durable work that is part of it: the answer waits for them. */
  onChange(listener: (change: TopicChange, topic: Topic) => void | Promise<void>): void {
    this.#listeners.add(listener)
  }

  plan(request: TopicRequest): Planned {
    const { catalog, nodeId, configs } = this.#options
    return planTopic(request, { catalog, nodeId, defaultPartitionCount: configs.brokerNumber("num.partitions") })
  }

  create(request: TopicRequest): Promise<Changed> {
    return this.#inOrder(request.name, async () => {
      const plan = this.plan(request)
      return plan.ok ? this.#create(plan) : plan
    })
  }

  /** For clients that ask for a topic that is not there: its defaults, or the topic that somebody else just made. */
  async createWithDefaults(name: string): Promise<Changed> {
    const made = await this.create({ name, partitionCount: -1, replicationFactor: -1, assignments: [], configs: [] })
    const topic = this.#options.catalog.topic(name)
    return !made.ok && topic ? { ok: true, topic } : made
  }

  planGrowth(request: GrowthRequest): Topic | Refused {
    return planGrowth(request, this.#options.catalog.topic(request.name), this.#options.nodeId)
  }

  grow(request: GrowthRequest): Promise<Changed> {
    return this.#inOrder(request.name, async () => {
      const plan = this.planGrowth(request)
      return "ok" in plan ? plan : this.#grow(plan, request.count)
    })
  }

  async delete(which: { name: string } | { id: string }): Promise<Changed> {
    const { catalog } = this.#options
    const topic = "name" in which ? catalog.topic(which.name) : catalog.topicById(which.id)
    if (!topic) return unknownTopic(which)
    return this.#inOrder(topic.name, async () => {
      if (!catalog.topicById(topic.id)) return unknownTopic(which)
      if (topic.isInternal) return refuse("INVALID_TOPIC_EXCEPTION", `Topic ${quote(topic.name)} belongs to the broker`)
      return this.#delete(topic)
    })
  }

  async #create({ name, partitionCount, configs }: TopicPlan): Promise<Changed> {
    const { log, catalog, nodeId } = this.#options
    const id = this.#newId()
    await this.#makeLogs({ name, id, configs, from: 0, to: partitionCount })
    const records: MetadataRecord[] = [{ type: "topic", name, topicId: id }]
    for (let partitionId = 0; partitionId < partitionCount; partitionId++)
      records.push({ type: "partition", topicId: id, partitionId, nodeId })
    for (const [key, value] of configs) records.push({ type: "config", resourceType: 2, resourceName: name, name: key, value })
    await log.append(records)
    return this.#changed("created", catalog.topicById(id), name)
  }

  async #grow(topic: Topic, count: number): Promise<Changed> {
    const { log, catalog, nodeId } = this.#options
    await this.#makeLogs({ ...topic, from: topic.partitionCount, to: count })
    const records: MetadataRecord[] = []
    for (let partitionId = topic.partitionCount; partitionId < count; partitionId++)
      records.push({ type: "partition", topicId: topic.id, partitionId, nodeId })
    await log.append(records)
    return this.#changed("grown", catalog.topicById(topic.id), topic.name)
  }

  /** The removal is durable first: from then on what is on disk belongs to nobody, whatever happens. */
  async #delete(topic: Topic): Promise<Changed> {
    const { log, logs } = this.#options
    await log.append([{ type: "removeTopic", topicId: topic.id }])
    try {
      for (let index = 0; index < topic.partitionCount; index++) await logs.deletePartition(topic.name, index)
    } finally {
      // Whatever is left on disk is finished by the next start; the topic is gone now.
      await this.#changed("deleted", topic, topic.name)
    }
    return { ok: true, topic }
  }

  async #makeLogs({
    name,
    id,
    configs,
    from,
    to,
  }: {
    name: string
    id: string
    configs: Topic["configs"]
    from: number
    to: number
  }): Promise<void> {
    const { logs, configs: store } = this.#options
    const config = store.logConfig({ configs, isInternal: false })
    const made: number[] = []
    try {
      for (let start = from; start < to; start += directoriesAtOnce) {
        const indexes = Array.from({ length: Math.min(directoriesAtOnce, to - start) }, (_, offset) => start + offset)
        const results = await Promise.allSettled(indexes.map((index) => logs.createPartition({ topic: name, topicId: id, index, config })))
        results.forEach((result, position) => {
          if (result.status === "fulfilled") made.push(indexes[position] ?? start)
        })
        const failed = results.find((result) => result.status === "rejected")
        if (failed) throw failed.reason
      }
    } catch (error) {
      await Promise.allSettled(made.map((index) => logs.deletePartition(name, index)))
      throw error
    }
  }

  async #changed(change: TopicChange, topic: Topic | undefined, name: string): Promise<Changed> {
    if (!topic) return unknownTopic({ name })
    for (const listener of this.#listeners) await listener(change, topic)
    return { ok: true, topic }
  }

  /** A failing disk is an answer like any other; what else is thrown is a bug and goes on. */
  async #inOrder(name: string, work: () => Promise<Changed>): Promise<Changed> {
    try {
      return await this.#queue.run(collisionKey(name), work)
    } catch (error) {
      if (!isBrokerError(error)) throw error
      this.#options.logger.warn({ topic: name, code: error.code, reason: error.message }, "a change of a topic failed")
      return refuse("KAFKA_STORAGE_ERROR", error.message)
    }
  }

  /** As Kafka's: never with a leading dash, which command lines would read as an option. */
  #newId(): string {
    for (;;) {
      const id = Buffer.from(this.#options.random.bytes(16)).toString("base64url")
      if (!id.startsWith("-") && !this.#options.catalog.topicById(id)) return id
    }
  }
}

function unknownTopic(which: { name: string } | { id: string }): Refused {
  return "name" in which
    ? refuse("UNKNOWN_TOPIC_OR_PARTITION", `Topic ${quote(which.name)} does not exist`)
    : refuse("UNKNOWN_TOPIC_ID", `No topic has the id ${quote(which.id)}`)
}
