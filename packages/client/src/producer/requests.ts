/** What the producer asks brokers: a producer id, and to append batches. */
import { EncodeError, type ResponseOf } from "@rivven/protocol"
import { InitProducerId, Produce } from "@rivven/protocol/messages"
import type { Cluster } from "../cluster.ts"
import { brokerFailed, failed, ok, type Result } from "../errors.ts"
import { retry } from "../retry.ts"
import type { BatchFormat, ProducerBatch } from "./batch.ts"
import type { Identity } from "./partition-queue.ts"
import { boundsOf } from "./transaction-requests.ts"
import type { TransactionGate } from "./transactions.ts"
import type { Codec } from "./types.ts"

export type Outcome = { baseOffset: number | null; logAppendTimeMs: number }

export type ProduceOptions = {
  leader: number
  lane: string
  acks: -1 | 0 | 1
  codec: Codec
  requestTimeoutMs: number
  transactions: TransactionGate | null
}

/** From 13 on topics are named by id; 12 is the last that names them as callers do. */
const lastVersionWithNames = 12
/** The broker gives up first, so that its answer still arrives. */
const answerMarginMs = 1_000
const firstVersionWithZstd = 7
const firstOfTransactions2 = 12

export function askForIdentity(cluster: Cluster, { deliveryTimeoutMs }: { deliveryTimeoutMs: number }): Promise<Result<Identity>> {
  const policy = cluster.policy(deliveryTimeoutMs)
  return retry(async () => {
    const body = { transactionalId: null, transactionTimeoutMs: 0x7fffffff }
    const timeoutMs = policy.deadline.share(cluster.config.requestTimeoutMs)
    const answer = await cluster.call(InitProducerId, body, { route: { to: "any" }, timeoutMs })
    if (!answer.ok) return answer
    const { errorCode, producerId, producerEpoch } = answer.value
    if (errorCode !== 0) return brokerFailed(errorCode, "no producer id")
    if (producerId < 0 || producerEpoch < 0)
      return failed("BAD_ANSWER", `the broker handed out producer id ${producerId}, epoch ${producerEpoch}`)
    return ok({ producerId, producerEpoch })
  }, policy)
}

/** One Produce request with at most one batch per partition; one outcome per batch, in order. */
export async function sendBatches(
  cluster: Cluster,
  options: ProduceOptions,
  batches: readonly ProducerBatch[],
): Promise<Result<Outcome>[]> {
  const { transactions } = options
  const format = { codec: options.codec, isTransactional: transactions !== null }
  const encoded = batches.map((batch) => encode(batch, format))
  const topicData = wireTopics(batches, encoded)
  if (topicData.length === 0) return encoded.map((result) => (result.ok ? failed("BAD_INPUT", "nothing to send") : result))
  const { leader, lane, acks, requestTimeoutMs } = options
  const answer = await cluster.call(
    Produce,
    { transactionalId: transactions?.transactionalId ?? null, acks, timeoutMs: requestTimeoutMs, topicData },
    {
      route: { to: "broker", id: leader },
      lane,
      timeoutMs: requestTimeoutMs + answerMarginMs,
      ...produceBounds(options),
      isOneWay: acks === 0,
    },
  )
  return batches.map((batch, index) => {
    const bytes = encoded[index]
    if (bytes?.ok === false) return bytes
    if (!answer.ok) return answer
    return acks === 0 ? ok({ baseOffset: null, logAppendTimeMs: -1 }) : readOutcome(answer.value, batch)
  })
}

function produceBounds({ codec, transactions }: ProduceOptions): { minVersion: number; maxVersion: number } {
  const bounds = transactions === null ? {} : boundsOf(transactions.version, firstOfTransactions2)
  return {
    minVersion: Math.max(bounds.minVersion ?? 0, codec === "zstd" ? firstVersionWithZstd : 0),
    maxVersion: Math.min(bounds.maxVersion ?? lastVersionWithNames, lastVersionWithNames),
  }
}

function encode(batch: ProducerBatch, format: BatchFormat): Result<Uint8Array> {
  try {
    return ok(batch.encode(format))
  } catch (error) {
    if (!(error instanceof EncodeError || error instanceof RangeError)) throw error
    return failed("BAD_INPUT", `the batch for ${batch.topic}-${batch.partition} cannot be encoded: ${error.message}`)
  }
}

function wireTopics(batches: readonly ProducerBatch[], encoded: readonly Result<Uint8Array>[]) {
  const byTopic = new Map<string, { index: number; records: Uint8Array }[]>()
  batches.forEach(({ topic, partition }, index) => {
    const bytes = encoded[index]
    if (bytes?.ok !== true) return
    const partitionData = byTopic.get(topic) ?? []
    partitionData.push({ index: partition, records: bytes.value })
    byTopic.set(topic, partitionData)
  })
  return [...byTopic].map(([name, partitionData]) => ({ name, partitionData }))
}

function readOutcome(answer: ResponseOf<typeof Produce>, { topic, partition }: ProducerBatch): Result<Outcome> {
  const item = answer.responses.find(({ name }) => name === topic)?.partitionResponses.find(({ index }) => index === partition)
  if (item === undefined) return failed("BAD_ANSWER", `the broker's answer leaves ${topic}-${partition} out`)
  const outcome = { baseOffset: item.baseOffset < 0 ? null : item.baseOffset, logAppendTimeMs: item.logAppendTimeMs }
  // The batch was written by an earlier attempt whose answer got lost.
  if (item.errorCode === 0 || item.errorCode === duplicateSequence) return ok(outcome)
  const details = item.recordErrors.map(
    ({ batchIndex, batchIndexErrorMessage }) => `record ${batchIndex}: ${batchIndexErrorMessage ?? "refused"}`,
  )
  const message = [item.errorMessage, ...details].filter((text) => text !== null && text !== "").join("; ")
  return brokerFailed(item.errorCode, message === "" ? `${topic}-${partition}` : message)
}

const duplicateSequence = 46
