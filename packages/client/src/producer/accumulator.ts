/** All records taken and not yet acknowledged: a queue per partition under one bound in bytes. Who finds it full waits in line. */
import { pause } from "../deadline.ts"
import type { Clock } from "../ports.ts"
import type { PendingRecord, ProducerBatch } from "./batch.ts"
import { PartitionQueue } from "./partition-queue.ts"

export type Limits = { bufferBytes: number; batchBytes: number }

type Waiter = { sizeBytes: number; admit(): void }

export class Accumulator {
  readonly #limits: Limits
  readonly #clock: Clock
  readonly #queues = new Map<string, PartitionQueue>()
  readonly #waiters: Waiter[] = []
  #bufferedBytes = 0

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  /** Somebody waits for space: batches should not wait for company. */
  get isFull(): boolean {
    return this.#waiters.length > 0
  }

  /** Queues that hold anything. */
  get queues(): Iterable<PartitionQueue> {
    return this.#queues.values()
  }

  get batches(): ProducerBatch[] {
    return [...this.#queues.values()].flatMap((queue) => queue.batches)
  }

  /** Takes the bytes at once when there is room and nobody waits before. */
  tryReserve(sizeBytes: number): boolean {
    if (this.#waiters.length > 0 || this.#bufferedBytes + sizeBytes > this.#limits.bufferBytes) return false
    this.#bufferedBytes += sizeBytes
    return true
  }

  /** Waits for room, first come first served; false when the time is over. */
  async reserve(sizeBytes: number, timeoutMs: number): Promise<boolean> {
    if (this.tryReserve(sizeBytes)) return true
    const timeUp = new AbortController()
    let isAdmitted = false
    const waiter: Waiter = {
      sizeBytes,
      admit() {
        isAdmitted = true
        timeUp.abort()
      },
    }
    this.#waiters.push(waiter)
    await pause(this.#clock, timeoutMs, timeUp.signal)
    if (!isAdmitted) this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
    return isAdmitted
  }

  release(sizeBytes: number): void {
    this.#bufferedBytes -= sizeBytes
    for (let next = this.#waiters[0]; next !== undefined; next = this.#waiters[0]) {
      if (this.#bufferedBytes + next.sizeBytes > this.#limits.bufferBytes) return
      this.#waiters.shift()
      this.#bufferedBytes += next.sizeBytes
      next.admit()
    }
  }

  /** Answers true when a batch became full, so that it is worth looking whether it can leave. */
  add(topic: string, partition: number, record: PendingRecord): boolean {
    const key = `${topic}/${partition}`
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      queue = new PartitionQueue(topic, partition)
      this.#queues.set(key, queue)
    }
    return queue.add(record, { batchBytes: this.#limits.batchBytes, nowMs: this.#clock.monotonic() })
  }

  restartSequences(): void {
    for (const queue of this.#queues.values()) queue.restart()
  }

  sealAll(): void {
    for (const queue of this.#queues.values()) queue.seal()
  }
}
