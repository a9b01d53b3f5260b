// Commits offsets of a group as part of a transaction. 3 carries the member's generation (KIP-447), so that a member that lost its partitions
// cannot commit; 5 adds the group to the transaction by itself (KIP-890).
import { type ErrorName, errorCode, type RequestOf } from "@rivven/protocol"
import { TxnOffsetCommit } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { consumerOffsetsTopic } from "../topics/topic-name.ts"
import { failureOf } from "../transactions/coordinator.ts"
import type { TransactionPartition } from "../transactions/state.ts"

type Request = RequestOf<typeof TxnOffsetCommit>

const firstVersionThatAborts = 4
const firstVersionThatAdds = 5

/** The log of group offsets as a part of transactions. */
export function offsetsPartition({ catalog }: Pick<RequestContext, "catalog">): TransactionPartition {
  return { topic: consumerOffsetsTopic, topicId: catalog.topic(consumerOffsetsTopic)?.id ?? "", index: 0 }
}

export default defineHandler(TxnOffsetCommit, {
  versions: [0, 5],
  omits: [],
  async handle(request, context) {
    const { transactionalId, groupId, producerId, producerEpoch } = request
    const denial = whyDenied(request, context)
    if (denial) return answer(request, () => denial, context)
    const mayRead = new Set(request.topics.map(({ name }) => name).filter((name) => context.allows("READ", "TOPIC", name)))
    const admission = context.transactions.admit({
      transactionalId,
      producerId,
      epoch: producerEpoch,
      partition: offsetsPartition(context),
      addsImplicitly: context.apiVersion >= firstVersionThatAdds,
      strangerError: context.apiVersion >= firstVersionThatAborts ? "TRANSACTION_ABORTABLE" : "INVALID_TXN_STATE",
    })
    if (!admission.ok) return answer(request, (topic) => (mayRead.has(topic) ? admission.error : "TOPIC_AUTHORIZATION_FAILED"), context)
    const readable = request.topics.filter(({ name }) => mayRead.has(name))
    const offsets = readable.flatMap(({ name: topic, partitions }) =>
      partitions.map((one) => ({
        topic,
        partition: one.partitionIndex,
        offset: one.committedOffset,
        leaderEpoch: one.committedLeaderEpoch,
        metadata: one.committedMetadata ?? "",
      })),
    )
    const { memberId, groupInstanceId: instanceId, generationId: generation } = request
    const commit = { groupId, memberId, instanceId, generation, knowsMissingGroups: false, offsets }
    const [errors, failure] = await Promise.all([
      context.groupAdmin.commitInTransaction(commit, { producerId, producerEpoch }),
      failureOf(admission.stored),
    ])
    const found = new Map(offsets.map(({ topic, partition }, index) => [`${topic}-${partition}`, errors[index]]))
    const errorOf = (topic: string, partition: number): ErrorName =>
      failure ?? (mayRead.has(topic) ? (found.get(`${topic}-${partition}`) ?? "UNKNOWN_SERVER_ERROR") : "TOPIC_AUTHORIZATION_FAILED")
    return answer(request, errorOf, context)
  },
})

function whyDenied({ transactionalId, groupId }: Request, { allows }: RequestContext): ErrorName | null {
  if (!allows("WRITE", "TRANSACTIONAL_ID", transactionalId)) return "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"
  if (!allows("READ", "GROUP", groupId)) return "GROUP_AUTHORIZATION_FAILED"
  return groupId === "" ? "INVALID_GROUP_ID" : null
}

function answer({ topics }: Request, errorOf: (topic: string, partition: number) => ErrorName, context: RequestContext) {
  return {
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        const error = errorOf(name, partitionIndex)
        context.countError(error)
        return { partitionIndex, errorCode: errorCode(error) }
      }),
    })),
  }
}
