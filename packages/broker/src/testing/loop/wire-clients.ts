/** Clients of nothing but the wire, for brokers that die: they reconnect, resend with their sequences, and write down what they saw. */
import { setTimeout as sleep } from "node:timers/promises"
import { errorName, type RequestInput } from "@rivven/protocol"
import { Fetch, InitProducerId, Produce } from "@rivven/protocol/messages"
import { batchHeaders, encodeBatch } from "@rivven/protocol/records"
import type { History } from "../checker/history.ts"
import { cellsOf } from "../sim-clients.ts"
import type { SimRandom } from "../sim-random.ts"
import { WireClient } from "../wire-client.ts"

export interface LoopContext {
  history: History
  random: SimRandom
  topic: string
  /** 0 while no broker is up. */
  port: () => number
  isOver: () => boolean
  nextValue: () => number
}

/** A connection that comes back: null while there is nobody to talk to. */
export abstract class Reconnecting {
  protected readonly context: LoopContext
  private connection: WireClient | null = null

  constructor(context: LoopContext) {
    this.context = context
  }

  protected async connected(): Promise<WireClient | null> {
    if (this.connection?.isClosed === false) return this.connection
    const port = this.context.port()
    this.connection = port === 0 ? null : await WireClient.connect({ host: "127.0.0.1", port }).catch(() => null)
    return this.connection
  }

  protected close(): void {
    this.connection?.socket.destroy()
  }
}

interface OpenBatch {
  values: number[]
  baseSequence: number
  padding: number
}

interface Answer {
  error: string
  offset: number
}

const window = 5

export class WireProducer extends Reconnecting {
  private readonly name: string
  private readonly partition: number
  private readonly isIdempotent: boolean
  private producerId = -1
  private nextSequence = 0
  private open: OpenBatch[] = []

  constructor(context: LoopContext, { name, partition, isIdempotent }: { name: string; partition: number; isIdempotent: boolean }) {
    super(context)
    this.name = name
    this.partition = partition
    this.isIdempotent = isIdempotent
  }

  async run(): Promise<void> {
    while (!this.context.isOver()) {
      const connection = await this.connected()
      if (connection === null) await sleep(10)
      else if (this.isIdempotent && this.producerId < 0) await this.initialise(connection)
      else await this.sendWindow(connection)
    }
    for (const batch of this.open) this.resolve(batch, "info", {})
    this.close()
  }

  private async initialise(connection: WireClient): Promise<void> {
    const asked = connection.call(InitProducerId, 4, { transactionalId: null, transactionTimeoutMs: 60_000 })
    const answer = await orLost(connection, asked)
    if (answer === null) return
    if (answer.errorCode === 0) this.producerId = answer.producerId
    else await sleep(20)
  }

  /** Fills the window with fresh batches behind those that are still open, sends all of it at once, and takes the answers in order. */
  private async sendWindow(connection: WireClient): Promise<void> {
    const { random, history } = this.context
    while (this.open.length < 1 + random.below(window)) {
      const batch = this.freshBatch()
      this.open.push(batch)
      history.add(this.name, "invoke", { op: { f: "send", key: this.key, values: batch.values } })
    }
    const sent = [...this.open]
    const answers = sent.map((batch) => this.send(connection, batch))
    for (const [index, batch] of sent.entries()) {
      const answer = await (answers[index] as Promise<Answer | null>)
      if (!this.take(batch, answer)) break
    }
    await Promise.allSettled(answers)
    if (random.chance(0.3)) await sleep(random.below(8))
  }

  /** False when what follows has to be sent again. */
  private take(batch: OpenBatch, answer: Answer | null): boolean {
    if (answer?.error === "NONE") this.resolve(batch, "ok", { offset: answer.offset })
    else if (!this.isIdempotent) this.resolve(batch, isOpen(answer) ? "info" : "fail", { error: answer?.error ?? "connection lost" })
    else {
      if (answer !== null && !isOpen(answer) && batch === this.open[0]) {
        this.context.history.violations.push(`C3: ${this.name} was refused its oldest open batch: ${answer.error}`)
      }
      return false
    }
    return true
  }

