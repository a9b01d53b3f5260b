/** Cuts the beginning of partitions off (DeleteRecords 21). Asked of each partition's leader; one result per cut. */
import { DeleteRecords } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import { partitionKey } from "../consumer/assignors/assignor.ts"
import { at, failed, type Result } from "../errors.ts"
import { callLeaders } from "../leaders.ts"
import { answerOf, partitionFinder } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

/** Everything before the offset goes; `latest` is everything that is there. */
export type RecordsCut = { topic: string; partition: number; before: number | "latest" }

const allOfIt = -1

export async function deleteRecords(
  cluster: Cluster,
  cuts: readonly RecordsCut[],
  options: CallTimeout,
): Promise<Result<{ startOffset: number }>[]> {
  const refusals = cuts.map((cut) => refusalOf(cut, cuts))
  const good = cuts.filter((_, index) => refusals[index] === null)
  const policy = cluster.policy(options.timeoutMs)
  const results = await callLeaders<RecordsCut, { startOffset: number }>(cluster, { items: good, policy }, async (items, to) => {
    const topics = [...Map.groupBy(items, ({ item }) => item.topic)].map(([name, group]) => ({
      name,
      partitions: group.map(({ item }) => ({
        partitionIndex: item.partition,
        offset: item.before === "latest" ? allOfIt : item.before,
      })),
    }))
    const { route, timeoutMs } = to
    const answer = await cluster.call(DeleteRecords, { topics, timeoutMs }, { route, timeoutMs })
    if (!answer.ok) return items.map(() => answer)
    const find = partitionFinder(answer.value.topics)
    return items.map(({ item }) => answerOf(find(item), ({ lowWatermark }) => ({ startOffset: lowWatermark })))
  })
  return cuts.map((cut, index) => {
    const result = refusals[index] ?? results[good.indexOf(cut)] ?? failed("BAD_ANSWER", "the broker's answer leaves this item out")
    return result.ok ? result : at(result, `/${index}`)
  })
}

/** A negative offset would be read as one of Kafka's special values, and of two cuts of one partition the order would decide. */
function refusalOf({ topic, partition, before }: RecordsCut, all: readonly RecordsCut[]) {
  if (before !== "latest" && !(Number.isSafeInteger(before) && before >= 0))
    return failed("BAD_INPUT", `offset ${before} is not a whole number from 0 up`)
  const key = partitionKey(topic, partition)
  const count = all.filter((other) => partitionKey(other.topic, other.partition) === key).length
  return count > 1 ? failed("BAD_INPUT", `${topic}-${partition} is given more than once`) : null
}
