// Starts the coordinator: replays `__transaction_state`, finishes what was decided, and leaves no transaction open that nobody will end.
import { InternalLog } from "../internal-log.ts"
import type { Partition } from "../log/partition.ts"
import type { Metrics } from "../metrics.ts"
import type { Clock } from "../ports.ts"
import type { Services } from "../services.ts"
import { transactionStateTopic } from "../topics/topic-name.ts"
import { TransactionCoordinator } from "./coordinator.ts"
import { Markers } from "./markers.ts"
import type { Transaction } from "./state.ts"
import { decodeTransaction } from "./transaction-records.ts"

type Parts = Pick<Services, "logger" | "catalog" | "configs" | "logs" | "topicLogs" | "producerIds" | "groupAdmin">
export type OpenOptions = Parts & { readonly clock: Clock; readonly metrics: Metrics }

const expiryCheckMs = 3_600_000

export async function openTransactions(options: OpenOptions): Promise<{ transactions: TransactionCoordinator; markers: Markers }> {
  const { clock, logger, catalog, configs, logs, topicLogs, producerIds, groupAdmin, metrics } = options
  const markers = new Markers({
    clock,
    logOf: ({ topic: name, topicId, index }) => {
      const topic = catalog.topic(name)
      return topic?.id === topicId ? topicLogs.of(topic, index) : undefined
    },
    onOffsetsEnded: (producerId, isCommit) => groupAdmin.endTransaction(producerId, isCommit),
  })
  const log = new InternalLog(logs.partition(transactionStateTopic, 0) as Partition, clock)
  const transactions = new TransactionCoordinator({
    log,
    clock,
    logger,
    markers,
    nextProducerId: () => producerIds.next(),
    limits: () => ({
      maxTimeoutMs: configs.brokerNumber("transaction.max.timeout.ms"),
      expirationMs: configs.brokerNumber("transactional.id.expiration.ms"),
    }),
    onTimeout: () => metrics.onTransactionTimeout(),
  })
  const found = new Map<string, Transaction>()
  await log.replay((record) => {
    const { transactionalId, transaction } = decodeTransaction(record, (name) => catalog.topic(name)?.id)
    if (transaction) found.set(transactionalId, transaction)
    else found.delete(transactionalId)
  })
  for (const transaction of found.values()) transactions.restore(transaction)
  await transactions.resume()
  await endOrphans(transactions, markers, options)
  transactions.startExpiry(expiryCheckMs)
  return { transactions, markers }
}

/**
 * A batch may have become durable just before the record that says so. If its producer can still go on, the partition joins its transaction
 * and the batch stays what the client will send again; if not, it is aborted here.
 */
async function endOrphans(transactions: TransactionCoordinator, markers: Markers, { logs, logger }: OpenOptions): Promise<void> {
  const aborts: Promise<void>[] = []
  for (const log of logs.partitions()) {
    const { topic, topicId, index } = log
    for (const { producerId, epoch, openSince, coordinatorEpoch } of [...log.producers()]) {
      if (openSince === null || transactions.adopt({ topic, topicId, index }, { producerId, epoch })) continue
      logger.warn({ partition: `${topic}-${index}`, producerId, epoch, openSince }, "a transaction that nobody can end any more is aborted")
      aborts.push(markers.append(log, { producerId, epoch: epoch + 1, isCommit: false, coordinatorEpoch: Math.max(coordinatorEpoch, 0) }))
    }
  }
  await Promise.all(aborts)
}
