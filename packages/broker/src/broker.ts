// Wires the broker: log, catalog, groups, fetches, handlers, listener, and takes them down again in the opposite order. Decides nothing
// about requests. A start either comes up whole or leaves nothing open.
import type { Registry } from "prom-client"
import { createDispatcher, type Intercept } from "./dispatch/dispatcher.ts"
import { Fetcher } from "./fetch/fetcher.ts"
import { ResponseMemory } from "./fetch/response-memory.ts"
import { FetchSessions } from "./fetch/sessions.ts"
import { consumerSettings } from "./groups/consumer-settings.ts"
import { GroupCoordinator } from "./groups/coordinator.ts"
import { GroupAdmin } from "./groups/group-admin.ts"
import { handlers } from "./handlers/index.ts"
import { InternalLog } from "./internal-log.ts"
import { LogManager } from "./log/log-manager.ts"
import type { PartitionSpec, RecoveryReport } from "./log/model.ts"
import type { Partition } from "./log/partition.ts"
import { type MetricSources, Metrics } from "./metrics.ts"
import { Listeners } from "./net/listeners.ts"
import { nodeNet } from "./net/node-net.ts"
import type { Ports, TlsMaterial } from "./ports.ts"
import { QuotaAdmin } from "./quotas/quota-admin.ts"
import { Quotas } from "./quotas/quotas.ts"
import { openAccess } from "./security/access-control.ts"
import type { FileUser } from "./security/credentials.ts"
import { ScramAdmin } from "./security/scram-admin.ts"
import { Security } from "./security/security.ts"
import type { ListenerSettings, TokenRules } from "./security/settings.ts"
import type { Services } from "./services.ts"
import {
  type Address,
  addDerivedConfigs,
  type BoundListener,
  type BrokerOptions,
  connectionLimits,
  listenersOf,
  staticConfigs,
} from "./settings.ts"
import { nodeDisk } from "./storage/node-disk.ts"
import { nodeClock, nodeRandom } from "./storage/node-time.ts"
import { BatchPolicy } from "./topics/batch-policy.ts"
import { Catalog } from "./topics/catalog.ts"
import { ConfigAdmin } from "./topics/config-admin.ts"
import { ConfigStore } from "./topics/config-store.ts"
import { KeyedQueue } from "./topics/keyed-queue.ts"
import { MetadataLog } from "./topics/metadata-log.ts"
import { ProducerIds } from "./topics/producer-ids.ts"
import { TopicAdmin } from "./topics/topic-admin.ts"
import { TopicLogs } from "./topics/topic-logs.ts"
import { clusterMetadataTopic, consumerOffsetsTopic, transactionStateTopic } from "./topics/topic-name.ts"
import { openTransactions } from "./transactions/open-transactions.ts"

export interface BrokerHealth {
  readonly live: boolean
  /** A record could be acknowledged. */
  readonly ready: boolean
  readonly started: boolean
  readonly reason?: string
}

export interface RunningBroker {
  /** Of the first listener. */
  readonly address: Address
  /** By the names of the listeners. */
  readonly addresses: ReadonlyMap<string, Address>
  readonly clusterId: string
  readonly nodeId: number
  readonly recovery: RecoveryReport
  readonly registry: Registry
  health(): BrokerHealth
  /** New handshakes use these certificates. Throws CONFIG_INVALID when they cannot be used, and changes nothing then. */
  replaceTls(listener: string, material: TlsMaterial): void
  /** Tokens are checked by these from now on. Throws CONFIG_INVALID when they cannot be used, and changes nothing then. */
  setTokenRules(rules: TokenRules): void
  /** Replaces the users of the node's file; sessions of those who are gone or have another password end. */
  setUsers(users: readonly FileUser[]): Promise<void>
  /** Answers what has started, makes everything durable, leaves a mark of the clean stop. An aborted signal cuts the first part short. */
  stop(signal?: AbortSignal): Promise<void>
}

/** Hooks of tests, by API key; see `testing/`. */
export type Intercepts = ReadonlyMap<number, Intercept>

/** What every broker has of itself. */
type OwnParts = "identity" | "endpoints" | "advertised" | "clock" | "logger" | "metrics" | "catalog"

const drainMs = 10_000
const responseMemoryBytes = 33_554_432
const leastResponseBytes = 32_768
const metadataTopicId = "AAAAAAAAAAAAAAAAAAAAAQ"
const minuteMs = 60_000

