import { type ResponseOf, zeroUuid } from "@rivven/protocol"
import { CreateTopics } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import type { Result } from "../errors.ts"
import { answerOf, changeItems } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

export type NewTopic = {
  name: string
  /** The cluster's default when left out. */
  partitions?: number
  replicationFactor?: number
  /** Replicas per partition instead of the two counts. */
  assignments?: readonly { partition: number; replicas: readonly number[] }[]
  configs?: Readonly<Record<string, string>>
}

export type CreatedTopic = {
  /** `null` from clusters too old to say. */
  id: string | null
  partitions: number | null
  replicationFactor: number | null
  /** Effective values; `null` when the broker hides them. */
  configs: Record<string, string | null> | null
}

export function createTopics(
  cluster: Cluster,
  topics: readonly NewTopic[],
  options: CallTimeout & { validateOnly?: boolean },
): Promise<Map<string, Result<CreatedTopic>>> {
  const keyOf = ({ name }: NewTopic) => name
  return changeItems(cluster, { items: topics, keyOf, ...options }, async (open, timeoutMs) => {
    const body = { topics: open.map(wireTopic), timeoutMs, validateOnly: options.validateOnly ?? false }
    const answer = await cluster.call(CreateTopics, body, { route: { to: "controller" }, timeoutMs })
    if (!answer.ok) return open.map(() => answer)
    const byName = new Map(answer.value.topics.map((topic) => [topic.name, topic]))
    return open.map(({ name }) => answerOf(byName.get(name), readTopic))
  })
}

type WireTopic = ResponseOf<typeof CreateTopics>["topics"][number]

function readTopic({ topicId, numPartitions, replicationFactor, configs }: WireTopic): CreatedTopic {
  return {
    id: topicId === zeroUuid ? null : topicId,
    partitions: numPartitions < 0 ? null : numPartitions,
    replicationFactor: replicationFactor < 0 ? null : replicationFactor,
    configs: configs === null ? null : Object.fromEntries(configs.map(({ name, value }) => [name, value])),
  }
}

function wireTopic({ name, partitions, replicationFactor, assignments, configs }: NewTopic) {
  return {
    name,
    numPartitions: assignments === undefined ? (partitions ?? -1) : -1,
    replicationFactor: assignments === undefined ? (replicationFactor ?? -1) : -1,
    assignments: (assignments ?? []).map(({ partition, replicas }) => ({ partitionIndex: partition, brokerIds: [...replicas] })),
    configs: Object.entries(configs ?? {}).map(([key, value]) => ({ name: key, value })),
  }
}
