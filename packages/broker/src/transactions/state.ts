// One transactional id as a value, and what may become of it: pure functions from a transaction and a request to the next one or an error.
// KIP-890 (`transaction.version` 2): each end raises the epoch, as part of the decision, so that whatever of the old transaction comes late
// meets a higher epoch everywhere. Clients of the older protocol keep one epoch per session.
import type { ErrorName } from "@rivven/protocol"

export type TransactionPhase = "empty" | "ongoing" | "prepareCommit" | "prepareAbort" | "completeCommit" | "completeAbort"

export interface TransactionPartition {
  readonly topic: string
  readonly topicId: string
  readonly index: number
}

export interface Transaction {
  readonly transactionalId: string
  readonly producerId: number
  readonly epoch: number
  /** The producer id before the last change of it, -1 without one. */
  readonly previousProducerId: number
  /** What the client gave when the epoch was raised by InitProducerId, -1 when it gave none: the same request again gets the same answer. */
  readonly lastEpoch: number
  /** Whom the next transaction belongs to, once this one is complete; -1 and -1 for the same producer. */
  readonly nextProducerId: number
  readonly nextEpoch: number
  readonly timeoutMs: number
  readonly phase: TransactionPhase
  readonly partitions: ReadonlyMap<string, TransactionPartition>
  /** Wall clock in ms, -1 while nothing is open. */
  readonly startedMs: number
  readonly updatedMs: number
  /** Whether its client speaks version 2. */
  readonly isNewProtocol: boolean
}

export interface ProducerClaim {
  readonly producerId: number
  readonly epoch: number
}

export type Verdict<T> = T | { readonly error: ErrorName }

/** The last epoch that a transaction may begin with; the one behind it ends it. */
export const lastEpoch = 32_766

export const partitionKey = ({ topic, index }: { topic: string; index: number }): string => `${topic}-${index}`

export function newTransaction(transactionalId: string, made: { producerId: number; timeoutMs: number; nowMs: number }): Transaction {
  return {
    transactionalId,
    producerId: made.producerId,
    epoch: 0,
    previousProducerId: -1,
    lastEpoch: -1,
    nextProducerId: -1,
    nextEpoch: -1,
    timeoutMs: made.timeoutMs,
    phase: "empty",
    partitions: new Map(),
    startedMs: -1,
    updatedMs: made.nowMs,
    isNewProtocol: false,
  }
}

export const isPreparing = ({ phase }: Transaction): boolean => phase === "prepareCommit" || phase === "prepareAbort"

/** Who speaks has to be the one incarnation that is allowed to. */
export function whyNotOwner(transaction: Transaction | undefined, claim: ProducerClaim): ErrorName | null {
  if (transaction?.producerId !== claim.producerId) return "INVALID_PRODUCER_ID_MAPPING"
  return transaction.epoch === claim.epoch ? null : "PRODUCER_FENCED"
}

/** InitProducerId. `needsProducerId`: epochs are used up; ask again with a fresh id. `abort`: what is open has to end first. */
export type InitVerdict = Verdict<
  { readonly next: Transaction } | { readonly same: true } | { readonly abort: true } | { readonly needsProducerId: true }
>

export interface InitRequest {
  /** What a client that recovers (KIP-360) says it is. */
  readonly claim: ProducerClaim | null
  readonly timeoutMs: number
  readonly nowMs: number
  readonly freshProducerId: number | null
}

export function initialise(transaction: Transaction, { claim, timeoutMs, nowMs, freshProducerId }: InitRequest): InitVerdict {
  const { producerId, epoch, previousProducerId } = transaction
  if (isPreparing(transaction)) return { error: "CONCURRENT_TRANSACTIONS" }
  const isCurrent = claim?.producerId === producerId && claim.epoch === epoch
  const isRepeated =
    claim !== null &&
    ((claim.producerId === producerId && claim.epoch === transaction.lastEpoch) || (claim.producerId === previousProducerId && epoch === 0))
  if (claim && !isCurrent && !(isRepeated && transaction.phase !== "ongoing")) return { error: "PRODUCER_FENCED" }
  if (transaction.phase === "ongoing") return { abort: true }
  if (isRepeated && !isCurrent) return { same: true }
  const rested = { ...transaction, timeoutMs, phase: "empty" as const, partitions: new Map(), startedMs: -1, updatedMs: nowMs }
  if (epoch < lastEpoch) return { next: { ...rested, epoch: epoch + 1, lastEpoch: claim?.epoch ?? -1 } }
  if (freshProducerId === null) return { needsProducerId: true }
  return { next: { ...rested, producerId: freshProducerId, epoch: 0, previousProducerId: producerId, lastEpoch: -1 } }
}

