/**
 * Moves batches from the accumulator to the leaders of their partitions and settles them by the answers. It owns the producer id, counts
 * requests in flight per broker, and runs only when woken: by a full batch, a timer, an answer, fresh metadata. Never two runs at a time,
 * because a run is synchronous.
 */
import type { Cluster } from "../cluster.ts"
import { type Failed, failed, type ItemError, type Result } from "../errors.ts"
import type { Cancel } from "../ports.ts"
import { backoffMs } from "../retry.ts"
import type { Accumulator } from "./accumulator.ts"
import type { ProducerBatch } from "./batch.ts"
import { type Identity, maxEpoch, type PartitionQueue } from "./partition-queue.ts"
import { askForIdentity, type Outcome, sendBatches } from "./requests.ts"
import type { TransactionGate } from "./transactions.ts"
import type { Codec } from "./types.ts"

export type SenderOptions = {
  acks: -1 | 0 | 1
  isIdempotent: boolean
  codec: Codec
  lingerMs: number
  maxRequestBytes: number
  deliveryTimeoutMs: number
  requestTimeoutMs: number
  mayCreateTopics: boolean
  lane: string
  /** `null` without transactions. */
  transactions: TransactionGate | null
}

type Departure = { queue: PartitionQueue; batch: ProducerBatch }

const maxRequestsInFlight = 5

export class Sender {
  /** Told about each batch that left, so that records without a key go elsewhere next. */
  onDeparture: ((topic: string, partition: number) => void) | null = null
  readonly #cluster: Cluster
  readonly #accumulator: Accumulator
  readonly #options: SenderOptions
  readonly #inFlight = new Map<number, number>()
  #identity: Identity | null = null
  #isInitialising = false
  #refreshFailures = 0
  #isRefreshing = false
  #isWoken = false
  #stopped: Failed | null = null
  #cancelTimer: Cancel = () => {}
  readonly #whenDrained: (() => void)[] = []

  constructor(cluster: Cluster, accumulator: Accumulator, options: SenderOptions) {
    this.#cluster = cluster
    this.#accumulator = accumulator
    this.#options = options
  }

