// Runs transactions: keeps the one current value of each transactional id, asks the pure functions what may become of it, and carries that
// out. Owns `__transaction_state`, the time-outs and the order of writes at an end: data, decision, markers, answer. What is in memory may be
// ahead of the disk; every answer waits for it. This broker holds all partitions, so that a batch and its transaction meet in one process.
import type { ErrorName } from "@rivven/protocol"
import { isBrokerError } from "../errors.ts"
import type { InternalLog } from "../internal-log.ts"
import type { Cancel, Clock, Logger } from "../ports.ts"
import type { Markers } from "./markers.ts"
import {
  add,
  complete,
  type EndRequest,
  type EndVerdict,
  end,
  endAndBump,
  initialise,
  isPreparing,
  newTransaction,
  type ProducerClaim,
  partitionKey,
  prepareFenced,
  type Transaction,
  type TransactionPartition,
  whyNotOwner,
} from "./state.ts"
import { encodeTransaction } from "./transaction-records.ts"

export interface TransactionOptions {
  readonly log: InternalLog
  readonly clock: Clock
  readonly logger: Logger
  readonly markers: Markers
  readonly nextProducerId: () => Promise<number>
  readonly limits: () => { readonly maxTimeoutMs: number; readonly expirationMs: number }
  readonly onTimeout?: () => void
}

export type Initialised =
  | { readonly ok: false; readonly error: ErrorName }
  | { readonly ok: true; readonly producerId: number; readonly producerEpoch: number }

/** `stored` waits for what the answer depends on. */
export type Admission = { readonly ok: false; readonly error: ErrorName } | { readonly ok: true; readonly stored: Promise<void> | null }

interface Entry {
  transaction: Transaction
  cancelTimeout: Cancel
  /** Of an end that is under way. */
  ending: Promise<void> | null
  /** The last write of this transaction, as long as it is not durable. */
  storing: Promise<void> | null
}

export interface AdmitRequest extends ProducerClaim {
  readonly transactionalId: string
  readonly partition: TransactionPartition
  /** Newer clients add a partition by writing to it. */
  readonly addsImplicitly: boolean
  /** What a client hears whose partition is no part of its transaction. */
  readonly strangerError: ErrorName
}

const resolved = Promise.resolve()

export class TransactionCoordinator {
  readonly #options: TransactionOptions
  readonly #entries = new Map<string, Entry>()
  #isStopped = false
  #cancelExpiry: Cancel = () => {}

  constructor(options: TransactionOptions) {
    this.#options = options
  }

  get(transactionalId: string): Transaction | undefined {
    return this.#entries.get(transactionalId)?.transaction
  }

  all(): Iterable<Transaction> {
    return this.#entries.values().map(({ transaction }) => transaction)
  }

  /** From the log, before anything is served. */
  restore(transaction: Transaction): void {
    this.#entries.set(transaction.transactionalId, { transaction, cancelTimeout: () => {}, ending: null, storing: null })
  }

