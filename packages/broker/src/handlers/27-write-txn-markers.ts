// An administrator ends a transaction that hangs in partitions, as `kafka-transactions abort` does (KIP-664). The broker itself writes its
// markers without this request.
import { type ErrorName, errorCode } from "@rivven/protocol"
import { WriteTxnMarkers } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { isBrokerError } from "../errors.ts"
import { clusterResource } from "../security/access.ts"

export default defineHandler(WriteTxnMarkers, {
  versions: [1, 1],
  omits: ["version 2 (transaction version)"],
  async handle({ markers }, context) {
    const mayAct = context.allows("CLUSTER_ACTION", "CLUSTER", clusterResource) || context.allows("ALTER", "CLUSTER", clusterResource)
    return {
      markers: await Promise.all(
        markers.map(async ({ producerId, producerEpoch: epoch, coordinatorEpoch, transactionResult: isCommit, topics }) => ({
          producerId,
          topics: await Promise.all(
            topics.map(async ({ name, partitionIndexes }) => ({
              name,
              partitions: await Promise.all(
                partitionIndexes.map(async (partitionIndex) => {
                  const marker = { producerId, epoch, coordinatorEpoch, isCommit }
                  const error = mayAct ? await write({ name, index: partitionIndex, marker }, context) : "CLUSTER_AUTHORIZATION_FAILED"
                  context.countError(error)
                  return { partitionIndex, errorCode: errorCode(error) }
                }),
              ),
            })),
          ),
        })),
      ),
    }
  },
})

interface Wanted {
  readonly name: string
  readonly index: number
  readonly marker: { readonly producerId: number; readonly epoch: number; readonly coordinatorEpoch: number; readonly isCommit: boolean }
}

async function write({ name, index, marker }: Wanted, { topicLogs, markers }: RequestContext): Promise<ErrorName> {
  const log = topicLogs.find({ topic: name === "" ? "?" : name }, index)
  if (typeof log === "string") return log
  if (marker.epoch < log.producerEpochOf(marker.producerId)) return "INVALID_PRODUCER_EPOCH"
  try {
    await markers.append(log, marker)
    return "NONE"
  } catch (error) {
    if (isBrokerError(error)) return "KAFKA_STORAGE_ERROR"
    throw error
  }
}
