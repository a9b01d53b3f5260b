/**
 * One producer's transactions, one after the other:
 *
 *   uninitialised ──init──► ready ──begin──► open ──commit/abort──► ending ──► ready
 *
 * A failure of an open one makes it `broken` (nothing but `abort` helps) or the producer `fatal` (fenced, forbidden: only `close` is left).
 * The end may stay unanswered: then the state stays `ending`, and only the same call again can tell what became of it.
 */
import { errors } from "@rivven/protocol"
import type { OffsetToCommit } from "../admin/group-offsets.ts"
import type { Cluster } from "../cluster.ts"
import { partitionKey, type TopicPartition } from "../consumer/assignors/assignor.ts"
import { type Failed, failed, type ItemError, localCodes, ok, type Result } from "../errors.ts"
import type { Identity } from "./partition-queue.ts"
import { type Membership, TransactionRequests, type TransactionVersion } from "./transaction-requests.ts"
import type { TransactionState } from "./types.ts"

/** What the sender asks. */
export type TransactionGate = {
  readonly transactionalId: string
  readonly identity: Identity | null
  readonly version: TransactionVersion
  /** May batches of the partition leave? In version 1 it is announced first; the sender is woken when it was. */
  admits(topic: string, partition: number): boolean
  /** A record of the transaction is lost. */
  fail(error: ItemError): void
}

/** What a transaction needs of the rest of the producer. */
export type TransactionParts = {
  flush(): Promise<void>
  /** Fails what is not acknowledged. */
  drop(failure: Failed): void
  /** Resolves when nothing travels any more. */
  drained(): Promise<void>
  /** Sequences start over, because the identity changed. */
  restart(): void
  wake(): void
}

/** Codes that are fatal for a member or a plain producer, but after which a transactional producer goes on with an abort. */
const abortableAllTheSame: ReadonlySet<string> = new Set([
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "GROUP_AUTHORIZATION_FAILED",
  "FENCED_INSTANCE_ID",
  "INVALID_GROUP_ID",
  "UNKNOWN_MEMBER_ID",
])

function isFatal({ code }: ItemError): boolean {
  if (code in localCodes) return code === "UNSUPPORTED_BY_CLUSTER" || code === "CLOSED"
  return errors[code as keyof typeof errors].flags.has("fatal") && !abortableAllTheSame.has(code)
}

export class Transactions implements TransactionGate {
  readonly transactionalId: string
  readonly #requests: TransactionRequests
  readonly #parts: TransactionParts
  #state: TransactionState = "uninitialised"
  #identity: Identity | null = null
  #version: TransactionVersion = 1
  /** Counts transactions; a record that waited longer than its own is refused. */
  #number = 0
  #isCommit = false
  #hasWork = false
  #failure: Failed | null = null
  readonly #added = new Set<string>()
  #toAdd = new Map<string, TopicPartition>()
  #adding: Promise<void> | null = null
  /** Calls to the coordinator, one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(cluster: Cluster, options: { transactionalId: string; transactionTimeoutMs: number }, parts: TransactionParts) {
    this.transactionalId = options.transactionalId
    this.#requests = new TransactionRequests(cluster, options)
    this.#parts = parts
  }

  get state(): TransactionState {
    return this.#state
  }

  get identity(): Identity | null {
    return this.#identity
  }

  get version(): TransactionVersion {
    return this.#version
  }

  /** The number of the open transaction, for a record that wants to take part. */
  get open(): Result<number> {
    return this.#state === "open" ? ok(this.#number) : this.#refuse("send")
  }

  /** A record of that transaction may still be added: it is open, or its commit waits for its records. */
  isOf(number: number): boolean {
    return (this.#state === "open" || this.#isCommitting) && this.#number === number
  }

  init(): Promise<Result<void>> {
    return this.#serially(async () => {
      if (this.#state !== "uninitialised") return this.#refuse("init")
      const answer = await this.#requests.init(null)
      if (answer.ok) this.#adopt(answer.value)
      else if (isFatal(answer.error)) this.#die(answer)
      return answer.ok ? ok(undefined) : answer
    })
  }

