// The state of transactions by transactional id (KIP-664). Topics that the client may not describe are left out of them.
import { errorCode } from "@rivven/protocol"
import { DescribeTransactions } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import type { Transaction, TransactionPhase } from "../transactions/state.ts"

export const phaseNames: Record<TransactionPhase, string> = {
  empty: "Empty",
  ongoing: "Ongoing",
  prepareCommit: "PrepareCommit",
  prepareAbort: "PrepareAbort",
  completeCommit: "CompleteCommit",
  completeAbort: "CompleteAbort",
}

export default defineHandler(DescribeTransactions, {
  versions: [0, 0],
  omits: [],
  handle: ({ transactionalIds }, context) => ({
    throttleTimeMs: 0,
    transactionStates: transactionalIds.map((id) => describe(id, context)),
  }),
})

function describe(transactionalId: string, context: RequestContext) {
  const mayDescribe = context.allows("DESCRIBE", "TRANSACTIONAL_ID", transactionalId)
  const transaction = mayDescribe ? context.transactions.get(transactionalId) : undefined
  if (transaction) return described(transaction, context)
  const error = mayDescribe ? "TRANSACTIONAL_ID_NOT_FOUND" : "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"
  context.countError(error)
  const nothing = { transactionState: "", transactionTimeoutMs: 0, transactionStartTimeMs: 0, producerId: 0, producerEpoch: 0, topics: [] }
  return { errorCode: errorCode(error), transactionalId, ...nothing }
}

function described(transaction: Transaction, { wouldAllow }: RequestContext) {
  const topics = new Map<string, number[]>()
  for (const { topic, index } of transaction.partitions.values())
    if (wouldAllow("DESCRIBE", "TOPIC", topic)) topics.set(topic, [...(topics.get(topic) ?? []), index])
  return {
    errorCode: 0,
    transactionalId: transaction.transactionalId,
    transactionState: phaseNames[transaction.phase],
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: transaction.startedMs,
    producerId: transaction.producerId,
    producerEpoch: transaction.epoch,
    topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })),
  }
}
