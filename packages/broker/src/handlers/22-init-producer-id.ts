// Gives an idempotent producer its id, durable before its first use and never given twice. 3 takes the old id and epoch of a producer that
// recovers (KIP-360): without transactions a new id is as good. A transactional id is refused: there are no transactions.
import { errorCode } from "@rivven/protocol"
import { InitProducerId } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

export default defineHandler(InitProducerId, {
  versions: [0, 5],
  omits: ["transactional ids (UNSUPPORTED_VERSION)", "keeping the producer id on recovery (a new one is given)"],
  async handle({ transactionalId }, context) {
    if (transactionalId !== null) {
      context.logger.warn(
        {
          transactionalId,
          clientId: context.clientId,
        },
        "refused a transactional producer: transactions are not available",
      )
      return { errorCode: errorCode("UNSUPPORTED_VERSION"), producerId: -1, producerEpoch: -1 }
    }
    return { errorCode: 0, producerId: await context.producerIds.next(), producerEpoch: 0 }
  },
})
