// Appends one batch per partition. Advertised from 0 because librdkafka up to 2.0 turns features on by exact versions (0 gzip, snappy and
// lz4; 3 batches v2; 7 zstd); 0-2 carried formats that no longer exist, and close the connection. Appends happen at once, in the order of
// requests; answers wait for the disk. acks=0 has no answer: an error closes the connection, which is all the client can see.
import { type ErrorName, errorCode, type RequestOf } from "@rivven/protocol"
import { Produce } from "@rivven/protocol/messages"
import { type BatchHeader, parseBatchHeader } from "@rivven/protocol/records"
import { defineHandler, noResponse, type RequestContext } from "../dispatch/define-handler.ts"
import { isBrokerError } from "../errors.ts"
import type { Topic } from "../topics/catalog.ts"
import type { Admission } from "../transactions/coordinator.ts"

type Request = RequestOf<typeof Produce>

interface Outcome {
  readonly index: number
  readonly error: ErrorName
  readonly message: string | null
  readonly baseOffset: number
  readonly logAppendTimeMs: number
  readonly logStartOffset: number
  readonly recordErrors: { readonly batchIndex: number; readonly batchIndexErrorMessage: string }[]
}

interface Entry {
  readonly topic: string
  readonly index: number
  readonly batch: Uint8Array | null
}

/** Of a batch's attributes, the byte with the flags. */
const attributesAt = 22
const transactionalBit = 0x10
const firstVersionThatAborts = 11
const firstVersionThatAdds = 12
const outsideOfTransactions: Admission = { ok: true, stored: null }

export default defineHandler(Produce, {
  versions: [0, 12],
  accepts: [3, 12],
  omits: ["versions 0-2 are advertised and refused", "version 13 (topic ids)"],
  isPipelined: true,
  produces: true,
  handle(request, context) {
    const denial = whyDenied(request, context)
    if (denial) return request.acks === 0 ? unanswered([denial], context) : answer(request, allRefused(request, denial.error), context)
    const isKnownAcks = request.acks === 0 || request.acks === 1 || request.acks === -1
    const outcomes = request.topicData.map(({ name, partitionData }) =>
      partitionData.map(({ index, records }) =>
        isKnownAcks
          ? append({ topic: name, index, batch: records }, request, context)
          : refused(index, "INVALID_REQUIRED_ACKS", acksMessage(request)),
      ),
    )
    if (request.acks === 0) return unanswered(outcomes.flat(), context)
    return answer(request, outcomes, context)
  },
})

