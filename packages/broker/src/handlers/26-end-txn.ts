// Commits or aborts a transaction. From version 5 on the answer carries the producer id and epoch of the next one (KIP-890); the older
// protocol keeps one epoch, so that a delayed request can still end the transaction after the one it was meant for.
import { errorCode } from "@rivven/protocol"
import { EndTxn } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import { whyLegacyDenied, wordedFor } from "./transaction-errors.ts"

const firstVersionThatBumps = 5

export default defineHandler(EndTxn, {
  versions: [0, 5],
  omits: [],
  async handle({ transactionalId, producerId, producerEpoch, committed }, context) {
    if (!context.allows("WRITE", "TRANSACTIONAL_ID", transactionalId))
      return { throttleTimeMs: 0, errorCode: errorCode("TRANSACTIONAL_ID_AUTHORIZATION_FAILED") }
    const bumps = context.apiVersion >= firstVersionThatBumps
    const denial = bumps ? null : whyLegacyDenied(context)
    if (denial) return { throttleTimeMs: 0, errorCode: errorCode(denial) }
    const claim = { producerId, epoch: producerEpoch }
    const result = await context.transactions.end(transactionalId, { claim, isCommit: committed, bumps })
    if (!result.ok) return { throttleTimeMs: 0, errorCode: errorCode(wordedFor(context, result.error)) }
    return { throttleTimeMs: 0, errorCode: 0, ...(bumps && { producerId: result.producerId, producerEpoch: result.producerEpoch }) }
  },
})
