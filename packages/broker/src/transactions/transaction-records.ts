// Records of `__transaction_state` in Kafka's format. It names partitions by topic name only; a topic that came back under its name is told
// apart by what its log knows of the producer.
import { decodeRecord, encodeRecord } from "@rivven/protocol"
import { TransactionLogKey, TransactionLogValue } from "@rivven/protocol/messages/internal"
import type { LogRecord } from "../internal-log.ts"
import { partitionKey, type Transaction, type TransactionPartition, type TransactionPhase } from "./state.ts"

const phases: readonly TransactionPhase[] = ["empty", "ongoing", "prepareCommit", "prepareAbort", "completeCommit", "completeAbort"]

export function encodeTransaction(transactionalId: string, transaction: Transaction | null): LogRecord {
  return {
    key: encodeRecord(TransactionLogKey, 0, { transactionalId }),
    value: transaction && encodeRecord(TransactionLogValue, 1, stored(transaction)),
  }
}

function stored(transaction: Transaction) {
  const topics = new Map<string, number[]>()
  for (const { topic, index } of transaction.partitions.values()) topics.set(topic, [...(topics.get(topic) ?? []), index])
  return {
    producerId: transaction.producerId,
    previousProducerId: transaction.previousProducerId,
    nextProducerId: transaction.nextProducerId,
    producerEpoch: transaction.epoch,
    nextProducerEpoch: transaction.nextEpoch,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStatus: phases.indexOf(transaction.phase),
    transactionPartitions: topics.size === 0 ? null : [...topics].map(([topic, partitionIds]) => ({ topic, partitionIds })),
    transactionLastUpdateTimestampMs: transaction.updatedMs,
    transactionStartTimestampMs: transaction.startedMs,
    clientTransactionVersion: transaction.isNewProtocol ? 2 : 0,
  }
}

export interface StoredTransaction {
  readonly transactionalId: string
  readonly transaction: Transaction | null
}

/** Partitions of topics that no longer exist are left behind. Throws `DecodeError`. */
export function decodeTransaction({ key, value }: LogRecord, topicId: (name: string) => string | undefined): StoredTransaction {
  const { transactionalId } = decodeRecord(TransactionLogKey, key ?? new Uint8Array(0)).value
  if (value === null) return { transactionalId, transaction: null }
  const read = decodeRecord(TransactionLogValue, value).value
  const partitions = (read.transactionPartitions ?? []).flatMap(({ topic, partitionIds }): [string, TransactionPartition][] => {
    const id = topicId(topic)
    if (id === undefined) return []
    return partitionIds.map((index) => [partitionKey({ topic, index }), { topic, topicId: id, index }])
  })
  return {
    transactionalId,
    transaction: {
      transactionalId,
      producerId: read.producerId,
      epoch: read.producerEpoch,
      previousProducerId: read.previousProducerId,
      lastEpoch: -1,
      nextProducerId: read.nextProducerId,
      nextEpoch: read.nextProducerEpoch,
      timeoutMs: read.transactionTimeoutMs,
      phase: phases[read.transactionStatus] ?? "completeAbort",
      partitions: new Map(partitions),
      startedMs: read.transactionStartTimestampMs,
      updatedMs: read.transactionLastUpdateTimestampMs,
      isNewProtocol: read.clientTransactionVersion >= 2,
    },
  }
}
