// Moves the start of partitions up, each on its own; the new start is durable before the answer. Offset -1 is the high watermark. An offset
// below the start changes nothing and answers where the start is.
import { type ErrorName, errorCode } from "@rivven/protocol"
import { DeleteRecords } from "@rivven/protocol/messages"
import { splitList } from "../config.ts"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { isBrokerError } from "../errors.ts"
import type { Partition } from "../log/partition.ts"

interface Wanted {
  readonly partitionIndex: number
  readonly offset: number
}

const highWatermark = -1

export default defineHandler(DeleteRecords, {
  versions: [0, 2],
  omits: ["the time-out (the start moves within the request)"],
  handle: async ({ topics }, context) => ({
    throttleTimeMs: 0,
    topics: await Promise.all(
      topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(partitions.map((wanted) => answer(name, wanted, context))),
      })),
    ),
  }),
})

async function answer(name: string, wanted: Wanted, context: RequestContext) {
  const { partitionIndex } = wanted
  const outcome = context.allows("DELETE", "TOPIC", name) ? await deleteBefore(name, wanted, context) : "TOPIC_AUTHORIZATION_FAILED"
  if (typeof outcome === "number") return { partitionIndex, lowWatermark: outcome, errorCode: 0 }
  context.countError(outcome)
  return { partitionIndex, lowWatermark: -1, errorCode: errorCode(outcome) }
}

/** The new start of the log, or why it stays. */
async function deleteBefore(name: string, { partitionIndex, offset }: Wanted, context: RequestContext): Promise<number | ErrorName> {
  const topic = context.catalog.topic(name)
  const log = topic && context.topicLogs.of(topic, partitionIndex)
  if (!log) return "UNKNOWN_TOPIC_OR_PARTITION"
  if (topic.isInternal) return "INVALID_TOPIC_EXCEPTION"
  const policies = splitList(context.configs.topic(topic, "cleanup.policy"))
  if (policies.includes("compact") && !policies.includes("delete")) return "POLICY_VIOLATION"
  if (offset < highWatermark || offset > log.highWatermark) return "OFFSET_OUT_OF_RANGE"
  return moved(log, offset)
}

async function moved(log: Partition, offset: number): Promise<number | ErrorName> {
  try {
    return await log.deleteRecordsBefore(offset)
  } catch (error) {
    if (isBrokerError(error)) return "KAFKA_STORAGE_ERROR"
    throw error
  }
}