  /** After a restart: decided transactions get the markers they lack, open ones their whole time again. */
  async resume(): Promise<void> {
    const endings: Promise<void>[] = []
    for (const entry of this.#entries.values()) {
      if (isPreparing(entry.transaction)) endings.push(this.#carryOut(entry, { isRestart: true }))
      else if (entry.transaction.phase === "ongoing") this.#startTimeout(entry)
    }
    await Promise.all(endings)
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelExpiry()
    for (const { cancelTimeout } of this.#entries.values()) cancelTimeout()
  }

  async initialise(transactionalId: string, request: { claim: ProducerClaim | null; timeoutMs: number }): Promise<Initialised> {
    if (request.timeoutMs <= 0 || request.timeoutMs > this.#options.limits().maxTimeoutMs) return no("INVALID_TRANSACTION_TIMEOUT")
    if (!this.#entries.has(transactionalId)) return this.#create(transactionalId, request)
    return this.#initialise(transactionalId, request, null)
  }

  async #create(transactionalId: string, request: { claim: ProducerClaim | null; timeoutMs: number }): Promise<Initialised> {
    const producerId = await this.#options.nextProducerId()
    // Somebody may have been quicker while the id was made durable.
    if (this.#entries.has(transactionalId)) return this.#initialise(transactionalId, request, producerId)
    const transaction = newTransaction(transactionalId, { producerId, timeoutMs: request.timeoutMs, nowMs: this.#now() })
    const entry: Entry = { transaction, cancelTimeout: () => {}, ending: null, storing: null }
    this.#entries.set(transactionalId, entry)
    return this.#answered(entry, this.#store(entry))
  }

  async #initialise(
    transactionalId: string,
    request: { claim: ProducerClaim | null; timeoutMs: number },
    freshProducerId: number | null,
  ): Promise<Initialised> {
    const entry = this.#entries.get(transactionalId)
    if (!entry) return no("COORDINATOR_NOT_AVAILABLE")
    const verdict = initialise(entry.transaction, { ...request, nowMs: this.#now(), freshProducerId })
    if ("error" in verdict) return no(verdict.error)
    if ("needsProducerId" in verdict) return this.#initialise(transactionalId, request, await this.#options.nextProducerId())
    if ("abort" in verdict) {
      void this.#abort(entry, "a new producer with this transactional id").catch(ignore)
      return no("CONCURRENT_TRANSACTIONS")
    }
    if ("same" in verdict) return this.#answered(entry, entry.storing ?? resolved)
    entry.transaction = verdict.next
    return this.#answered(entry, this.#store(entry))
  }

  async #answered(entry: Entry, stored: Promise<void>): Promise<Initialised> {
    const { producerId, epoch: producerEpoch } = entry.transaction
    const failure = await failureOf(stored)
    return failure ? no(failure) : { ok: true, producerId, producerEpoch }
  }

  /** AddPartitionsToTxn and AddOffsetsToTxn of clients of the older protocol. */
  async add(transactionalId: string, claim: ProducerClaim, partitions: readonly TransactionPartition[]): Promise<ErrorName> {
    const entry = this.#entries.get(transactionalId)
    const refusal = whyNotOwner(entry?.transaction, claim)
    if (!entry || refusal) return refusal ?? "INVALID_PRODUCER_ID_MAPPING"
    const admission = this.#add(entry, partitions, false)
    if (!admission.ok) return admission.error
    return (await failureOf(admission.stored)) ?? "NONE"
  }

  /** May this batch be appended now? Says so at once; the answer to the client waits for `stored`. */
  admit(request: AdmitRequest): Admission {
    const entry = this.#entries.get(request.transactionalId)
    if (entry?.transaction.producerId !== request.producerId) return no("INVALID_PRODUCER_ID_MAPPING")
    const { transaction } = entry
    if (request.epoch !== transaction.epoch) return no("INVALID_PRODUCER_EPOCH")
    if (isPreparing(transaction)) return no(request.addsImplicitly ? "CONCURRENT_TRANSACTIONS" : request.strangerError)
    const isKnown = transaction.phase === "ongoing" && transaction.partitions.has(partitionKey(request.partition))
    if (isKnown) return { ok: true, stored: entry.storing }
    return request.addsImplicitly ? this.#add(entry, [request.partition], true) : no(request.strangerError)
  }

  #add(entry: Entry, partitions: readonly TransactionPartition[], isNewProtocol: boolean): Admission {
    const verdict = add(entry.transaction, partitions, { nowMs: this.#now(), isNewProtocol })
    if ("error" in verdict) return no(verdict.error)
    if (verdict.next === entry.transaction) return { ok: true, stored: entry.storing }
    const isNew = entry.transaction.phase !== "ongoing"
    entry.transaction = verdict.next
    if (isNew) this.#startTimeout(entry)
    return { ok: true, stored: this.#store(entry) }
  }

  /** EndTxn. `bumps`: the answer carries id and epoch of the next transaction (KIP-890). */
  async end(transactionalId: string, request: { claim: ProducerClaim; isCommit: boolean; bumps: boolean }): Promise<Initialised> {
    const entry = this.#entries.get(transactionalId)
    const decide = request.bumps ? endAndBump : end
    const ask = (freshProducerId: number | null): EndVerdict => {
      const wanted: EndRequest = { claim: request.claim, isCommit: request.isCommit, nowMs: this.#now(), freshProducerId }
      return decide(entry?.transaction, wanted)
    }
    let verdict = ask(null)
    if ("needsProducerId" in verdict) verdict = ask(await this.#options.nextProducerId())
    if ("error" in verdict) return no(verdict.error)
    if (!entry || "needsProducerId" in verdict) return no("COORDINATOR_NOT_AVAILABLE")
    if ("done" in verdict) return this.#answered(entry, entry.storing ?? resolved)
    entry.transaction = verdict.next
    const failure = await failureOf(this.#carryOut(entry))
    const { producerId, epoch: producerEpoch } = entry.transaction
    return failure ? no(failure) : { ok: true, producerId, producerEpoch }
  }

  /** Ends an open transaction that its client cannot or may not end any more. */
  #abort(entry: Entry, reason: string): Promise<void> {
    if (entry.transaction.phase !== "ongoing") return entry.ending ?? resolved
    const { transactionalId, producerId, epoch } = entry.transaction
    this.#options.logger.info({ transactionalId, producerId, epoch, reason }, "transaction aborted")
    entry.transaction = prepareFenced(entry.transaction, this.#now())
    return this.#carryOut(entry)
  }

  /**
   * From the decision to the last marker. A marker before a durable decision would tear the transaction in a crash, and a decision before
   * its data would promise what may be lost.
   */
  #carryOut(entry: Entry, { isRestart = false } = {}): Promise<void> {
    entry.cancelTimeout()
    const { transaction } = entry
    const { producerId, epoch, isNewProtocol, phase } = transaction
    const partitions = [...transaction.partitions.values()]
    const onlyOpenBelow = isNewProtocol ? epoch : epoch + 1
    const run = async (): Promise<void> => {
      if (!isRestart) {
        await this.#options.markers.flush(partitions)
        await this.#store(entry)
      }
      const marker = { producerId, epoch, isCommit: phase === "prepareCommit", ...(isRestart && { onlyOpenBelow }) }
      await this.#options.markers.write(partitions, marker)
      entry.transaction = complete(transaction, this.#now())
      // The markers say it all; this only spares the next start the look.
      void this.#store(entry).catch(ignore)
    }
    entry.ending = run().finally(() => {
      entry.ending = null
    })
    return entry.ending
  }

  #startTimeout(entry: Entry): void {
    entry.cancelTimeout()
    entry.cancelTimeout = this.#options.clock.after(entry.transaction.timeoutMs, () => {
      if (this.#isStopped) return
      this.#options.onTimeout?.()
      this.#abort(entry, `longer than its time-out of ${entry.transaction.timeoutMs} ms`).catch(ignore)
    })
  }

  /** Looks for ids to forget now and then. */
  startExpiry(everyMs: number): void {
    this.#cancelExpiry = this.#options.clock.after(
      everyMs,
      () => void this.expire().then(() => this.#isStopped || this.startExpiry(everyMs)),
    )
  }

  /** Forgets ids that nobody has used for long. */
  async expire(): Promise<void> {
    const oldest = this.#now() - this.#options.limits().expirationMs
    for (const [transactionalId, { transaction }] of this.#entries) {
      if (transaction.phase === "ongoing" || isPreparing(transaction) || transaction.updatedMs > oldest) continue
      this.#entries.delete(transactionalId)
      await this.#options.log.append([encodeTransaction(transactionalId, null)]).catch(ignore)
    }
  }

  /** What a log holds open after a restart without its coordinator knowing: taken over if it is the current incarnation's. */
  adopt(partition: TransactionPartition, claim: ProducerClaim): boolean {
    for (const entry of this.#entries.values()) {
      const { transaction } = entry
      if (transaction.producerId !== claim.producerId || transaction.epoch !== claim.epoch || isPreparing(transaction)) continue
      return this.#add(entry, [partition], transaction.isNewProtocol).ok
    }
    return false
  }

  #store(entry: Entry): Promise<void> {
    const { transaction } = entry
    const storing = this.#options.log.append([encodeTransaction(transaction.transactionalId, transaction)]).then(ignore)
    entry.storing = storing
    const settle = () => {
      if (entry.storing === storing) entry.storing = null
    }
    // Whoever depends on the outcome waits for it himself.
    storing.then(settle, settle)
    return storing
  }

  #now(): number {
    return this.#options.clock.wall()
  }
}

/** What a client hears whose transaction could not be stored; null once it is. */
export async function failureOf(stored: Promise<void> | null): Promise<ErrorName | null> {
  try {
    await stored
    return null
  } catch (error) {
    if (isBrokerError(error)) return "COORDINATOR_NOT_AVAILABLE"
    throw error
  }
}

const no = (error: ErrorName) => ({ ok: false, error }) as const

function ignore(): void {}
