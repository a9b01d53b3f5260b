/** DescribeTopicPartitions with its cursor where the cluster has it, Metadata otherwise: the same answer, page by page or at once. */
import type { RequestInput, ResponseOf } from "@rivven/protocol"
import { DescribeTopicPartitions } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import { brokerFailed, failed, type ItemError, ok, type Result } from "../errors.ts"
import { readPartitions, type TopicInfo } from "../metadata.ts"
import { changeItems } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

export type TopicDescription = TopicInfo

const pageSize = 2_000
/** A broker whose cursor never ends is cut off here: 2 million partitions. */
const maxPages = 1_000

const isAnswer = ({ code }: ItemError): boolean => code === "UNKNOWN_TOPIC_OR_PARTITION"

export function describeTopics(
  cluster: Cluster,
  names: readonly string[],
  options: CallTimeout,
): Promise<Map<string, Result<TopicDescription>>> {
  const items = [...new Set(names)]
  return changeItems(cluster, { items, keyOf: (name) => name, isFinal: isAnswer, ...options }, async (open, timeoutMs) => {
    const answer = await describePages(cluster, [...open].sort(), timeoutMs)
    const answers =
      !answer.ok && answer.error.code === "UNSUPPORTED_BY_CLUSTER" ? await describeByMetadata(cluster, open, timeoutMs) : answer
    if (!answers.ok) return open.map(() => answers)
    return open.map((name) => answers.value.get(name) ?? failed("BAD_ANSWER", `the broker's answer leaves topic ${name} out`))
  })
}

type Answer = ResponseOf<typeof DescribeTopicPartitions>
type Descriptions = Map<string, Result<TopicDescription>>

async function describePages(cluster: Cluster, names: readonly string[], timeoutMs: number): Promise<Result<Descriptions>> {
  const described: Descriptions = new Map()
  let cursor: Answer["nextCursor"] = null
  for (let page = 0; page < maxPages; page++) {
    const from: Answer["nextCursor"] = cursor
    const topics: { name: string }[] = names.filter((name) => from === null || name >= from.topicName).map((name) => ({ name }))
    const body: RequestInput<typeof DescribeTopicPartitions> = { topics, responsePartitionLimit: pageSize, cursor: from }
    const answer: Result<Answer> = await cluster.call(DescribeTopicPartitions, body, { route: { to: "any" }, timeoutMs })
    if (!answer.ok) return answer
    for (const topic of answer.value.topics) if (topic.name !== null) addPage(described, { ...topic, name: topic.name })
    cursor = answer.value.nextCursor
    if (cursor === null) return ok(described)
  }
  return failed("BAD_ANSWER", `the broker's cursor did not end after ${maxPages} pages`)
}

type WireTopic = Answer["topics"][number]

function addPage(described: Descriptions, topic: WireTopic & { name: string }): void {
  if (topic.errorCode !== 0) {
    described.set(topic.name, brokerFailed(topic.errorCode, `topic ${topic.name}`))
    return
  }
  const before = described.get(topic.name)
  const partitions = readPartitions(topic.partitions)
  if (before?.ok === true) before.value.partitions.push(...partitions)
  else described.set(topic.name, ok({ name: topic.name, id: topic.topicId, isInternal: topic.isInternal, partitions }))
}

async function describeByMetadata(cluster: Cluster, names: readonly string[], timeoutMs: number): Promise<Result<Descriptions>> {
  const answer = await cluster.refresh(names, { timeoutMs })
  if (!answer.ok) return answer
  return ok(new Map([...answer.value.topics].map(([name, entry]) => [name, entry.error ?? ok(entry.info)])))
}
