// Producers that a partition remembers, with the first offset of their open transactions (KIP-664).
import { errorCode } from "@rivven/protocol"
import { DescribeProducers } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"

export default defineHandler(DescribeProducers, {
  versions: [0, 0],
  omits: [],
  handle: ({ topics }, context) => ({
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => describe(name, partitionIndex, context)),
    })),
  }),
})

function describe(name: string, partitionIndex: number, context: RequestContext) {
  const mayRead = context.allows("READ", "TOPIC", name)
  const log = mayRead ? context.topicLogs.find({ topic: name === "" ? "?" : name }, partitionIndex) : "TOPIC_AUTHORIZATION_FAILED"
  if (typeof log === "string") {
    context.countError(log)
    return { partitionIndex, errorCode: errorCode(log), errorMessage: null, activeProducers: [] }
  }
  const activeProducers = [...log.producers()].map(({ producerId, epoch, batches, timestamp, coordinatorEpoch, openSince }) => ({
    producerId,
    producerEpoch: epoch,
    lastSequence: batches.at(-1)?.lastSequence ?? -1,
    lastTimestamp: timestamp,
    coordinatorEpoch,
    currentTxnStartOffset: openSince ?? -1,
  }))
  return { partitionIndex, errorCode: 0, errorMessage: null, activeProducers }
}
