/** What a transactional producer asks the coordinators: its identity, what takes part, the group's offsets, the end. Each with its retries. */
import type { Api, ResponseOf } from "@rivven/protocol"
import { AddOffsetsToTxn, AddPartitionsToTxn, EndTxn, InitProducerId, TxnOffsetCommit } from "@rivven/protocol/messages"
import type { OffsetToCommit } from "../admin/group-offsets.ts"
import { answerOf, partitionFinder } from "../admin/items.ts"
import type { Cluster } from "../cluster.ts"
import type { BodyOf, SendOptions } from "../connection.ts"
import type { TopicPartition } from "../consumer/assignors/assignor.ts"
import type { GroupMetadata } from "../consumer/types.ts"
import { at, brokerFailed, failed, ok, type Result } from "../errors.ts"
import { retry, retryItems } from "../retry.ts"
import type { Identity } from "./partition-queue.ts"

/** 1: everything is announced before it is sent. 2 (KIP-890): it announces itself, and each transaction has an epoch of its own. */
export type TransactionVersion = 1 | 2

export type Membership = Pick<GroupMetadata, "groupId"> & Partial<GroupMetadata>

type Bounds = Pick<SendOptions, "minVersion" | "maxVersion">

/** Which versions of a request belong to the protocol that the cluster finalised: from `firstOf2` on, or before. */
export const boundsOf = (version: TransactionVersion, firstOf2: number): Bounds =>
  version === 2 ? { minVersion: firstOf2 } : { maxVersion: firstOf2 - 1 }

const firstEnd2 = 5
const firstOffsets2 = 5
const firstOffsetsWithMember = 3
const lastPartitionsOfClients = 3
const firstInitWithIdentity = 3

export class TransactionRequests {
  readonly #cluster: Cluster
  readonly #transactionalId: string
  readonly #transactionTimeoutMs: number

  constructor(cluster: Cluster, options: { transactionalId: string; transactionTimeoutMs: number }) {
    this.#cluster = cluster
    this.#transactionalId = options.transactionalId
    this.#transactionTimeoutMs = options.transactionTimeoutMs
  }

