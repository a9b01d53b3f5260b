// Gives producer ids. With a transactional id: raises its epoch, which fences every older producer, and ends what they left open, for which the
// client asks again (CONCURRENT_TRANSACTIONS). 3 lets a producer go on after an unknown outcome (KIP-360).
import { type ErrorName, errorCode } from "@rivven/protocol"
import { InitProducerId } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

const firstVersionThatKnowsFenced = 4

export default defineHandler(InitProducerId, {
  versions: [0, 5],
  omits: ["version 6 (two-phase commit)"],
  async handle({ transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch }, context) {
    const denial = whyDenied(transactionalId, context)
    if (denial) return failed(denial)
    if (transactionalId === null) return { errorCode: 0, producerId: await context.producerIds.next(), producerEpoch: 0 }
    if (transactionalId === "") return failed("INVALID_REQUEST")
    const claim = producerId >= 0 && producerEpoch >= 0 ? { producerId, epoch: producerEpoch } : null
    const result = await context.transactions.initialise(transactionalId, { claim, timeoutMs })
    if (!result.ok) return failed(worded(result.error, context))
    return { errorCode: 0, producerId: result.producerId, producerEpoch: result.producerEpoch }
  },
})

const worded = (error: ErrorName, { apiVersion }: RequestContext): ErrorName =>
  error === "PRODUCER_FENCED" && apiVersion < firstVersionThatKnowsFenced ? "INVALID_PRODUCER_EPOCH" : error

const failed = (error: ErrorName) => ({ errorCode: errorCode(error), producerId: -1, producerEpoch: -1 })

/** Who may write to some topic may do so idempotently. */
function whyDenied(transactionalId: string | null, { allows, wouldAllow, allowsSome }: RequestContext): ErrorName | null {
  if (transactionalId !== null) return allows("WRITE", "TRANSACTIONAL_ID", transactionalId) ? null : "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"
  if (wouldAllow("IDEMPOTENT_WRITE", "CLUSTER", clusterResource) || allowsSome("WRITE", "TOPIC")) return null
  return "CLUSTER_AUTHORIZATION_FAILED"
}