  begin(): Result<void> {
    if (this.#state !== "ready") return this.#refuse("begin")
    this.#state = "open"
    this.#number++
    this.#hasWork = false
    this.#failure = null
    this.#added.clear()
    return ok(undefined)
  }

  sendOffsets(offsets: readonly OffsetToCommit[], group: Membership): Promise<Result<void>> {
    const { open } = this
    if (!open.ok) return Promise.resolve(open)
    return this.#serially(async () => {
      const identity = this.#identity
      if (!this.isOf(open.value) || identity === null) return this.#refuse("send offsets")
      if (offsets.length === 0) return ok(undefined)
      this.#hasWork = true
      const sent = await this.#requests.sendOffsets({ identity, version: this.#version }, offsets, group)
      if (!sent.ok) this.fail(sent.error)
      return sent
    })
  }

  commit(timeoutMs?: number): Promise<Result<void>> {
    if (this.#state !== "open" && !this.#isCommitting) return Promise.resolve(this.#refuse("commit"))
    this.#state = "ending"
    this.#isCommit = true
    return this.#serially(async () => {
      await this.#parts.flush()
      return this.#failure ?? (this.#isCommitting ? this.#end(timeoutMs) : ok(undefined))
    })
  }

  abort(timeoutMs?: number): Promise<Result<void>> {
    const isRepeated = this.#state === "ending" && !this.#isCommit
    if (this.#state !== "open" && this.#state !== "broken" && !isRepeated) return Promise.resolve(this.#refuse("abort"))
    this.#state = "ending"
    this.#isCommit = false
    this.#parts.drop(failed("ABORTED", "the transaction was aborted before this record was acknowledged"))
    return this.#serially(async () => {
      await this.#adding
      await this.#parts.drained()
      return this.#state === "ending" ? this.#end(timeoutMs) : ok(undefined)
    })
  }

  admits(topic: string, partition: number): boolean {
    this.#hasWork ||= this.#version === 2
    const key = partitionKey(topic, partition)
    if (this.#version === 2 || this.#added.has(key)) return true
    this.#toAdd.set(key, { topic, partition })
    this.#adding ??= this.#add().finally(() => {
      this.#adding = null
      this.#parts.wake()
    })
    return false
  }

  fail(error: ItemError): void {
    if (this.#state !== "open" && !this.#isCommitting) return
    this.#failure = { ok: false, error }
    if (isFatal(error)) this.#die(this.#failure)
    else this.#state = "broken"
    this.#parts.drop(this.#failure)
  }

  get #isCommitting(): boolean {
    return this.#state === "ending" && this.#isCommit
  }

  async #add(): Promise<void> {
    // At the end of the turn, so that one request announces what became due together.
    await Promise.resolve()
    const partitions = this.#toAdd
    this.#toAdd = new Map()
    if (this.#identity === null || !(this.#state === "open" || this.#isCommitting)) return
    this.#hasWork = true
    const answer = await this.#requests.addPartitions(this.#identity, [...partitions.values()])
    if (!answer.ok) this.fail(answer.error)
    else for (const key of partitions.keys()) this.#added.add(key)
  }

  async #end(timeoutMs: number | undefined): Promise<Result<void>> {
    const isCommit = this.#isCommit
    const identity = this.#identity
    if (!this.#hasWork || identity === null) return this.#ended(identity)
    const answer = await this.#requests.end({ identity, version: this.#version }, isCommit, timeoutMs)
    if (!answer.ok) return this.#endFailed(answer)
    // What was sent and never acknowledged may still arrive: in version 1 only another epoch keeps it out of the next transaction.
    if (isCommit || this.#version === 2) return this.#ended(answer.value)
    const next = await this.#requests.init(identity, timeoutMs)
    return next.ok ? this.#ended(next.value.identity) : this.#endFailed(next)
  }

  #ended(identity: Identity | null): Result<void> {
    const isSame = identity?.producerId === this.#identity?.producerId && identity?.producerEpoch === this.#identity?.producerEpoch
    this.#identity = identity
    if (!isSame) this.#parts.restart()
    this.#state = "ready"
    return ok(undefined)
  }

  #endFailed(failure: Failed): Failed {
    if (failure.error.retriable) return failure
    this.#failure = failure
    if (this.#isCommit && !isFatal(failure.error)) this.#state = "broken"
    else this.#die(failure)
    return failure
  }

  #adopt({ identity, version }: { identity: Identity; version: TransactionVersion }): void {
    this.#identity = identity
    this.#version = version
    this.#state = "ready"
  }

  #die(failure: Failed): void {
    this.#failure = failure
    this.#state = "fatal"
  }

  #refuse(what: string): Failed {
    if ((this.#state === "broken" || this.#state === "fatal") && this.#failure !== null) return this.#failure
    return failed("BAD_INPUT", `cannot ${what}: the transactional producer is ${this.#state}`)
  }

  #serially<T>(run: () => Promise<T>): Promise<T> {
    const next = this.#last.then(run)
    this.#last = next
    return next
  }
}
