/**
 * The producer's front: checks a record, finds its partition, waits for space, and hands it to the accumulator. Records of one topic keep
 * the order of the calls even when one of them has to wait for metadata or space.
 */
import type { Cluster } from "../cluster.ts"
import { Deadline, pause } from "../deadline.ts"
import { type Failed, failed, ok, type Result } from "../errors.ts"
import type { TopicInfo } from "../metadata.ts"
import { retry } from "../retry.ts"
import { Accumulator } from "./accumulator.ts"
import { batchOverheadBytes, sizeOf } from "./batch.ts"
import { partitionOfKey, StickyPartitioner } from "./partitioner.ts"
import { Sender } from "./sender.ts"
import { Transactions } from "./transactions.ts"
import type {
  Producer,
  ProducerOptions,
  ProducerRecord,
  RecordPosition,
  TransactionalOptions,
  TransactionalProducer,
  TransactionState,
} from "./types.ts"

type Settings = Required<ProducerOptions> & { transactional: { transactionalId: string; transactionTimeoutMs: number } | null }

type Ready = { key: Uint8Array | null; value: Uint8Array | null; sizeBytes: number; record: ProducerRecord; transaction: number }

export function createProducer(cluster: Cluster, options: ProducerOptions, onClosed: () => void = () => {}): Producer {
  return new ProducerCore(cluster, settingsOf(cluster, options), onClosed)
}

export function createTransactionalProducer(
  cluster: Cluster,
  { transactionalId, transactionTimeoutMs = 60_000, ...options }: TransactionalOptions,
  onClosed: () => void = () => {},
): TransactionalProducer {
  const settings = { ...settingsOf(cluster, options), transactional: { transactionalId, transactionTimeoutMs } }
  return new TransactionalCore(cluster, settings, onClosed)
}

function settingsOf(cluster: Cluster, options: ProducerOptions): Settings {
  const acks = options.acks ?? -1
  const batchBytes = options.batchBytes ?? 64 * 1024
  const bufferBytes = options.bufferBytes ?? 32 * 1024 * 1024
  return {
    acks,
    isIdempotent: options.isIdempotent ?? acks === -1,
    codec: options.codec ?? "none",
    lingerMs: options.lingerMs ?? 5,
    batchBytes,
    bufferBytes,
    maxRequestBytes: Math.min(options.maxRequestBytes ?? 1024 * 1024, bufferBytes),
    maxBlockMs: options.maxBlockMs ?? 60_000,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
    requestTimeoutMs: options.requestTimeoutMs ?? cluster.config.requestTimeoutMs,
    mayCreateTopics: options.mayCreateTopics ?? true,
    transactional: null,
  }
}

class ProducerCore implements Producer {
  protected readonly transactions: Transactions | null
  readonly #cluster: Cluster
  readonly #settings: Settings
  readonly #accumulator: Accumulator
  readonly #sender: Sender
  readonly #sticky: StickyPartitioner
  readonly #lane: string
  /** Per topic, the last call that had to wait; later ones of that topic wait behind it. */
  readonly #waiting = new Map<string, Promise<unknown>>()
  readonly #closing = new AbortController()
  readonly #onClosed: () => void
  #isClosed = false

  constructor(cluster: Cluster, settings: Settings, onClosed: () => void) {
    this.#onClosed = onClosed
    const { ports } = cluster.config
    this.#cluster = cluster
    this.#settings = settings
    this.#lane = cluster.newLane("produce")
    this.#accumulator = new Accumulator(settings, ports.clock)
    this.#sticky = new StickyPartitioner(ports.random, settings.batchBytes)
    this.transactions =
      settings.transactional &&
      new Transactions(cluster, settings.transactional, {
        flush: () => this.flush(),
        drop: (failure) => this.#sender.drop(failure),
        drained: () => this.#sender.drained(),
        restart: () => this.#accumulator.restartSequences(),
        wake: () => this.#sender.wake(),
      })
    this.#sender = new Sender(cluster, this.#accumulator, { ...settings, lane: this.#lane, transactions: this.transactions })
    this.#sender.onDeparture = (topic, partition) => this.#sticky.batchLeft(topic, partition)
  }

