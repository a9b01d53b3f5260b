// Where the log of a leader epoch ends, for clients that want to know what was cut behind them (KIP-320). An epoch of the future, or from
// before the log, answers epoch -1 and offset -1.
import { type ErrorName, errorCode } from "@rivven/protocol"
import { OffsetForLeaderEpoch } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { epochError } from "../fetch/position.ts"
import { clusterResource } from "../security/access.ts"

interface Asked {
  readonly partition: number
  readonly currentLeaderEpoch: number
  readonly leaderEpoch: number
}

export default defineHandler(OffsetForLeaderEpoch, {
  versions: [2, 4],
  omits: [],
  handle({ topics }, context) {
    const isBroker = context.wouldAllow("CLUSTER_ACTION", "CLUSTER", clusterResource)
    return {
      topics: topics.map(({ topic, partitions }) => {
        const mayAsk = isBroker || context.allows("DESCRIBE", "TOPIC", topic)
        return { topic, partitions: partitions.map((asked) => answer({ topic, mayAsk }, asked, context)) }
      }),
    }
  },
})

function answer({ topic, mayAsk }: { topic: string; mayAsk: boolean }, asked: Asked, context: RequestContext) {
  const { partition } = asked
  const found = mayAsk ? endOf(topic, asked, context) : "TOPIC_AUTHORIZATION_FAILED"
  if (typeof found !== "string") return { partition, errorCode: 0, leaderEpoch: found?.epoch ?? -1, endOffset: found?.endOffset ?? -1 }
  context.countError(found)
  return { partition, errorCode: errorCode(found), leaderEpoch: -1, endOffset: -1 }
}

function endOf(topic: string, { partition, currentLeaderEpoch, leaderEpoch }: Asked, { topicLogs }: RequestContext) {
  const log = topicLogs.find({ topic: topic === "" ? "?" : topic }, partition)
  if (typeof log === "string") return log
  const fenced: ErrorName | null = epochError(log, currentLeaderEpoch)
  return fenced ?? log.endOffsetForEpoch(leaderEpoch)
}