  private async send(connection: WireClient, batch: OpenBatch): Promise<Answer | null> {
    const records = encodeBatch({
      records: batch.values.map((value) => ({
        timestamp: Date.now(),
        key: null,
        value: Buffer.from(String(value).padEnd(batch.padding)),
        headers: [],
      })),
      ...(this.isIdempotent ? { producerId: this.producerId, producerEpoch: 0, baseSequence: batch.baseSequence } : {}),
    })
    const body: RequestInput<typeof Produce> = {
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: this.context.topic, partitionData: [{ index: this.partition, records }] }],
    }
    const answer = await orLost(connection, connection.call(Produce, 9, body))
    const partition = answer?.responses[0]?.partitionResponses[0]
    return partition === undefined ? null : { error: errorName(partition.errorCode), offset: partition.baseOffset }
  }

  private freshBatch(): OpenBatch {
    const { random, nextValue } = this.context
    const values = Array.from({ length: 1 + random.below(5) }, nextValue)
    const baseSequence = this.nextSequence
    this.nextSequence += values.length
    return { values, baseSequence, padding: random.chance(0.05) ? 8_000 : random.below(300) }
  }

  private resolve(batch: OpenBatch, type: "ok" | "fail" | "info", { offset, error }: { offset?: number; error?: string }): void {
    this.open = this.open.filter((one) => one !== batch)
    const op = { f: "send" as const, key: this.key, values: batch.values, ...(offset === undefined ? {} : { offset }) }
    this.context.history.add(this.name, type, error === undefined ? { op } : { op, error })
  }

  private get key(): string {
    return `${this.context.topic}-${this.partition}`
  }
}

export class WireReader extends Reconnecting {
  private readonly name: string
  private readonly partition: number
  private readonly isCommitted: boolean

  constructor(context: LoopContext, { name, partition, isCommitted = false }: { name: string; partition: number; isCommitted?: boolean }) {
    super(context)
    this.name = name
    this.partition = partition
    this.isCommitted = isCommitted
  }

  async run(): Promise<void> {
    const { history, random, isOver, topic } = this.context
    const { partition, isCommitted } = this
    const key = `${topic}-${partition}`
    let offset = 0
    while (!isOver()) {
      const connection = await this.connected()
      const from = offset
      const read = connection === null ? null : await fetchOnce(connection, { topic, partition, offset, isCommitted })
      if (read === null) await sleep(10)
      else if (read.error === "CORRUPT_MESSAGE") history.violations.push(`C18: ${key} at ${offset} was reported damaged`)
      else if (read.error !== "NONE") offset = 0
      else {
        offset = random.chance(0.05) ? 0 : read.nextOffset
        const { cells, highWatermark } = read
        history.add(this.name, "ok", { op: { f: "poll", key, cells, highWatermark, from, isCommitted } })
        await sleep(random.below(20))
      }
    }
    this.close()
  }
}

/** A storage error may come before or after the bytes reached the disk: as with a lost connection, nobody knows. */
const isOpen = (answer: Answer | null): boolean => answer === null || answer.error === "KAFKA_STORAGE_ERROR"

/** Null when the connection went away; anything else that goes wrong is a fault of the test. */
export async function orLost<T>(connection: WireClient, answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (connection.isClosed) return null
    throw error
  }
}

export interface FetchedOnce {
  error: string
  cells: ReturnType<typeof cellsOf>
  nextOffset: number
  highWatermark: number
  lastStable: number
  logStart: number
}

export interface FetchedFrom {
  topic: string
  partition: number
  offset: number
  isCommitted?: boolean
}

/** One fetch of one partition; null when the connection is gone. */
export async function fetchOnce(
  connection: WireClient,
  { topic, partition, offset, isCommitted = false }: FetchedFrom,
): Promise<FetchedOnce | null> {
  const body: RequestInput<typeof Fetch> = {
    maxWaitMs: 20,
    minBytes: 1,
    maxBytes: 1_048_576,
    isolationLevel: isCommitted ? 1 : 0,
    topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: 262_144 }] }],
    forgottenTopicsData: [],
  }
  const answer = await orLost(connection, connection.call(Fetch, 11, body))
  const found = answer?.responses[0]?.partitions[0]
  if (found === undefined) return null
  const records = found.records ?? new Uint8Array(0)
  const kept = isCommitted ? committedBatches(records, found.abortedTransactions ?? []) : [records]
  const cells = kept.flatMap((bytes) => cellsOf(bytes)).filter(([at]) => at >= offset)
  const last = [...batchHeaders(records)].at(-1)
  return {
    error: errorName(found.errorCode),
    cells,
    nextOffset: last === undefined ? offset : last.header.lastOffset + 1,
    highWatermark: found.highWatermark,
    lastStable: found.lastStableOffset,
    logStart: found.logStartOffset,
  }
}

/** As a consumer with read_committed: from its first offset on a producer's batches are dropped, up to its marker. */
function committedBatches(bytes: Uint8Array, aborted: readonly { producerId: number; firstOffset: number }[]): Uint8Array[] {
  const waiting = [...aborted]
  const dropped = new Set<number>()
  const kept: Uint8Array[] = []
  for (const { at, header } of batchHeaders(bytes)) {
    while (waiting[0] !== undefined && waiting[0].firstOffset <= header.lastOffset) dropped.add(waiting.shift()?.producerId ?? -1)
    if (header.isControl) dropped.delete(header.producerId)
    else if (!(header.isTransactional && dropped.has(header.producerId))) kept.push(bytes.subarray(at, at + header.sizeBytes))
  }
  return kept
}
