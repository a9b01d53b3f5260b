/**
 * One cluster as this client sees it: which brokers there are, who leads and coordinates what, and the connections to them. It owns the
 * metadata snapshot and the pool. `call` is one attempt at one broker; trying again is `retry.ts`, fed by `policy` and `recover` from here.
 */
import { type Api, type ResponseOf, zeroUuid } from "@rivven/protocol"
import { FindCoordinator, Metadata } from "@rivven/protocol/messages"
import { parseAddress, raceToOpen } from "./bootstrap.ts"
import { addressKey, BrokerPool } from "./broker-pool.ts"
import type { BodyOf, Connection, ConnectionConfig, SendOptions } from "./connection.ts"
import { Deadline, within } from "./deadline.ts"
import { brokerFailed, failed, type ItemError, ok, type Result } from "./errors.ts"
import {
  type BrokerInfo,
  isReachable,
  type MetadataAnswer,
  mergeTopic,
  partitionOf,
  readMetadata,
  type TopicEntry,
  type TopicInfo,
} from "./metadata.ts"
import type { Address, Ports } from "./ports.ts"
import { type RetryPolicy, traitsOf } from "./retry.ts"

export type ClusterConfig = Omit<ConnectionConfig, "net" | "clock"> & {
  ports: Ports
  bootstrap: readonly string[]
  /** One attempt at one broker. */
  requestTimeoutMs: number
  /** A whole call with its retries. */
  callTimeoutMs: number
  metadataMaxAgeMs: number
  firstBackoffMs: number
  maxBackoffMs: number
  /** How long one address may be silent before the next is tried beside it. */
  bootstrapStaggerMs: number
}

export type Route =
  | { to: "any" }
  | { to: "controller" }
  | { to: "broker"; id: number }
  | { to: "coordinator"; group: string }
  | { to: "transactions"; transactionalId: string }

export type CallOptions = Partial<SendOptions> & { route: Route; lane?: string }

const mainLane = "main"
const groupKey = 0
const transactionKey = 1

export class Cluster {
  readonly config: ClusterConfig
  readonly #pool: BrokerPool
  readonly #seeds: Address[] = []
  readonly #badSeeds: string[] = []
  #brokers = new Map<number, BrokerInfo>()
  #clusterId: string | null = null
  #areBrokersStale = false
  #laneCount = 0
  readonly #closing = new AbortController()
  #controllerId: number | null = null
  readonly #topics = new Map<string, TopicEntry>()
  readonly #coordinators = new Map<string, number>()
  readonly #refreshes = new Map<string, Promise<Result<MetadataAnswer>>>()

  constructor(config: ClusterConfig) {
    this.config = config
    this.#pool = new BrokerPool({ ...config, net: config.ports.net, clock: config.ports.clock })
    for (const text of config.bootstrap) {
      const address = parseAddress(text)
      if (address.ok) this.#seeds.push(address.value)
      else this.#badSeeds.push(address.error.message)
    }
  }

  get clusterId(): string | null {
    return this.#clusterId
  }

  get brokers(): ReadonlyMap<number, BrokerInfo> {
    return this.#brokers
  }

  /** One attempt at the broker of the route. */
  async call<A extends Api>(api: A, body: BodyOf<A>, options: CallOptions): Promise<Result<ResponseOf<A>>> {
    const deadline = new Deadline(this.config.ports.clock, options.timeoutMs ?? this.config.requestTimeoutMs)
    const connecting = this.connect(options.route, options.lane)
    const connection = await within(this.config.ports.clock, { timeoutMs: deadline.leftMs, what: `connecting for ${api.name}` }, connecting)
    if (!connection.ok) return connection
    return connection.value.send(api, body, { ...options, timeoutMs: deadline.leftMs })
  }

