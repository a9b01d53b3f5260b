// Clients of the older protocol say that offsets of a group will be part of the transaction; newer ones just commit them (TxnOffsetCommit 5).
import { errorCode } from "@rivven/protocol"
import { AddOffsetsToTxn } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"
import { offsetsPartition } from "./28-txn-offset-commit.ts"
import { whyLegacyDenied, wordedFor } from "./transaction-errors.ts"

export default defineHandler(AddOffsetsToTxn, {
  versions: [0, 4],
  omits: [],
  async handle({ transactionalId, producerId, producerEpoch, groupId }, context) {
    if (!context.allows("WRITE", "TRANSACTIONAL_ID", transactionalId))
      return { throttleTimeMs: 0, errorCode: errorCode("TRANSACTIONAL_ID_AUTHORIZATION_FAILED") }
    if (!context.allows("READ", "GROUP", groupId)) return { throttleTimeMs: 0, errorCode: errorCode("GROUP_AUTHORIZATION_FAILED") }
    const denial = groupId === "" ? "INVALID_GROUP_ID" : whyLegacyDenied(context)
    if (denial) return { throttleTimeMs: 0, errorCode: errorCode(denial) }
    const error = await context.transactions.add(transactionalId, { producerId, epoch: producerEpoch }, [offsetsPartition(context)])
    return { throttleTimeMs: 0, errorCode: errorCode(wordedFor(context, error)) }
  },
})
