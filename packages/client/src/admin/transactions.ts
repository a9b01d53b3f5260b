/** Transactions as their coordinators see them (ListTransactions 66, DescribeTransactions 65). */
import type { ResponseOf } from "@rivven/protocol"
import { DescribeTransactions, ListTransactions } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import type { TopicPartition } from "../consumer/assignors/assignor.ts"
import { at, brokerFailed, type ItemError, ok, type Result } from "../errors.ts"
import { retry } from "../retry.ts"
import { answerOf } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

export type TransactionListing = { transactionalId: string; producerId: number; state: TransactionPhase; coordinator: number }

export type TransactionListings = {
  transactions: TransactionListing[]
  /** Brokers that did not answer; their transactions are missing. */
  failures: { broker: number; error: ItemError }[]
}

export type TransactionPhase =
  | "empty"
  | "ongoing"
  | "prepare-commit"
  | "prepare-abort"
  | "complete-commit"
  | "complete-abort"
  | "prepare-epoch-fence"
  | "dead"
  | "unknown"

export type TransactionDescription = {
  state: TransactionPhase
  producerId: number
  producerEpoch: number
  timeoutMs: number
  /** Milliseconds since 1970; `null` while none is open. */
  startedAt: number | null
  partitions: TopicPartition[]
}

const phases: Readonly<Record<string, TransactionPhase>> = {
  Empty: "empty",
  Ongoing: "ongoing",
  PrepareCommit: "prepare-commit",
  PrepareAbort: "prepare-abort",
  CompleteCommit: "complete-commit",
  CompleteAbort: "complete-abort",
  PrepareEpochFence: "prepare-epoch-fence",
  Dead: "dead",
}

export class TransactionsAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** Of all brokers; a broker that cannot answer leaves a gap that is named. */
  async list(options: CallTimeout & { producerIds?: readonly number[] } = {}): Promise<Result<TransactionListings>> {
    const policy = this.#cluster.policy(options.timeoutMs)
    const body = { stateFilters: [], producerIdFilters: [...(options.producerIds ?? [])] }
    return retry(async () => {
      const timeoutMs = policy.deadline.share(this.#cluster.config.requestTimeoutMs)
      const answers = await this.#cluster.callAll(ListTransactions, body, { timeoutMs })
      if (!answers.ok) return answers
      const listings: TransactionListings = { transactions: [], failures: [] }
      for (const [broker, answer] of answers.value) addListing(listings, broker, answer)
      const [first] = listings.failures
      if (listings.failures.length === answers.value.size && first !== undefined) return { ok: false, error: first.error }
      listings.transactions.sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1))
      return ok(listings)
    }, policy)
  }

  /** One that does not exist answers TRANSACTIONAL_ID_NOT_FOUND. */
  async describe(ids: readonly string[], options: CallTimeout = {}): Promise<Map<string, Result<TransactionDescription>>> {
    const results = await Promise.all([...new Set(ids)].map(async (id) => [id, await this.#describe(id, options)] as const))
    return new Map(results.map(([id, result], index) => [id, result.ok ? result : at(result, `/${index}`)]))
  }

  #describe(transactionalId: string, options: CallTimeout): Promise<Result<TransactionDescription>> {
    const policy = this.#cluster.policy(options.timeoutMs, { recover: (errors) => this.#cluster.recover(errors, { transactionalId }) })
    return retry(async () => {
      const timeoutMs = policy.deadline.share(this.#cluster.config.requestTimeoutMs)
      const body = { transactionalIds: [transactionalId] }
      const answer = await this.#cluster.call(DescribeTransactions, body, { route: { to: "transactions", transactionalId }, timeoutMs })
      if (!answer.ok) return answer
      const found = answer.value.transactionStates.find((one) => one.transactionalId === transactionalId)
      return answerOf(found, (one) => ({
        state: phases[one.transactionState] ?? "unknown",
        producerId: one.producerId,
        producerEpoch: one.producerEpoch,
        timeoutMs: one.transactionTimeoutMs,
        startedAt: one.transactionStartTimeMs < 0 ? null : one.transactionStartTimeMs,
        partitions: one.topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))),
      }))
    }, policy)
  }
}

function addListing(listings: TransactionListings, broker: number, answer: Result<ResponseOf<typeof ListTransactions>>): void {
  const result = answer.ok && answer.value.errorCode !== 0 ? brokerFailed(answer.value.errorCode, null) : answer
  if (!result.ok) {
    listings.failures.push({ broker, error: result.error })
    return
  }
  for (const { transactionalId, producerId, transactionState } of result.value.transactionStates)
    listings.transactions.push({ transactionalId, producerId, state: phases[transactionState] ?? "unknown", coordinator: broker })
}
