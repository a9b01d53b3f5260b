// Gives an idempotent producer its id, durable before its first use and never given twice. 3 takes the old id and epoch of a producer that
// recovers (KIP-360): without transactions a new id is as good. A transactional id is refused: there are no transactions.
import { type ErrorName, errorCode } from "@rivven/protocol"
import { InitProducerId } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

export default defineHandler(InitProducerId, {
  versions: [0, 5],
  omits: ["transactional ids (UNSUPPORTED_VERSION)", "keeping the producer id on recovery (a new one is given)"],
  async handle({ transactionalId }, context) {
    const denial = whyDenied(transactionalId, context)
    if (denial) return { errorCode: errorCode(denial), producerId: -1, producerEpoch: -1 }
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

/** Who may write to some topic may do so idempotently. */
function whyDenied(transactionalId: string | null, { allows, wouldAllow, allowsSome }: RequestContext): ErrorName | null {
  if (transactionalId !== null) return allows("WRITE", "TRANSACTIONAL_ID", transactionalId) ? null : "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"
  if (wouldAllow("IDEMPOTENT_WRITE", "CLUSTER", clusterResource) || allowsSome("WRITE", "TOPIC")) return null
  return "CLUSTER_AUTHORIZATION_FAILED"
}
