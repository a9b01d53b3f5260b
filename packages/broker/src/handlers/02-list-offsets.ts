// Offsets by position or time. -1 latest, -2 earliest, -3 of the largest timestamp (7), -4 earliest local (8), -5 latest tiered (9: there is
// none). A time answers the first record at or behind it, exactly, inside its batch; nothing found is offset -1 and timestamp -1.
import { type ErrorName, errorCode } from "@rivven/protocol"
import { ListOffsets } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { endFor, epochError } from "../fetch/position.ts"
import type { Partition } from "../log/partition.ts"

interface Found {
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

const nothing: Found = { offset: -1, timestamp: -1, leaderEpoch: -1 }
const readCommitted = 1
const latest = -1
const earliest = -2
const maxTimestamp = -3
const earliestLocal = -4
const latestTiered = -5
const firstVersionWithEpochs = 4
const firstVersionOf: Record<number, number> = { [latest]: 1, [earliest]: 1, [maxTimestamp]: 7, [earliestLocal]: 8, [latestTiered]: 9 }

export default defineHandler(ListOffsets, {
  versions: [1, 9],
  omits: ["versions 10-11 (time-out, pending upload)"],
  async handle(request, context) {
    const isCommitted = request.isolationLevel === readCommitted
    const topics = await Promise.all(
      request.topics.map(async ({ name, partitions }) => ({
        name,
        partitions: await Promise.all(
          partitions.map(async ({ partitionIndex, currentLeaderEpoch, timestamp }) => {
            if (!context.allows("DESCRIBE", "TOPIC", name)) return failed(partitionIndex, "TOPIC_AUTHORIZATION_FAILED", context)
            const log = context.topicLogs.find({ topic: name === "" ? "?" : name }, partitionIndex)
            const found =
              typeof log === "string"
                ? log
                : (epochError(log, currentLeaderEpoch) ?? (await look(log, { timestamp, isCommitted }, context)))
            return typeof found === "string" ? failed(partitionIndex, found, context) : answered(partitionIndex, found, context)
          }),
        ),
      })),
    )
    return { topics }
  },
})

function answered(partitionIndex: number, found: Found, { apiVersion }: RequestContext) {
  const leaderEpoch = apiVersion < firstVersionWithEpochs ? -1 : found.leaderEpoch
  return { partitionIndex, errorCode: 0, ...found, leaderEpoch }
}

function failed(partitionIndex: number, error: ErrorName, context: RequestContext) {
  context.countError(error)
  return { partitionIndex, errorCode: errorCode(error), ...nothing }
}

interface Wanted {
  readonly timestamp: number
  readonly isCommitted: boolean
}

async function look(log: Partition, { timestamp, isCommitted }: Wanted, { apiVersion }: RequestContext): Promise<Found | ErrorName> {
  if (timestamp < 0 && apiVersion < (firstVersionOf[timestamp] ?? Number.POSITIVE_INFINITY)) return "UNSUPPORTED_VERSION"
  if (timestamp === latest) return { offset: endFor(log, isCommitted), timestamp: -1, leaderEpoch: log.leaderEpoch }
  if (timestamp === earliest || timestamp === earliestLocal)
    return { offset: log.logStartOffset, timestamp: -1, leaderEpoch: log.epochAt(log.logStartOffset) }
  if (timestamp === latestTiered) return nothing
  const found = timestamp === maxTimestamp ? await log.maxTimestampOffset() : await log.offsetForTimestamp(timestamp)
  if (found === null) return nothing
  if ("error" in found) return found.error
  return found.offset < endFor(log, isCommitted) ? found : nothing
}
