/** The entry point: one client per cluster. It holds the connections; producers and consumers made from it close with it. */
import { type Admin, createAdmin } from "./admin/admin.ts"
import { Cluster, type ClusterConfig } from "./cluster.ts"
import { createConsumer } from "./consumer/consumer.ts"
import type { Consumer, ConsumerOptions } from "./consumer/types.ts"
import type { Result } from "./errors.ts"
import { nodePorts } from "./node-ports.ts"
import type { Ports, TlsOptions } from "./ports.ts"
import { createProducer, createTransactionalProducer } from "./producer/producer.ts"
import type { Producer, ProducerOptions, TransactionalOptions, TransactionalProducer } from "./producer/types.ts"
import { fetchRaw, type RawFetch, type RawFetchRequest } from "./raw-fetch.ts"
import { readMessages } from "./reader/read.ts"
import { tailMessages } from "./reader/tail.ts"
import type { ReadAnswer, ReadRequest, TailRequest, TailStep } from "./reader/types.ts"
import type { SaslOptions } from "./sasl.ts"

export type ClientOptions = {
  /** `host:port` of some brokers; the others are found through them. */
  bootstrap: readonly string[]
  clientId?: string
  /** Default plain TCP; `{}` is TLS with the authorities that Node trusts. */
  tls?: TlsOptions
  /** Default nobody in particular. */
  sasl?: SaslOptions
  /** One attempt at one broker. Default 20 s. */
  requestTimeoutMs?: number
  /** A whole admin call with its retries. Default 30 s. */
  callTimeoutMs?: number
  /** Default 10 s. */
  connectTimeoutMs?: number
  /** How long leaders are believed without asking again. Default 60 s. */
  metadataMaxAgeMs?: number
  /** Answers above this size end the connection. Default 100 MiB. */
  maxFrameBytes?: number
  /** Most that one batch may unpack to. Default 64 MiB. */
  maxDecompressedBytes?: number
  /** Pauses between attempts: the first, doubled up to the maximum. Default 50 ms and 1 s. */
  backoffMs?: { first: number; max: number }
  ports?: Partial<Ports>
  /** Where correlation ids of new connections start; they wrap at 2^31. */
  firstCorrelationId?: number
}

export type Client = {
  admin: Admin
  /** With a transactional id, one that sends in transactions. */
  producer(options: TransactionalOptions): TransactionalProducer
  producer(options?: ProducerOptions): Producer
  consumer(options?: ConsumerOptions): Consumer
  /** Whole batches of one partition, as they lie in the log. */
  fetchRaw(request: RawFetchRequest): Promise<Result<RawFetch>>
  /** A bounded look at messages: the newest, or a range by offset or time. */
  readMessages(request: ReadRequest): Promise<Result<ReadAnswer>>
  /** New messages as they come, until the signal aborts or the iteration is left. */
  tailMessages(request: TailRequest): AsyncIterable<TailStep>
  close(): Promise<void>
}

type Closable = { close(options?: { timeoutMs?: number }): Promise<void> }

const mebibyte = 1024 * 1024
/** What producers have to get rid of their records when the whole client closes. */
const closeTimeoutMs = 5_000

export function createClient(options: ClientOptions): Client {
  const config = clusterConfig(options)
  const cluster = new Cluster(config)
  const limits = { maxDecompressedBytes: options.maxDecompressedBytes ?? 64 * mebibyte }
  /** Producers and consumers that are still open; each takes itself out when it closes. */
  const open = new Set<Closable>()
  const kept = <T extends Closable>(make: (onClosed: () => void) => T): T => {
    const part: T = make(() => open.delete(part))
    open.add(part)
    return part
  }
  function producer(more: TransactionalOptions): TransactionalProducer
  function producer(more?: ProducerOptions): Producer
  function producer(more: ProducerOptions | TransactionalOptions = {}): Producer {
    return kept((onClosed) =>
      "transactionalId" in more ? createTransactionalProducer(cluster, more, onClosed) : createProducer(cluster, more, onClosed),
    )
  }
  return {
    admin: createAdmin(cluster),
    producer,
    consumer: (more = {}) => kept((onClosed) => createConsumer(cluster, { ...limits, ...more }, onClosed)),
    fetchRaw: (request) => fetchRaw(cluster, request),
    readMessages: (request) => readMessages(cluster, request, limits),
    tailMessages: (request) => tailMessages(cluster, request, limits),
    async close() {
      await Promise.all([...open].map((part) => part.close({ timeoutMs: closeTimeoutMs })))
      cluster.close()
    },
  }
}

function clusterConfig(options: ClientOptions): ClusterConfig {
  return {
    ports: { ...nodePorts, ...options.ports },
    bootstrap: options.bootstrap,
    tls: options.tls ?? null,
    sasl: options.sasl ?? null,
    clientId: options.clientId ?? "rivven",
    softwareVersion: "0.1.0",
    requestTimeoutMs: options.requestTimeoutMs ?? 20_000,
    callTimeoutMs: options.callTimeoutMs ?? 30_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    metadataMaxAgeMs: options.metadataMaxAgeMs ?? 60_000,
    maxFrameBytes: options.maxFrameBytes ?? 100 * mebibyte,
    firstBackoffMs: options.backoffMs?.first ?? 50,
    maxBackoffMs: options.backoffMs?.max ?? 1_000,
    bootstrapStaggerMs: 250,
    firstCorrelationId: options.firstCorrelationId,
  }
}
