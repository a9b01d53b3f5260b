/**
 * The batches of one partition and their order. Collecting → ready → in flight → settled; what failed and may be repeated goes back to
 * `retry` with its sequence. Rules that keep the order and never double a record:
 * - at most five batches in flight, the number of sequences that a broker remembers;
 * - only one until an acknowledgement under the producer id and epoch, and again after each failure and a long pause: a broker that knows
 *   nothing of them, or has forgotten them, takes any sequence, so the second batch would get in although the first was refused or lost;
 * - while something waits to be repeated, one batch at a time travels, oldest first;
 * - OUT_OF_ORDER_SEQUENCE_NUMBER on a batch with an older one still open means only that the older one failed: repeat. With no older one
 *   open, the broker lacks a predecessor that was given up. Then nothing from here on was written, so the rest is numbered anew from 0
 *   under the next epoch (KIP-360), once nothing is in flight.
 */
import type { ItemError } from "../errors.ts"
import { nextSequence, type PendingRecord, ProducerBatch } from "./batch.ts"

export type Identity = { producerId: number; producerEpoch: number }

const maxInFlight = 5
/** After this much silence nobody knows whether the broker still remembers the producer: it forgets idle ones, when is its own matter. */
const longSilenceMs = 60_000
export const maxEpoch = 32_767

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** Nothing is sent before this moment: the pause after a failure. */
  blockedUntilMs = 0
  lastFailure: ItemError | null = null
  #open: ProducerBatch | null = null
  readonly #ready: ProducerBatch[] = []
  readonly #retry: ProducerBatch[] = []
  readonly #inFlight = new Set<ProducerBatch>()
  #identity: Identity | null = null
  #nextSequence = 0
  #nextOrder = 0
  #mustRenumber = false
  /** The broker has acknowledged a batch under the present identity, so it refuses what leaves a gap. */
  #isKnown = false
  #lastTakenMs = 0

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get isEmpty(): boolean {
    return this.#open === null && this.#ready.length === 0 && this.#retry.length === 0 && this.#inFlight.size === 0
  }

  /** Everything not settled yet. */
  get batches(): ProducerBatch[] {
    return [...this.#inFlight, ...this.#retry, ...this.#ready, ...(this.#open === null ? [] : [this.#open])]
  }

  /** Answers true when a batch became full. */
  add(record: PendingRecord, { batchBytes, nowMs }: { batchBytes: number; nowMs: number }): boolean {
    const wasFull = this.#open !== null && this.#open.sizeBytes + record.sizeBytes > batchBytes
    if (wasFull) this.seal()
    this.#open ??= new ProducerBatch(this.topic, this.partition, nowMs)
    this.#open.add(record)
    if (this.#open.sizeBytes >= batchBytes) this.seal()
    return wasFull || this.#open === null
  }

  seal(): void {
    if (this.#open !== null) this.#ready.push(this.#open)
    this.#open = null
  }

  /** When the next batch may leave, or `null` when there is none or the window is full. */
  dueAtMs(lingerMs: number): number | null {
    if (this.#retry.length > 0) return this.#inFlight.size === 0 ? this.blockedUntilMs : null
    if (this.#inFlight.size >= (this.#isKnown ? maxInFlight : 1) || this.#mustRenumber) return null
    if (this.#ready.length > 0) return this.blockedUntilMs
    return this.#open === null ? null : Math.max(this.blockedUntilMs, this.#open.createdAtMs + lingerMs)
  }

  /** The batch that `dueAtMs` spoke of, numbered and counted as in flight. `identity` is `null` without idempotence. */
  take(identity: Identity | null, nowMs: number): ProducerBatch | null {
    if (this.#ready.length === 0 && this.#retry.length === 0) this.seal()
    const repeated = this.#retry.shift()
    const batch = repeated ?? this.#ready.shift()
    if (batch === undefined) return null
    if (repeated === undefined) this.#number(batch, identity)
    if (nowMs - this.#lastTakenMs > longSilenceMs) this.#isKnown = false
    this.#lastTakenMs = nowMs
    batch.attempts++
    this.#inFlight.add(batch)
    return batch
  }

  /** The batch left the wire: written, given up, or to be repeated. */
  finish(batch: ProducerBatch, outcome: "acknowledged" | "refused" | "repeat"): void {
    this.#inFlight.delete(batch)
    if (outcome !== "refused") this.#isKnown = outcome === "acknowledged"
    if (outcome === "repeat" && !batch.isSettled) this.#repeat(batch)
    if (this.#mustRenumber && this.#inFlight.size === 0) this.#renumber()
  }

  /** The broker finds the batch too large: its halves take its place. */
  split(batch: ProducerBatch): void {
    this.#inFlight.delete(batch)
    for (const half of batch.split()) this.#repeat(half)
  }

  hasOlderOpen(batch: ProducerBatch): boolean {
    return [...this.#inFlight, ...this.#retry].some((other) => other.order < batch.order)
  }

  /** The broker lacks what came before: see the rules above. A fresh producer id is needed when the epochs are used up. */
  renumberWhenIdle(): void {
    this.#mustRenumber = true
  }

  /** The producer id is no longer good: take the next one that `take` brings. */
  forgetIdentity(): void {
    this.#identity = null
    this.#mustRenumber = true
  }

  /** The producer has another identity, and nothing of the old one is left: sequences start over. */
  restart(): void {
    this.#identity = null
    this.#nextSequence = 0
    this.#isKnown = false
    this.#mustRenumber = false
    this.blockedUntilMs = 0
    this.lastFailure = null
  }

  /** Takes out what is older than the deadline. Batches in flight stay counted until their answer, but their records are settled. */
  takeExpired(createdBeforeMs: number): ProducerBatch[] {
    const isOld = (batch: ProducerBatch) => batch.createdAtMs <= createdBeforeMs
    const expired = this.batches.filter((batch) => isOld(batch) && !batch.isSettled)
    if (expired.length === 0) return expired
    if (this.#open !== null && isOld(this.#open)) this.#open = null
    for (const list of [this.#ready, this.#retry]) list.splice(0, list.length, ...list.filter((batch) => !isOld(batch)))
    if (this.#mustRenumber && this.#inFlight.size === 0) this.#renumber()
    return expired
  }

  #repeat(batch: ProducerBatch): void {
    const index = this.#retry.findIndex((other) => other.order > batch.order)
    this.#retry.splice(index < 0 ? this.#retry.length : index, 0, batch)
  }

  #number(batch: ProducerBatch, identity: Identity | null): void {
    batch.order = this.#nextOrder++
    if (identity === null) return
    this.#identity ??= identity
    batch.number({ ...this.#identity, baseSequence: this.#nextSequence })
    this.#nextSequence = nextSequence(this.#nextSequence, batch.records.length)
  }

  /** Batches to repeat lose their number and become the first of the ready ones, in order. */
  #renumber(): void {
    this.#mustRenumber = false
    this.#isKnown = false
    this.#nextSequence = 0
    const { producerEpoch = maxEpoch } = this.#identity ?? {}
    this.#identity = this.#identity === null || producerEpoch >= maxEpoch ? null : { ...this.#identity, producerEpoch: producerEpoch + 1 }
    for (const batch of this.#retry) batch.number(null)
    this.#ready.unshift(...this.#retry.splice(0))
  }
}