  /** Fences whoever used the id before, or takes the next epoch of the own identity. */
  async init(previous: Identity | null, timeoutMs?: number): Promise<Result<{ identity: Identity; version: TransactionVersion }>> {
    const own = { producerId: previous?.producerId ?? -1, producerEpoch: previous?.producerEpoch ?? -1 }
    const base = { transactionalId: this.#transactionalId, transactionTimeoutMs: this.#transactionTimeoutMs }
    const body = (version: number) => (version >= firstInitWithIdentity ? { ...base, ...own } : base)
    const answer = await this.#ask(InitProducerId, body, { timeoutMs })
    if (!answer.ok) return answer
    const { producerId, producerEpoch } = answer.value
    if (producerId < 0 || producerEpoch < 0)
      return failed("BAD_ANSWER", `the broker handed out producer id ${producerId}, epoch ${producerEpoch}`)
    const connection = await this.#cluster.connect(this.#route)
    if (!connection.ok) return connection
    return ok({ identity: { producerId, producerEpoch }, version: connection.value.featureOf("transaction.version") >= 2 ? 2 : 1 })
  }

  /** Version 1 only. */
  async addPartitions(identity: Identity, partitions: readonly TopicPartition[]): Promise<Result<void>> {
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, items]) => ({
      name,
      partitions: items.map(({ partition }) => partition),
    }))
    const body = {
      transactions: [],
      v3AndBelowTransactionalId: this.#transactionalId,
      v3AndBelowProducerId: identity.producerId,
      v3AndBelowProducerEpoch: identity.producerEpoch,
      v3AndBelowTopics: topics,
    }
    const answer = await this.#ask(AddPartitionsToTxn, body, { maxVersion: lastPartitionsOfClients, errorCodeOf: partitionError })
    return answer.ok ? ok(undefined) : answer
  }

  /** Version 1 announces the group to the transaction first. */
  async sendOffsets(
    { identity, version }: { identity: Identity; version: TransactionVersion },
    offsets: readonly OffsetToCommit[],
    group: Membership,
  ): Promise<Result<void>> {
    const { groupId } = group
    const common = { transactionalId: this.#transactionalId, ...identity, groupId }
    if (version === 1) {
      const added = await this.#ask(AddOffsetsToTxn, common, {})
      if (!added.ok) return added
    }
    const member = { generationId: group.generation ?? -1, memberId: group.memberId ?? "", groupInstanceId: group.instanceId ?? null }
    const isMember = member.generationId >= 0 || member.memberId !== "" || member.groupInstanceId !== null
    const bounds = boundsOf(version, firstOffsets2)
    const minVersion = bounds.minVersion ?? (isMember ? firstOffsetsWithMember : undefined)
    const policy = this.#cluster.policy(undefined, { recover: (errors) => this.#cluster.recover(errors, { group: groupId }) })
    const results = await retryItems(
      offsets,
      async (open): Promise<Result<void>[]> => {
        const answer = await this.#cluster.call(
          TxnOffsetCommit,
          (chosen) => ({ ...common, ...(chosen >= firstOffsetsWithMember ? member : {}), topics: wireOffsets(open) }),
          {
            route: { to: "coordinator", group: groupId },
            timeoutMs: policy.deadline.share(this.#cluster.config.requestTimeoutMs),
            ...bounds,
            minVersion,
          },
        )
        if (!answer.ok) return open.map(() => answer)
        const find = partitionFinder(answer.value.topics)
        return open.map((item) => answerOf(find(item), () => undefined))
      },
      policy,
    )
    const index = results.findIndex((result) => !result.ok)
    const failure = results[index]
    return failure?.ok === false ? at(failure, `/${index}`) : ok(undefined)
  }

  /** Answers the identity of the next transaction. */
  async end(
    { identity, version }: { identity: Identity; version: TransactionVersion },
    committed: boolean,
    timeoutMs?: number,
  ): Promise<Result<Identity>> {
    const body = { transactionalId: this.#transactionalId, ...identity, committed }
    const answer = await this.#ask(EndTxn, body, { ...boundsOf(version, firstEnd2), timeoutMs })
    if (!answer.ok) return answer
    if (version === 1) return ok(identity)
    const { producerId, producerEpoch } = answer.value
    return producerId < 0 || producerEpoch < 0
      ? failed("BAD_ANSWER", "the broker names no identity for the next transaction")
      : ok({ producerId, producerEpoch })
  }

  get #route() {
    return { to: "transactions", transactionalId: this.#transactionalId } as const
  }

  #ask<A extends Api>(
    api: A,
    body: BodyOf<A>,
    { timeoutMs, errorCodeOf = errorCodeOfAll, ...bounds }: AskOptions<A>,
  ): Promise<Result<ResponseOf<A>>> {
    const recover = (errors: Parameters<Cluster["recover"]>[0]) => this.#cluster.recover(errors, { transactionalId: this.#transactionalId })
    const policy = this.#cluster.policy(timeoutMs, { recover })
    return retry(async () => {
      const shareMs = policy.deadline.share(this.#cluster.config.requestTimeoutMs)
      const answer = await this.#cluster.call(api, body, { route: this.#route, timeoutMs: shareMs, ...bounds })
      if (!answer.ok) return answer
      const errorCode = errorCodeOf(answer.value)
      return errorCode === 0 ? answer : brokerFailed(errorCode, `${api.name} of transactional id ${this.#transactionalId}`)
    }, policy)
  }
}

const notAttempted = 55

/** One bad partition leaves the others OPERATION_NOT_ATTEMPTED; that one says why. */
function partitionError({ resultsByTopicV3AndBelow }: ResponseOf<typeof AddPartitionsToTxn>): number {
  const codes = resultsByTopicV3AndBelow.flatMap(({ resultsByPartition }) => resultsByPartition.map((one) => one.partitionErrorCode))
  return codes.find((code) => code !== 0 && code !== notAttempted) ?? codes.find((code) => code !== 0) ?? 0
}

type AskOptions<A extends Api> = Bounds & { timeoutMs?: number | undefined; errorCodeOf?: (answer: ResponseOf<A>) => number }

const errorCodeOfAll = (answer: object): number => ("errorCode" in answer ? Number(answer.errorCode) : 0)

function wireOffsets(offsets: readonly OffsetToCommit[]) {
  return [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, items]) => ({
    name,
    partitions: items.map(({ partition, offset, leaderEpoch, metadata }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch ?? -1,
      committedMetadata: metadata ?? "",
    })),
  }))
}