  get bufferedBytes(): number {
    return this.#accumulator.bufferedBytes
  }

  send(record: ProducerRecord): Promise<Result<RecordPosition>> {
    const ready = this.#check(record)
    if (!ready.ok) return Promise.resolve(ready)
    const info = this.#waiting.has(record.topic) ? null : this.#cluster.knownTopic(record.topic)
    if (info !== null && this.#accumulator.tryReserve(ready.value.sizeBytes)) return this.#append(info, ready.value)
    return this.#sendLater(ready.value)
  }

  sendAll(records: readonly ProducerRecord[]): Promise<Result<RecordPosition>[]> {
    return Promise.all(records.map((record) => this.send(record)))
  }

  async flush(): Promise<void> {
    await Promise.all(this.#waiting.values())
    this.#accumulator.sealAll()
    this.#sender.wake()
    await Promise.all(this.#accumulator.batches.map((batch) => batch.settled))
  }

  async close(options: { timeoutMs?: number } = {}): Promise<void> {
    this.#isClosed = true
    const { transactions } = this
    if (transactions?.state === "open" || transactions?.state === "broken") await transactions.abort(options.timeoutMs)
    const { clock } = this.#cluster.config.ports
    const flushed = new AbortController()
    const settled = this.flush().finally(() => flushed.abort())
    await pause(clock, options.timeoutMs ?? this.#settings.deliveryTimeoutMs, flushed.signal)
    this.#closing.abort()
    this.#sender.stop(failed("CLOSED", "the producer was closed before this record was acknowledged"))
    await settled
    this.#cluster.closeLane(this.#lane)
    this.#onClosed()
  }

  #check(record: ProducerRecord): Result<Ready> {
    if (this.#isClosed) return failed("CLOSED", "the producer is closed")
    if (this.#settings.isIdempotent && this.#settings.acks !== -1) return failed("BAD_INPUT", "idempotence needs acks -1")
    const open = this.transactions?.open ?? ok(0)
    if (!open.ok) return open
    const key = bytesOf(record.key ?? null)
    const value = bytesOf(record.value)
    const { partition, timestamp, headers = [] } = record
    if (partition !== undefined && !(Number.isInteger(partition) && partition >= 0)) {
      return failed("BAD_INPUT", `partition ${partition} is not a whole number from 0 up`, "/partition")
    }
    if (timestamp !== undefined && !(Number.isSafeInteger(timestamp) && timestamp >= 0)) {
      return failed("BAD_INPUT", `timestamp ${timestamp} is not a whole number of milliseconds since 1970`, "/timestamp")
    }
    const sizeBytes = sizeOf(key, value, headers)
    const most = this.#settings.maxRequestBytes - batchOverheadBytes
    if (sizeBytes > most)
      return failed("BAD_INPUT", `the record has ${sizeBytes} bytes, more than the ${most} that a request may carry`, "/value")
    return { ok: true, value: { key, value, sizeBytes, record, transaction: open.value } }
  }

  /** Queues behind earlier calls of the same topic, then waits for what is missing. */
  #sendLater(ready: Ready): Promise<Result<RecordPosition>> {
    const { topic } = ready.record
    const deadline = new Deadline(this.#cluster.config.ports.clock, this.#settings.maxBlockMs)
    const before = this.#waiting.get(topic)
    const admitted = Promise.resolve(before).then(() => this.#admit(ready, deadline))
    this.#waiting.set(topic, admitted)
    void admitted.finally(() => {
      if (this.#waiting.get(topic) === admitted) this.#waiting.delete(topic)
    })
    return admitted.then((admission) => {
      if (admission.ok) return admission.value.acknowledged
      if (this.transactions?.isOf(ready.transaction) === true) this.transactions.fail(admission.error)
      return admission
    })
  }

  async #admit(ready: Ready, deadline: Deadline): Promise<Result<{ acknowledged: Promise<Result<RecordPosition>> }>> {
    const info = await this.#metadata(ready.record.topic, deadline)
    if (!info.ok) return info
    if (!(await this.#accumulator.reserve(ready.sizeBytes, deadline.leftMs))) return bufferFull(this.#settings)
    if (this.transactions?.isOf(ready.transaction) === false) {
      this.#accumulator.release(ready.sizeBytes)
      return failed("ABORTED", "the transaction of this record ended before the record could be sent")
    }
    // Wrapped, because a promise inside a promise would make the queue wait for the acknowledgement.
    return { ok: true, value: { acknowledged: this.#append(info.value, ready) } }
  }

  #metadata(topic: string, deadline: Deadline): Promise<Result<TopicInfo>> {
    const policy = this.#cluster.policy(deadline.leftMs, { signal: this.#closing.signal })
    const { mayCreateTopics: mayCreate, requestTimeoutMs } = this.#settings
    return retry(async () => {
      const info = await this.#cluster.topic(topic, { mayCreate, timeoutMs: policy.deadline.share(requestTimeoutMs) })
      return info.ok && info.value.partitions.length === 0 ? failed("NO_LEADER", `topic ${topic} has no partitions yet`) : info
    }, policy)
  }

  #append(info: TopicInfo, { key, value, sizeBytes, record }: Ready): Promise<Result<RecordPosition>> {
    const partition = this.#partitionOf(info, key, { ...record, sizeBytes })
    if (partition >= info.partitions.length) {
      this.#accumulator.release(sizeBytes)
      const message = `topic ${info.name} has partitions 0 to ${info.partitions.length - 1}, not ${partition}`
      return Promise.resolve(failed("BAD_INPUT", message, "/partition"))
    }
    const timestamp = record.timestamp ?? this.#cluster.config.ports.clock.wall()
    const headers = (record.headers ?? []).map((header) => ({ key: header.key, value: header.value }))
    const acknowledged = new Promise<Result<RecordPosition>>((settle) => {
      this.#accumulator.add(info.name, partition, { key, value, headers, timestamp, sizeBytes, settle })
    })
    this.#sender.wake()
    return acknowledged
  }

  #partitionOf(info: TopicInfo, key: Uint8Array | null, { partition, sizeBytes }: { partition?: number; sizeBytes: number }): number {
    if (partition !== undefined) return partition
    if (key !== null) return partitionOfKey(key, info.partitions.length)
    const isUsable = (index: number) => info.partitions[index]?.leader != null
    return this.#sticky.partitionFor(info.name, sizeBytes, { count: info.partitions.length, isUsable })
  }
}

class TransactionalCore extends ProducerCore implements TransactionalProducer {
  get transactionState(): TransactionState {
    return this.#transactions.state
  }

  init(): Promise<Result<void>> {
    return this.#transactions.init()
  }

  begin(): Result<void> {
    return this.#transactions.begin()
  }

  sendOffsets(...[offsets, group]: Parameters<TransactionalProducer["sendOffsets"]>): Promise<Result<void>> {
    return this.#transactions.sendOffsets(offsets, group)
  }

  commit(options: { timeoutMs?: number } = {}): Promise<Result<void>> {
    return this.#transactions.commit(options.timeoutMs)
  }

  abort(options: { timeoutMs?: number } = {}): Promise<Result<void>> {
    return this.#transactions.abort(options.timeoutMs)
  }

  get #transactions(): Transactions {
    return this.transactions as Transactions
  }
}

function bytesOf(input: Uint8Array | string | null): Uint8Array | null {
  return typeof input === "string" ? Buffer.from(input, "utf8") : input
}

const bufferFull = ({ bufferBytes, maxBlockMs }: Settings): Failed =>
  failed("BUFFER_FULL", `${bufferBytes} bytes wait for acknowledgement and none got free within ${maxBlockMs} ms`)