  /** One attempt at every broker; the answers are per broker, because some may be down. */
  async callAll<A extends Api>(
    api: A,
    body: BodyOf<A>,
    options: Omit<CallOptions, "route"> = {},
  ): Promise<Result<Map<number, Result<ResponseOf<A>>>>> {
    const known = await this.refresh([], options)
    if (!known.ok) return known
    const ids = [...this.#brokers.keys()].sort((a, b) => a - b)
    const answers = await Promise.all(ids.map((id) => this.call(api, body, { ...options, route: { to: "broker", id } })))
    return ok(new Map(ids.map((id, index) => [id, answers[index] as Result<ResponseOf<A>>])))
  }

  async connect(route: Route, lane = mainLane): Promise<Result<Connection>> {
    switch (route.to) {
      case "any":
        return this.#connectAny(lane)
      case "controller":
        if (this.#brokers.size === 0) await this.refresh([])
        return this.#controllerId === null ? this.#connectAny(lane) : this.#connectBroker(this.#controllerId, lane)
      case "broker":
        return this.#connectBroker(route.id, lane)
      case "coordinator": {
        const id = await this.coordinator(route.group)
        return id.ok ? this.#connectBroker(id.value, lane) : id
      }
      case "transactions": {
        const id = await this.#findCoordinator(transactionKey, route.transactionalId)
        return id.ok ? this.#connectBroker(id.value, lane) : id
      }
    }
  }

  coordinator(group: string): Promise<Result<number>> {
    return this.#findCoordinator(groupKey, group)
  }

  async #findCoordinator(keyType: number, name: string): Promise<Result<number>> {
    const known = this.#coordinators.get(`${keyType}/${name}`)
    if (known !== undefined) return ok(known)
    const found = await this.call(
      FindCoordinator,
      (version) => (version >= 4 ? { key: "", keyType, coordinatorKeys: [name] } : { key: name, keyType, coordinatorKeys: [] }),
      { route: { to: "any" }, minVersion: keyType === groupKey ? undefined : 1 },
    )
    if (!found.ok) return found
    const entry = found.value.coordinators.find(({ key }) => key === name) ?? found.value
    if (entry.errorCode !== 0) return brokerFailed(entry.errorCode, entry.errorMessage)
    const { nodeId, host, port } = entry
    if (!isReachable({ host, port })) return failed("BAD_ANSWER", `the coordinator of ${name} has no usable address`)
    this.#brokers.set(nodeId, { id: nodeId, host, port, rack: this.#brokers.get(nodeId)?.rack ?? null })
    this.#coordinators.set(`${keyType}/${name}`, nodeId)
    return ok(nodeId)
  }

  /** Asks for the given topics (`null`: all, none: only the brokers) and takes what comes as the newest truth. */
  refresh(topics: readonly string[] | null, options: { timeoutMs?: number; mayCreate?: boolean } = {}): Promise<Result<MetadataAnswer>> {
    const key = JSON.stringify([topics, options.mayCreate ?? false])
    const running = this.#refreshes.get(key)
    if (running !== undefined) return running
    const refresh = this.#refresh(topics, options).finally(() => this.#refreshes.delete(key))
    this.#refreshes.set(key, refresh)
    return refresh
  }

  /** A topic from the snapshot, asked for anew when unknown, too old or marked stale. */
  async topic(name: string, options: { mayCreate?: boolean; timeoutMs?: number } = {}): Promise<Result<TopicInfo>> {
    const known = this.knownTopic(name)
    if (known !== null) return ok(known)
    const refreshed = await this.refresh([name], options)
    if (!refreshed.ok) return refreshed
    const entry = refreshed.value.topics.get(name)
    if (entry === undefined) return failed("BAD_ANSWER", `the metadata answer says nothing about topic ${name}`)
    return entry.error ?? ok(entry.info)
  }

  /** What the snapshot says about a topic while it is fresh enough; `null` when it has to be asked for. */
  knownTopic(name: string): TopicInfo | null {
    const entry = this.#topics.get(name)
    if (entry === undefined || entry.info === null) return null
    return this.config.ports.clock.monotonic() - entry.asOfMs < this.config.metadataMaxAgeMs ? entry.info : null
  }

  /** Who leads a partition as far as known; `null` when that has to be asked. Age does not matter here: a wrong leader says so. */
  leaderOf(topic: string, partition: number): number | null {
    const entry = this.#topics.get(topic)
    if (entry === undefined || entry.info === null || entry.asOfMs === Number.NEGATIVE_INFINITY) return null
    return partitionOf(entry.info, partition)?.leader ?? null
  }

  /** Every partition of the topic has a leader. */
  hasLeaders(topic: string): boolean {
    return this.knownTopic(topic)?.partitions.every(({ leader }) => leader !== null) === true
  }

  /** A name for connections that one part of the client has for itself. */
  newLane(purpose: string): string {
    return `${purpose}-${this.#laneCount++}`
  }

  /** The topic must be asked for before it is used again. */
  markStale(topic: string): void {
    const entry = this.#topics.get(topic)
    if (entry !== undefined) this.#topics.set(topic, { ...entry, asOfMs: Number.NEGATIVE_INFINITY })
  }

  /** Forgets what the errors make doubtful; the next attempt looks it up again. */
  recover(errors: readonly ItemError[], about: { topics?: readonly string[]; group?: string; transactionalId?: string } = {}): void {
    const traits = errors.map(({ code }) => traitsOf(code))
    // The leader does not know the epoch we claim to have from it: what we know is wrong, however new it looks.
    if (errors.some(({ code }) => code === "UNKNOWN_LEADER_EPOCH")) for (const topic of about.topics ?? []) this.#topics.delete(topic)
    if (traits.some((trait) => trait.hasLostCoordinator)) {
      this.#coordinators.delete(`${groupKey}/${about.group}`)
      this.#coordinators.delete(`${transactionKey}/${about.transactionalId}`)
    }
    if (!traits.some((trait) => trait.hasStaleMetadata)) return
    this.#controllerId = null
    this.#areBrokersStale ||= errors.some(({ code }) => code === "CONNECT_FAILED")
    for (const topic of about.topics ?? []) this.markStale(topic)
  }

  policy(timeoutMs: number | undefined, more: Partial<RetryPolicy> = {}): RetryPolicy & { deadline: Deadline } {
    const { ports, callTimeoutMs, firstBackoffMs, maxBackoffMs } = this.config
    const deadline = new Deadline(ports.clock, timeoutMs ?? callTimeoutMs)
    const signal = more.signal === undefined ? this.#closing.signal : AbortSignal.any([more.signal, this.#closing.signal])
    return { ...ports, deadline, firstBackoffMs, maxBackoffMs, recover: (errors) => this.recover(errors), ...more, signal }
  }

  closeLane(lane: string): void {
    this.#pool.closeLane(lane)
  }

  close(): void {
    this.#closing.abort()
    this.#pool.close()
  }

  async #connectAny(lane: string): Promise<Result<Connection>> {
    if (this.#closing.signal.aborted) return failed("CLOSED", "the client is closed")
    const idlest = this.#pool.openIn(lane).sort((a, b) => a.inFlight - b.inFlight)[0]
    if (idlest !== undefined) return ok(idlest)
    const addresses = new Map<string, Address>()
    for (const address of [...this.#shuffledBrokers(), ...this.#seeds]) addresses.set(addressKey(address), address)
    if (addresses.size === 0 && this.#badSeeds.length > 0) return failed("BAD_INPUT", this.#badSeeds.join("; "))
    return raceToOpen({
      clock: this.config.ports.clock,
      addresses: [...addresses.values()],
      staggerMs: this.config.bootstrapStaggerMs,
      open: (address) => this.#pool.get(address, lane),
    })
  }

  async #connectBroker(id: number, lane: string): Promise<Result<Connection>> {
    if (!this.#brokers.has(id) || this.#areBrokersStale) await this.refresh([])
    const broker = this.#brokers.get(id)
    return broker === undefined ? failed("UNKNOWN_BROKER", `the cluster has no broker ${id}`) : this.#pool.get(broker, lane)
  }

  #shuffledBrokers(): BrokerInfo[] {
    return [...this.#brokers.values()]
      .map((broker) => ({ broker, order: this.config.ports.random.next() }))
      .sort((a, b) => a.order - b.order)
      .map(({ broker }) => broker)
  }

  async #refresh(topics: readonly string[] | null, options: { timeoutMs?: number; mayCreate?: boolean }): Promise<Result<MetadataAnswer>> {
    const answer = await this.call(
      Metadata,
      (version) => ({
        topics: topics === null ? null : topics.map((name) => ({ name, topicId: zeroUuid })),
        allowAutoTopicCreation: version < 4 || options.mayCreate === true,
        includeClusterAuthorizedOperations: false,
        includeTopicAuthorizedOperations: false,
      }),
      { route: { to: "any" }, timeoutMs: options.timeoutMs },
    )
    if (!answer.ok) return answer
    const metadata = readMetadata(answer.value, this.config.ports.clock.monotonic())
    this.#learn(metadata, topics === null)
    return ok(metadata)
  }

  #learn(metadata: MetadataAnswer, isComplete: boolean): void {
    this.#clusterId = metadata.clusterId ?? this.#clusterId
    this.#controllerId = metadata.controllerId
    if (metadata.brokers.length > 0) {
      this.#areBrokersStale = false
      this.#brokers = new Map(metadata.brokers.map((broker) => [broker.id, broker]))
      this.#pool.retain([...metadata.brokers, ...this.#seeds])
    }
    if (isComplete) for (const name of this.#topics.keys()) if (!metadata.topics.has(name)) this.#topics.delete(name)
    for (const [name, entry] of metadata.topics) this.#topics.set(name, mergeTopic(this.#topics.get(name), entry))
  }
}
