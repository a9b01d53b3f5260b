// Clients of the older protocol name the partitions of a transaction before they write to them; newer ones just write (Produce 12). One
// partition that cannot be added keeps all others out too. Versions 4 and 5 are for brokers and not served.
import { type ErrorName, errorCode, type RequestOf } from "@rivven/protocol"
import { AddPartitionsToTxn } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import type { TransactionPartition } from "../transactions/state.ts"
import { whyLegacyDenied, wordedFor } from "./transaction-errors.ts"

type Topics = RequestOf<typeof AddPartitionsToTxn>["v3AndBelowTopics"]

export default defineHandler(AddPartitionsToTxn, {
  versions: [0, 3],
  omits: ["versions 4-5 (several transactions, sent by brokers)"],
  async handle(request, context) {
    const { v3AndBelowTransactionalId: transactionalId, v3AndBelowTopics: topics } = request
    const mayWrite = context.allows("WRITE", "TRANSACTIONAL_ID", transactionalId)
    const denial = mayWrite ? whyLegacyDenied(context) : "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"
    if (denial) return answer(topics, () => denial, context)
    const found = find(topics, context)
    const errors = new Map(found.flatMap(({ name, index, error }) => (error === "NONE" ? [] : [[`${name}-${index}`, error]])))
    if (errors.size > 0) return answer(topics, (name, index) => errors.get(`${name}-${index}`) ?? "OPERATION_NOT_ATTEMPTED", context)
    const claim = { producerId: request.v3AndBelowProducerId, epoch: request.v3AndBelowProducerEpoch }
    const partitions = found.flatMap(({ partition }) => (partition ? [partition] : []))
    const error = wordedFor(context, await context.transactions.add(transactionalId, claim, partitions))
    return answer(topics, () => error, context)
  },
})

interface Found {
  readonly name: string
  readonly index: number
  readonly error: ErrorName
  readonly partition?: TransactionPartition
}

function find(topics: Topics, { allows, catalog }: RequestContext): Found[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map((index): Found => {
      if (!allows("WRITE", "TOPIC", name)) return { name, index, error: "TOPIC_AUTHORIZATION_FAILED" }
      const topic = catalog.topic(name)
      if (!topic || topic.isInternal || index < 0 || index >= topic.partitionCount)
        return { name, index, error: topic?.isInternal ? "TOPIC_AUTHORIZATION_FAILED" : "UNKNOWN_TOPIC_OR_PARTITION" }
      return { name, index, error: "NONE", partition: { topic: name, topicId: topic.id, index } }
    }),
  )
}

function answer(topics: Topics, errorOf: (name: string, index: number) => ErrorName, context: RequestContext) {
  const resultsByTopicV3AndBelow = topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partitionIndex) => {
      const error = errorOf(name, partitionIndex)
      context.countError(error)
      return { partitionIndex, partitionErrorCode: errorCode(error) }
    }),
  }))
  return { throttleTimeMs: 0, resultsByTopicV3AndBelow, resultsByTransaction: [] }
}