/** A transaction needs the right to its id, and a batch of one belongs into a request that names it, whatever its header claims. */
function whyDenied({ transactionalId, topicData }: Request, context: RequestContext): Outcome | null {
  const hasTransaction = topicData.some(({ partitionData }) => partitionData.some(({ records }) => isTransactional(records)))
  if (transactionalId === null ? !hasTransaction : context.allows("WRITE", "TRANSACTIONAL_ID", transactionalId)) return null
  return refused(-1, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", null)
}

const isTransactional = (batch: Uint8Array | null): boolean => ((batch?.[attributesAt] ?? 0) & transactionalBit) !== 0

const allRefused = ({ topicData }: Request, error: ErrorName): Outcome[][] =>
  topicData.map(({ partitionData }) => partitionData.map(({ index }) => refused(index, error, null)))

const acksMessage = ({ acks }: Request): string => `acks is ${acks}; it is -1, 0 or 1`

/** An error is there at once; an outcome that waits for the disk is a promise. */
function append(
  { topic: name, index, batch }: Entry,
  { acks, transactionalId }: Request,
  context: RequestContext,
): Outcome | Promise<Outcome> {
  if (!context.allows("WRITE", "TOPIC", name)) return refused(index, "TOPIC_AUTHORIZATION_FAILED", null)
  const topic = context.catalog.topic(name)
  const log = topic && context.topicLogs.of(topic, index)
  if (!topic || !log) return refused(index, "UNKNOWN_TOPIC_OR_PARTITION", null)
  if (batch === null || batch.length === 0) return refused(index, "INVALID_RECORD", "a partition entry carries exactly one record batch")
  const ready = context.batchPolicy.apply(topic, { batch, acks, apiVersion: context.apiVersion })
  if ("error" in ready) return { ...refused(index, ready.error, ready.message), recordErrors: ready.recordErrors ?? [] }
  const isInTransaction = isTransactional(ready)
  const admission = isInTransaction ? admitted({ transactionalId, topic, index, batch: ready }, context) : outsideOfTransactions
  if (!admission.ok) return refused(index, admission.error, null)
  const result = log.append(ready, { isInTransaction })
  if (!result.ok) return refused(index, result.error, result.message)
  if (!result.duplicate) context.metrics.topic(name).onProduced(ready.length, result.lastOffset - result.baseOffset + 1)
  const { baseOffset, logAppendTimeMs } = result
  const stored = (): Outcome => ({
    index,
    error: "NONE",
    message: null,
    baseOffset,
    logAppendTimeMs,
    logStartOffset: log.logStartOffset,
    recordErrors: [],
  })
  if (acks === 0) return stored()
  const acked = log.whenAcked(result.lastOffset)
  const settled: Promise<unknown> = admission.stored ? Promise.all([acked, admission.stored]) : acked
  return settled.then(stored, (cause: unknown) => notStored(index, cause))
}

interface Transactional {
  readonly transactionalId: string | null
  readonly topic: Topic
  readonly index: number
  readonly batch: Uint8Array
}

/** Whether the batch is part of its producer's open transaction, by what its header says. */
function admitted({ transactionalId, topic, index, batch }: Transactional, { apiVersion, transactions }: RequestContext): Admission {
  const header = headerOf(batch)
  if (!header) return { ok: false, error: "CORRUPT_MESSAGE" }
  return transactions.admit({
    transactionalId: transactionalId ?? "",
    producerId: header.producerId,
    epoch: header.producerEpoch,
    partition: { topic: topic.name, topicId: topic.id, index },
    addsImplicitly: apiVersion >= firstVersionThatAdds,
    strangerError: apiVersion >= firstVersionThatAborts ? "TRANSACTION_ABORTABLE" : "INVALID_TXN_STATE",
  })
}

function headerOf(batch: Uint8Array): BatchHeader | null {
  try {
    return parseBatchHeader(batch)
  } catch {
    return null // the log would say the same: not a batch
  }
}

function refused(index: number, error: ErrorName, message: string | null): Outcome {
  return { index, error, message, baseOffset: -1, logAppendTimeMs: -1, logStartOffset: -1, recordErrors: [] }
}

function notStored(index: number, cause: unknown): Outcome {
  if (isBrokerError(cause)) return refused(index, "KAFKA_STORAGE_ERROR", cause.message)
  throw cause
}

async function unanswered(outcomes: readonly (Outcome | Promise<Outcome>)[], context: RequestContext) {
  const failed = (await Promise.all(outcomes.map(async (outcome) => outcome))).find((outcome) => outcome.error !== "NONE")
  if (!failed) return noResponse
  context.countError(failed.error)
  return { close: `acks=0 and ${failed.error}${failed.message ? `: ${failed.message}` : ""}` }
}

async function answer(request: Request, outcomes: readonly (readonly (Outcome | Promise<Outcome>)[])[], context: RequestContext) {
  const responses = await Promise.all(
    request.topicData.map(async ({ name }, position) => {
      const partitions = await Promise.all((outcomes[position] ?? []).map(async (outcome) => outcome))
      return { name, partitionResponses: partitions.map((outcome) => toWire(outcome, context)) }
    }),
  )
  return { responses, throttleTimeMs: 0 }
}

function toWire(outcome: Outcome, context: RequestContext) {
  const { index, error, message, baseOffset, logAppendTimeMs, logStartOffset, recordErrors } = outcome
  context.countError(error)
  return { index, errorCode: errorCode(error), baseOffset, logAppendTimeMs, logStartOffset, recordErrors, errorMessage: message }
}