/** AddPartitionsToTxn, AddOffsetsToTxn, and what newer clients do by just writing. */
export function add(
  transaction: Transaction,
  partitions: readonly TransactionPartition[],
  { nowMs, isNewProtocol }: AddRequest,
): Verdict<{ readonly next: Transaction }> {
  if (isPreparing(transaction)) return { error: "CONCURRENT_TRANSACTIONS" }
  const isOngoing = transaction.phase === "ongoing"
  if (isOngoing && partitions.every((one) => transaction.partitions.has(partitionKey(one)))) return { next: transaction }
  const known = isOngoing ? transaction.partitions : []
  const all = new Map([...known, ...partitions.map((one) => [partitionKey(one), one] as const)])
  const startedMs = isOngoing ? transaction.startedMs : nowMs
  return { next: { ...transaction, phase: "ongoing", partitions: all, startedMs, updatedMs: nowMs, isNewProtocol } }
}

export interface AddRequest {
  readonly nowMs: number
  readonly isNewProtocol: boolean
}

/** EndTxn. `done`: it is ended already, as asked. */
export type EndVerdict = Verdict<{ readonly next: Transaction } | { readonly done: true } | { readonly needsProducerId: true }>

export interface EndRequest {
  readonly claim: ProducerClaim
  readonly isCommit: boolean
  readonly nowMs: number
  readonly freshProducerId: number | null
}

export function end(transaction: Transaction | undefined, request: EndRequest): EndVerdict {
  const refusal = whyNotOwner(transaction, request.claim)
  if (!transaction || refusal) return { error: refusal ?? "INVALID_PRODUCER_ID_MAPPING" }
  if (transaction.phase === "ongoing") return { next: prepare(transaction, { ...request, epoch: transaction.epoch }) }
  return endedAlready(transaction, request.isCommit)
}

/** KIP-890: the answer carries the epoch of the next transaction. */
export function endAndBump(transaction: Transaction | undefined, request: EndRequest): EndVerdict {
  const { claim, isCommit } = request
  if (!transaction || (transaction.producerId !== claim.producerId && transaction.previousProducerId !== claim.producerId))
    return { error: "INVALID_PRODUCER_ID_MAPPING" }
  const isCurrent = transaction.producerId === claim.producerId && transaction.epoch === claim.epoch
  if (!isCurrent) return wasJustEnded(transaction, claim) ? endedAlready(transaction, isCommit) : { error: "PRODUCER_FENCED" }
  if (isPreparing(transaction)) return { error: "CONCURRENT_TRANSACTIONS" }
  if (transaction.phase !== "ongoing" && isCommit) return { error: "INVALID_TXN_STATE" }
  return prepareBumped(transaction, request)
}

/** The same request again: the claim is what the transaction had before its end raised the epoch. */
function wasJustEnded({ producerId, epoch, phase }: Transaction, claim: ProducerClaim): boolean {
  const isBefore = producerId === claim.producerId ? epoch === claim.epoch + 1 : epoch === 0 && claim.epoch === lastEpoch
  return isBefore && phase !== "empty" && phase !== "ongoing"
}

function prepareBumped(transaction: Transaction, { isCommit, nowMs, freshProducerId }: EndRequest): EndVerdict {
  const isLast = transaction.epoch >= lastEpoch
  if (isLast && freshProducerId === null) return { needsProducerId: true }
  const isOngoing = transaction.phase === "ongoing"
  const open = isOngoing ? transaction : { ...transaction, partitions: new Map<string, TransactionPartition>(), startedMs: nowMs }
  const next = isLast ? { nextProducerId: freshProducerId ?? -1, nextEpoch: 0 } : {}
  return { next: { ...prepare(open, { isCommit, nowMs, epoch: transaction.epoch + 1 }), ...next, isNewProtocol: true } }
}

function endedAlready({ phase }: Transaction, isCommit: boolean): EndVerdict {
  if (phase === (isCommit ? "completeCommit" : "completeAbort")) return { done: true }
  return { error: phase === (isCommit ? "prepareCommit" : "prepareAbort") ? "CONCURRENT_TRANSACTIONS" : "INVALID_TXN_STATE" }
}

/** The outcome is decided once this is durable. `epoch` is what the markers carry. */
export function prepare(
  transaction: Transaction,
  { isCommit, nowMs, epoch }: { isCommit: boolean; nowMs: number; epoch: number },
): Transaction {
  const phase = isCommit ? "prepareCommit" : "prepareAbort"
  return { ...transaction, phase, epoch, lastEpoch: -1, updatedMs: nowMs, nextProducerId: -1, nextEpoch: -1 }
}

/** An abort that the client did not ask for: the epoch goes up, so that it cannot go on as if nothing had happened. */
export const prepareFenced = (transaction: Transaction, nowMs: number): Transaction =>
  prepare(transaction, { isCommit: false, nowMs, epoch: Math.min(transaction.epoch + 1, lastEpoch + 1) })

/** All markers are in their logs. */
export function complete(transaction: Transaction, nowMs: number): Transaction {
  const { nextProducerId, nextEpoch, producerId } = transaction
  const phase = transaction.phase === "prepareCommit" ? "completeCommit" : "completeAbort"
  const rested = {
    ...transaction,
    phase,
    partitions: new Map(),
    startedMs: -1,
    updatedMs: nowMs,
    nextProducerId: -1,
    nextEpoch: -1,
  } as const
  return nextProducerId < 0 ? rested : { ...rested, producerId: nextProducerId, epoch: nextEpoch, previousProducerId: producerId }
}
