/**
 * Transactions over the wire, for brokers that die: whatever was not answered is sent again with its sequence, an end with its epoch. Now
 * and then it gives up instead and starts over as a new incarnation, which aborts what it left.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { errorName } from "@rivven/protocol"
import { EndTxn, InitProducerId, Produce } from "@rivven/protocol/messages"
import { encodeBatch } from "@rivven/protocol/records"
import type { Operation } from "../checker/history.ts"
import { type LoopContext, orLost, Reconnecting } from "./wire-clients.ts"

type Txn = Extract<Operation, { f: "txn" }>
type Sent = Txn["sends"][number]

/** What goes away by itself: the broker is not there, or has something to finish first. */
const passing = new Set(["KAFKA_STORAGE_ERROR", "COORDINATOR_NOT_AVAILABLE", "CONCURRENT_TRANSACTIONS", "NOT_COORDINATOR"])

export class WireTransactor extends Reconnecting {
  private readonly name: string
  private readonly partitions: number
  private producer = { id: -1, epoch: -1 }
  private readonly sequences = new Map<number, number>()
  private count = 0

  constructor(context: LoopContext, { name, partitions }: { name: string; partitions: number }) {
    super(context)
    this.name = name
    this.partitions = partitions
  }

  async run(): Promise<void> {
    await this.initialise()
    while (!this.context.isOver()) {
      await this.transact()
      await sleep(this.context.random.below(10))
    }
    // Nothing of it stays open, so that the end can be judged.
    await this.initialise(true)
    this.close()
  }

  /** Until it is answered; `isLast` goes on although the run is over. */
  private async initialise(isLast = false): Promise<void> {
    const body = { transactionalId: this.name, transactionTimeoutMs: 30_000 }
    for (let tries = 0; tries < 3_000 && (isLast || !this.context.isOver()); tries++) {
      const connection = await this.connected()
      const answer = connection && (await orLost(connection, connection.call(InitProducerId, 4, body)))
      if (answer?.errorCode === 0) {
        this.become({ id: answer.producerId, epoch: answer.producerEpoch })
        this.context.history.add(this.name, "ok", { op: { f: "init", producer: this.producer } })
        return
      }
      if (answer && !passing.has(errorName(answer.errorCode))) this.report("InitProducerId", errorName(answer.errorCode))
      await sleep(10)
    }
  }

  private async transact(): Promise<void> {
    const { random, history, nextValue, topic } = this.context
    const planned: Sent[] = Array.from({ length: 1 + random.below(5) }, () => ({
      key: `${topic}-${random.below(this.partitions)}`,
      value: nextValue(),
    }))
    const outcome = random.chance(0.8) ? "commit" : "abort"
    const base: Txn = { f: "txn", id: `${this.name}-${++this.count}`, producer: { ...this.producer }, outcome, sends: planned, polls: [] }
    history.add(this.name, "invoke", { op: base })
    const sends: Sent[] = []
    for (const one of planned) {
      const offset = await this.send(one)
      if (offset === null) return this.giveUp({ ...base, sends: planned }, "fail")
      sends.push({ ...one, offset })
    }
    const ended = await this.end(outcome === "commit")
    if (ended === "ok") history.add(this.name, "ok", { op: { ...base, sends } })
    else await this.giveUp({ ...base, sends }, outcome === "abort" ? "fail" : "info")
  }

  /** A new incarnation aborts what is open; what may have been committed before stays unknown. */
  private async giveUp(op: Txn, type: "fail" | "info"): Promise<void> {
    await this.initialise(true)
    this.context.history.add(this.name, type, { op })
  }

  /** The offset, or null when this incarnation is to end. */
  private async send({ key, value }: Sent): Promise<number | null> {
    const partition = Number(key.slice(key.lastIndexOf("-") + 1))
    const baseSequence = this.sequences.get(partition) ?? 0
    const records = encodeBatch({
      records: [
        { timestamp: Date.now(), key: null, value: Buffer.from(String(value).padEnd(this.context.random.below(300))), headers: [] },
      ],
      producerId: this.producer.id,
      producerEpoch: this.producer.epoch,
      baseSequence,
      isTransactional: true,
    })
    const topicData = [{ name: this.context.topic, partitionData: [{ index: partition, records }] }]
    const body = { transactionalId: this.name, acks: -1, timeoutMs: 30_000, topicData }
    for (let tries = 0; tries < 3_000; tries++) {
      const connection = await this.connected()
      const answer = connection && (await orLost(connection, connection.call(Produce, 12, body)))
      const found = answer?.responses[0]?.partitionResponses[0]
      if (found?.errorCode === 0) {
        this.sequences.set(partition, baseSequence + 1)
        return found.baseOffset
      }
      const error = found ? errorName(found.errorCode) : null
      if (error !== null && !passing.has(error)) this.report("Produce", error)
      if ((error !== null && !passing.has(error)) || this.context.random.chance(tries === 0 ? 0.2 : 0.002)) return null
      await sleep(10)
    }
    return null
  }

  private async end(committed: boolean): Promise<"ok" | "unknown"> {
    const { id: producerId, epoch: producerEpoch } = this.producer
    const body = { transactionalId: this.name, producerId, producerEpoch, committed }
    for (let tries = 0; tries < 3_000; tries++) {
      const connection = await this.connected()
      const answer = connection && (await orLost(connection, connection.call(EndTxn, 5, body)))
      if (answer?.errorCode === 0) {
        this.become({ id: answer.producerId, epoch: answer.producerEpoch })
        return "ok"
      }
      const error = answer ? errorName(answer.errorCode) : null
      if (error !== null && !passing.has(error)) this.report("EndTxn", error)
      if ((error !== null && !passing.has(error)) || this.context.random.chance(tries === 0 ? 0.2 : 0.002)) return "unknown"
      await sleep(10)
    }
    return "unknown"
  }

  private become(producer: { id: number; epoch: number }): void {
    this.producer = producer
    this.sequences.clear()
  }

  /** Nobody but this client uses the id, so that nothing else may come. */
  private report(what: string, error: string): void {
    this.context.history.violations.push(`C19: ${what} of ${this.name} was answered with ${error}`)
  }
}