/** Throws `BrokerError`: a wrong setting, a taken port, a locked or damaged data directory. */
export async function startBroker(options: BrokerOptions, ports: Partial<Ports> = {}, intercepts?: Intercepts): Promise<RunningBroker> {
  const { disk = nodeDisk(options.dataDir), clock = nodeClock, random = nodeRandom, net = nodeNet } = ports
  const start = new Start(options, { disk, clock, random, net }, intercepts)
  try {
    return await start.run()
  } catch (error) {
    await start.undo()
    throw error
  }
}

class Start {
  readonly #options: BrokerOptions
  readonly #ports: Ports
  readonly #intercepts: Intercepts | undefined
  readonly #statics: Map<string, string>
  readonly #listeners: readonly ListenerSettings[]
  readonly #metrics = new Metrics()
  readonly #catalog = new Catalog()
  /** What is open, in order; closed from the end. */
  readonly #closers: (() => Promise<void> | void)[] = []

  constructor(options: BrokerOptions, ports: Ports, intercepts: Intercepts | undefined) {
    this.#options = options
    this.#ports = ports
    this.#intercepts = intercepts
    this.#statics = staticConfigs(options)
    this.#listeners = listenersOf(options)
  }

  async undo(): Promise<void> {
    for (const close of this.#closers.reverse()) await close()
  }

  async run(): Promise<RunningBroker> {
    const logs = await this.#openLogs()
    const configs = new ConfigStore({ catalog: this.#catalog, nodeId: logs.nodeId, statics: this.#statics })
    const log = await this.#openMetadata(logs)
    await logs.reconcile(this.#specs(configs), this.#catalog.deletedIds)
    const topics = this.#openTopics({ logs, configs, log })
    const groups = await this.#openGroups(logs, configs)
    const transactions = await openTransactions({
      ...this.#ports,
      logger: this.#options.logger,
      catalog: this.#catalog,
      metrics: this.#metrics,
      configs,
      logs,
      ...topics,
      ...groups,
    })
    this.#closers.push(() => transactions.transactions.stop())
    const security = await this.#openSecurity(configs, log)
    const access = this.#openAccess(log)
    const quotas = this.#openQuotas(log, configs)
    return this.#listen({ logs, configs, ...security, ...access, ...quotas, ...topics, ...groups, ...transactions })
  }

  async #openLogs(): Promise<LogManager> {
    const { logger, clusterId, nodeId, storage } = this.#options
    const onFlush = (round: { seconds: number }) => this.#metrics.onFlush(round.seconds)
    const logs = await LogManager.open({ ...this.#ports, ...storage, logger, clusterId, nodeId, onFlush })
    this.#closers.push(() => logs.close())
    return logs
  }

  /** The catalog of a new data directory has the logs of group offsets and transactions, so that the rest treats it like any topic. */
  async #openMetadata(logs: LogManager): Promise<MetadataLog> {
    const { clock, random } = this.#ports
    const existing = logs.partition(clusterMetadataTopic, 0)
    const partition = existing ?? (await logs.createPartition({ topic: clusterMetadataTopic, topicId: metadataTopicId, index: 0 }))
    const log = await MetadataLog.open({ partition, clock, catalog: this.#catalog })
    const missing = [consumerOffsetsTopic, transactionStateTopic].filter((name) => !this.#catalog.topic(name))
    const records = missing.flatMap((name) => {
      const topicId = Buffer.from(random.bytes(16)).toString("base64url")
      return [{ type: "topic", name, topicId } as const, { type: "partition", topicId, partitionId: 0, nodeId: logs.nodeId } as const]
    })
    if (records.length > 0) await log.append(records)
    return log
  }

  *#specs(configs: ConfigStore): Generator<PartitionSpec> {
    yield { topic: clusterMetadataTopic, topicId: metadataTopicId, index: 0 }
    for (const topic of this.#catalog.topics()) {
      const config = configs.logConfig(topic)
      for (let index = 0; index < topic.partitionCount; index++) yield { topic: topic.name, topicId: topic.id, index, config }
    }
  }

  #openTopics({ logs, configs, log }: { logs: LogManager; configs: ConfigStore; log: MetadataLog }) {
    const { clock, random } = this.#ports
    const { logger } = this.#options
    const catalog = this.#catalog
    const { nodeId } = logs
    const memory = new ResponseMemory({ totalBytes: responseMemoryBytes, leastBytes: leastResponseBytes })
    return {
      topics: new TopicAdmin({ catalog, configs, log, logs, random, logger, nodeId }),
      topicLogs: new TopicLogs(catalog, logs),
      batchPolicy: new BatchPolicy(catalog, configs),
      configAdmin: new ConfigAdmin({ catalog, configs, log, logs, nodeId }),
      producerIds: new ProducerIds({ catalog, log, nodeId }),
      fetcher: new Fetcher({ clock, memory }),
      fetchSessions: new FetchSessions({ clock, random, slots: configs.brokerNumber("max.incremental.fetch.session.cache.slots") }),
    }
  }

  async #openGroups(logs: LogManager, configs: ConfigStore) {
    const { clock, random } = this.#ports
    const catalog = this.#catalog
    const partition = logs.partition(consumerOffsetsTopic, 0) as Partition
    const groups = await GroupCoordinator.open({
      log: new InternalLog(partition, clock),
      clock,
      random,
      logger: this.#options.logger,
      rules: () => ({
        minSessionTimeoutMs: configs.brokerNumber("group.min.session.timeout.ms"),
        maxSessionTimeoutMs: configs.brokerNumber("group.max.session.timeout.ms"),
        initialRebalanceDelayMs: configs.brokerNumber("group.initial.rebalance.delay.ms"),
        maxSize: configs.brokerNumber("group.max.size"),
      }),
      topicId: (name) => catalog.topic(name)?.id,
      consumerRules: (groupId) => consumerSettings(configs, catalog, groupId),
    })
    const groupAdmin = new GroupAdmin({
      coordinator: groups,
      clock,
      limits: () => ({
        maxMetadataBytes: configs.brokerNumber("offset.metadata.max.bytes"),
        retentionMs: configs.brokerNumber("offsets.retention.minutes") * minuteMs,
      }),
      topicIdOf: (name, index) => {
        const topic = catalog.topic(name)
        return topic && index >= 0 && index < topic.partitionCount ? topic.id : undefined
      },
    })
    groupAdmin.startExpiry(configs.brokerNumber("offsets.retention.check.interval.ms"))
    this.#closers.push(() => {
      groups.stop()
      groupAdmin.stop()
    })
    return { groups, groupAdmin }
  }

  async #openSecurity(configs: ConfigStore, log: MetadataLog) {
    const { clock, random } = this.#ports
    const { logger, security: settings = {} } = this.#options
    const security = await Security.open({
      settings,
      stored: this.#catalog.scram,
      clock,
      random,
      logger,
      maxSessionMs: () => configs.brokerNumber("connections.max.reauth.ms"),
      onOutcome: (listener, mechanism, outcome) => this.#metrics.onAuthentication({ listener, mechanism, outcome }),
    })
    return { security, scramAdmin: new ScramAdmin({ credentials: security.credentials, log, queue: new KeyedQueue() }) }
  }

  #openAccess(log: MetadataLog) {
    const { authorizer: settings } = this.#options
    const append = (changes: Parameters<typeof log.append>[0]) => log.append(changes)
    return openAccess({ settings, store: this.#catalog.acls, random: this.#ports.random, append, metrics: this.#metrics })
  }

  #openQuotas(log: MetadataLog, configs: ConfigStore) {
    const { quotas: store } = this.#catalog
    const windows = (prefix: string) => ({
      count: configs.brokerNumber(`${prefix}quota.window.num`),
      windowMs: configs.brokerNumber(`${prefix}quota.window.size.seconds`) * 1_000,
    })
    return {
      quotas: new Quotas({ store, clock: this.#ports.clock, windows: windows(""), mutationWindows: windows("controller.") }),
      quotaAdmin: new QuotaAdmin({ store, append: (changes) => log.append(changes.map((change) => ({ type: "clientQuota", change }))) }),
    }
  }

  async #listen(parts: Omit<Services, OwnParts>): Promise<RunningBroker> {
    const { clock, net } = this.#ports
    const { logger } = this.#options
    const identity = { clusterId: parts.logs.clusterId, nodeId: parts.logs.nodeId, dataDir: this.#options.dataDir }
    const advertised = handlers.map(({ api, versions: [minVersion, maxVersion] }) => ({ apiKey: api.key, minVersion, maxVersion }))
    const endpoints = new Map<string, Address>()
    const services: Services = { ...parts, identity, endpoints, advertised, clock, logger, metrics: this.#metrics, catalog: this.#catalog }
    const listeners = new Listeners({
      settings: this.#listeners,
      net,
      clock,
      logger,
      limits: connectionLimits(this.#options, this.#statics),
      security: parts.security,
      metrics: this.#metrics,
      prepare: createDispatcher({ handlers, services, intercepts: this.#intercepts }),
      isPressured: () => parts.logs.isPressured,
      connectionRateOf: (address) => this.#catalog.quotas.connectionRateOf(address),
    })
    this.#closers.push(() => listeners.close(0))
    const bound = await listeners.open()
    for (const { settings, advertised: endpoint } of bound) endpoints.set(settings.name, endpoint)
    addDerivedConfigs(this.#statics, { options: this.#options, nodeId: identity.nodeId, bound })
    watch(services, listeners)
    return new Running({ services, listeners, bound })
  }
}

/** What one part has to hear from another. */
function watch(services: Services, listeners: Listeners): void {
  const { topics, groupAdmin, fetcher, metrics, logs, acls } = services
  topics.onChange(async (change, topic) => {
    if (change === "deleted") {
      metrics.forgetTopic(topic.name)
      await groupAdmin.forgetTopic(topic.name)
    }
    fetcher.wakeAll()
  })
  acls.onChange(() => fetcher.wakeAll())
  logs.onPressure(() => listeners.regulate())
  metrics.watch(sources(services, listeners))
}

function sources({ catalog, topicLogs, logs, groups }: Services, listeners: Listeners): MetricSources {
  return {
    connections: () => listeners.connections(),
    topics: () =>
      catalog.topics().map((topic) => {
        const { sizeBytes, offline } = topicLogs.totals(topic)
        return { topic: topic.name, sizeBytes, offline, partitions: topic.partitionCount }
      }),
    storage: async () => {
      const { freeBytes, totalBytes } = await logs.space()
      return { usedBytes: totalBytes - freeBytes, totalBytes, isReadOnly: logs.health.state === "read-only" }
    },
    *groupOffsets() {
      for (const [{ groupId: group, topic, partition }, { offset: committedOffset }] of groups.offsets.all()) {
        const log = topicLogs.find({ topic }, partition)
        if (typeof log !== "string")
          yield { group, topic, partition, committedOffset, lag: Math.max(0, log.highWatermark - committedOffset) }
      }
    },
  }
}

class Running implements RunningBroker {
  readonly address: Address
  readonly addresses: ReadonlyMap<string, Address>
  readonly #services: Services
  readonly #listeners: Listeners
  #stopping: Promise<void> | null = null

  constructor({ services, listeners, bound }: { services: Services; listeners: Listeners; bound: readonly BoundListener[] }) {
    this.#services = services
    this.#listeners = listeners
    this.addresses = new Map(bound.map(({ settings, address }) => [settings.name, address]))
    this.address = bound[0]?.address ?? { host: "", port: 0 }
  }

  replaceTls(listener: string, material: TlsMaterial): void {
    this.#listeners.replaceTls(listener, material)
  }

  setTokenRules(rules: TokenRules): void {
    this.#services.security.setTokenRules(rules)
  }

  setUsers(users: readonly FileUser[]): Promise<void> {
    return this.#services.security.setUsers(users)
  }

  get clusterId(): string {
    return this.#services.identity.clusterId
  }

  get nodeId(): number {
    return this.#services.identity.nodeId
  }

  get recovery(): RecoveryReport {
    return this.#services.logs.recovery
  }

  get registry(): Registry {
    return this.#services.metrics.registry
  }

  health(): BrokerHealth {
    if (this.#stopping) return { live: true, ready: false, started: true, reason: "the broker is stopping" }
    const { state, reason } = this.#services.logs.health
    return state === "ok" ? { live: true, ready: true, started: true } : { live: true, ready: false, started: true, reason }
  }

  stop(signal?: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(signal)
    return this.#stopping
  }

  async #stop(signal?: AbortSignal): Promise<void> {
    const { groups, groupAdmin, transactions, logs } = this.#services
    groups.stop()
    transactions.stop()
    groupAdmin.stop()
    const onAbort = () => this.#listeners.destroyAll()
    signal?.addEventListener("abort", onAbort, { once: true })
    if (signal?.aborted) onAbort()
    await this.#listeners.close(drainMs)
    signal?.removeEventListener("abort", onAbort)
    await logs.close()
  }
}