  /** Looks for work at the end of the current turn; many calls make one run. */
  wake(): void {
    if (this.#isWoken) return
    this.#isWoken = true
    queueMicrotask(() => {
      this.#isWoken = false
      this.#run()
    })
  }

  /** Gives up everything now, and whatever still comes. */
  stop(failure: Failed): void {
    this.#stopped = failure
    this.#cancelTimer()
    this.#giveUp(failure)
  }

  /** Fails what is not acknowledged; what comes later is sent as ever. */
  drop(failure: Failed): void {
    this.#giveUp(failure)
    this.wake()
  }

  /** Resolves when no batch is collected, waits or travels. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenDrained.push(resolve)
      this.wake()
    })
  }

  #giveUp(failure: Failed): void {
    for (const queue of this.#accumulator.queues) {
      for (const batch of queue.takeExpired(Number.POSITIVE_INFINITY)) this.#settle(batch, failure)
    }
  }

  #run(): void {
    if (this.#stopped !== null) {
      this.#giveUp(this.#stopped)
      this.#tellDrained()
      return
    }
    const nowMs = this.#cluster.config.ports.clock.monotonic()
    this.#expire(nowMs)
    if (this.#options.isIdempotent && this.#currentIdentity === null) this.#initialise()
    else this.#depart(nowMs)
    this.#rest(nowMs)
    this.#tellDrained()
  }

  get #currentIdentity(): Identity | null {
    const { transactions } = this.#options
    return transactions === null ? this.#identity : transactions.identity
  }

  #tellDrained(): void {
    if ([...this.#accumulator.queues].every((queue) => queue.isEmpty)) for (const resolve of this.#whenDrained.splice(0)) resolve()
  }

  #depart(nowMs: number): void {
    const leaderless = new Set<string>()
    const due = new Map<number, PartitionQueue[]>()
    for (const queue of this.#accumulator.queues) {
      if (!this.#isDue(queue, nowMs)) continue
      const leader = this.#cluster.leaderOf(queue.topic, queue.partition)
      if (leader === null) leaderless.add(queue.topic)
      else due.set(leader, [...(due.get(leader) ?? []), queue])
    }
    if (leaderless.size > 0) this.#refresh([...leaderless])
    for (const [leader, queues] of due) {
      while ((this.#inFlight.get(leader) ?? 0) < maxRequestsInFlight) {
        const departures = this.#load(queues, nowMs)
        if (departures.length === 0) break
        void this.#send(leader, departures)
      }
    }
  }

  #isDue(queue: PartitionQueue, nowMs: number): boolean {
    const dueAtMs = queue.dueAtMs(this.#accumulator.isFull ? 0 : this.#options.lingerMs)
    if (dueAtMs === null || dueAtMs > nowMs) return false
    return this.#options.transactions?.admits(queue.topic, queue.partition) ?? true
  }

  /** At most one batch per partition, as the protocol wants, and as many partitions as fit; who did not fit comes first next time. */
  #load(queues: PartitionQueue[], nowMs: number): Departure[] {
    const departures: Departure[] = []
    let sizeBytes = 0
    for (const queue of [...queues]) {
      if (sizeBytes >= this.#options.maxRequestBytes) break
      if (!this.#isDue(queue, nowMs)) continue
      const batch = queue.take(this.#currentIdentity, nowMs)
      if (batch === null) continue
      sizeBytes += batch.sizeBytes
      departures.push({ queue, batch })
      queues.push(...queues.splice(queues.indexOf(queue), 1))
    }
    return departures
  }

  async #send(leader: number, departures: readonly Departure[]): Promise<void> {
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 0) + 1)
    for (const { queue } of departures) this.onDeparture?.(queue.topic, queue.partition)
    const batches = departures.map(({ batch }) => batch)
    const outcomes = await sendBatches(this.#cluster, { ...this.#options, leader }, batches)
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 1) - 1)
    departures.forEach(({ queue, batch }, index) => {
      const outcome = outcomes[index]
      if (outcome !== undefined) this.#arrive(queue, batch, outcome)
    })
    this.wake()
  }

  #arrive(queue: PartitionQueue, batch: ProducerBatch, outcome: Result<Outcome>): void {
    if (outcome.ok) {
      this.#release(batch, () => batch.complete(outcome.value.baseOffset, outcome.value.logAppendTimeMs))
      queue.finish(batch, "acknowledged")
      return
    }
    const { error } = outcome
    const { isIdempotent, transactions } = this.#options
    queue.lastFailure = error
    if (error.code === "MESSAGE_TOO_LARGE" && batch.canSplit) queue.split(batch)
    else if (isIdempotent && isLostSequence(error.code) && (transactions === null || queue.hasOlderOpen(batch))) this.#repair(queue, batch)
    else if (this.#mayRepeat(error)) this.#repeat(queue, batch, error)
    else {
      if (isIdempotent && transactions === null && isLostIdentity(error.code)) this.#dropIdentity(queue)
      this.#settle(batch, outcome)
      queue.finish(batch, "refused")
      transactions?.fail(error)
    }
  }

  /** Without answers nobody knows what arrived: only what certainly did not leave is repeated. */
  #mayRepeat(error: ItemError): boolean {
    return error.retriable && (this.#options.acks !== 0 || error.code === "CONNECT_FAILED" || error.code === "UNKNOWN_BROKER")
  }

  #repeat(queue: PartitionQueue, batch: ProducerBatch, error: ItemError): void {
    this.#cluster.recover([error], { topics: [batch.topic] })
    queue.blockedUntilMs = this.#cluster.config.ports.clock.monotonic() + backoffMs(batch.attempts - 1, this.#backoff)
    queue.finish(batch, "repeat")
  }

  /** See the rules in `partition-queue.ts`. */
  #repair(queue: PartitionQueue, batch: ProducerBatch): void {
    if (!queue.hasOlderOpen(batch)) {
      if ((batch.sequence?.producerEpoch ?? 0) >= maxEpoch) this.#dropIdentity(queue)
      else queue.renumberWhenIdle()
    }
    queue.finish(batch, "repeat")
  }

  #dropIdentity(queue: PartitionQueue): void {
    this.#identity = null
    queue.forgetIdentity()
  }

  #expire(nowMs: number): void {
    const { deliveryTimeoutMs } = this.#options
    for (const queue of this.#accumulator.queues) {
      for (const batch of queue.takeExpired(nowMs - deliveryTimeoutMs)) {
        const reason = queue.lastFailure === null ? "" : `; last failure: ${queue.lastFailure.message}`
        const where = `${queue.topic}-${queue.partition}`
        const failure = failed("TIMEOUT", `not acknowledged by ${where} within ${deliveryTimeoutMs} ms${reason}`)
        this.#settle(batch, failure)
        this.#options.transactions?.fail(failure.error)
      }
    }
  }

  #settle(batch: ProducerBatch, failure: Failed): void {
    this.#release(batch, () => batch.fail(failure))
  }

  #release(batch: ProducerBatch, settle: () => void): void {
    if (batch.isSettled) return
    settle()
    this.#accumulator.release(batch.records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  }

  #initialise(): void {
    if (this.#options.transactions !== null || this.#isInitialising || this.#accumulator.batches.length === 0) return
    this.#isInitialising = true
    void askForIdentity(this.#cluster, this.#options).then((identity) => {
      this.#isInitialising = false
      if (identity.ok) this.#identity = identity.value
      else for (const queue of this.#accumulator.queues) queue.lastFailure = identity.error
      if (!identity.ok && !identity.error.retriable) this.#giveUp(identity)
      this.wake()
    })
  }

  #refresh(topics: readonly string[]): void {
    if (this.#isRefreshing) return
    this.#isRefreshing = true
    const { clock } = this.#cluster.config.ports
    void this.#cluster.refresh(topics, { mayCreate: this.#options.mayCreateTopics }).then((result) => {
      const isSettled = result.ok && topics.every((topic) => this.#cluster.hasLeaders(topic))
      this.#refreshFailures = isSettled ? 0 : this.#refreshFailures + 1
      const waitMs = isSettled ? 0 : backoffMs(this.#refreshFailures - 1, this.#backoff)
      clock.after(waitMs, () => {
        this.#isRefreshing = false
        this.wake()
      })
    })
  }

  get #backoff() {
    const { firstBackoffMs, maxBackoffMs, ports } = this.#cluster.config
    return { firstBackoffMs, maxBackoffMs, random: ports.random }
  }

  /** One timer for whatever comes first: a batch that becomes due, or one that runs out of time. */
  #rest(nowMs: number): void {
    this.#cancelTimer()
    let nextMs = Number.POSITIVE_INFINITY
    for (const queue of this.#accumulator.queues) {
      const dueAtMs = queue.dueAtMs(this.#options.lingerMs)
      if (dueAtMs !== null && dueAtMs > nowMs) nextMs = Math.min(nextMs, dueAtMs)
      for (const batch of queue.batches)
        if (!batch.isSettled) nextMs = Math.min(nextMs, batch.createdAtMs + this.#options.deliveryTimeoutMs)
    }
    if (nextMs < Number.POSITIVE_INFINITY)
      this.#cancelTimer = this.#cluster.config.ports.clock.after(Math.max(1, nextMs - nowMs), () => this.wake())
  }
}

const isLostSequence = (code: string): boolean => code === "OUT_OF_ORDER_SEQUENCE_NUMBER" || code === "UNKNOWN_PRODUCER_ID"
const isLostIdentity = (code: string): boolean =>
  code === "INVALID_PRODUCER_EPOCH" || code === "PRODUCER_FENCED" || code === "INVALID_PRODUCER_ID_MAPPING"
