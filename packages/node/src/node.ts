// One Rivven node: the embedded engine plus the health and metrics listener. It owns start and stop order: the health listener is up first
// and down last, so that probes always get an answer; "ready" turns false before the engine drains.
import { type BrokerErrorCode, type BrokerOptions, isBrokerError, type RunningBroker, startBroker } from "@rivven/broker"
import { collectDefaultMetrics, Registry } from "prom-client"
import { type Address, type NodeConfig, parseAddress } from "./config.ts"
import { descriptorLimit } from "./descriptors.ts"
import { NodeError, type NodeErrorCode } from "./errors.ts"
import { type Health, startHealthServer } from "./health.ts"
import type { NodePorts } from "./ports.ts"
import { brokerSecurity, loadSecurity } from "./security.ts"
import { watchSecurity } from "./security-reload.ts"

export interface RunningNode {
  /** Of the listener `client`. */
  kafka: Address
  /** By their names. */
  listeners: ReadonlyMap<string, Address>
  metrics: Address
  clusterId: string
  health(): Health
  /** Reads changed certificates, users and keys now instead of within two seconds. */
  reload(): Promise<void>
  /** Drains the engine, writes the clean-shutdown mark and closes both listeners. */
  stop(): Promise<void>
}

export interface StartOptions {
  /** Relative names of files in the settings start here; default: the working directory. */
  readonly baseDir?: string
}

/** Starts the node. Throws `NodeError` where a port is taken, the data directory is locked or the engine cannot recover. */
export async function start(config: NodeConfig, ports: NodePorts, { baseDir = "." }: StartOptions = {}): Promise<RunningNode> {
  const security = loadSecurity(config, baseDir)
  let broker: RunningBroker | undefined
  let isStopping = false
  const health = (): Health => {
    if (!broker) return { live: true, ready: false, started: false, reason: "starting" }
    const engine = broker.health()
    return isStopping ? { ...engine, ready: false, reason: "stopping" } : engine
  }
  const processMetrics = new Registry()
  collectDefaultMetrics({ register: processMetrics })
  const server = await startHealthServer({
    listen: parseAddress(config.observability.metrics.listen),
    metricsPath: config.observability.metrics.path,
    health,
    metrics: async () => {
      const registry = broker ? Registry.merge([broker.registry, processMetrics]) : processMetrics
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  })
  try {
    broker = await startEngine(config, ports, brokerSecurity(config, security))
  } catch (error) {
    await server.stop()
    throw error
  }
  const running = broker
  const reload = watchSecurity({ config, baseDir, loaded: security, broker, logger: ports.logger })
  return {
    kafka: running.address,
    listeners: running.addresses,
    metrics: server.address,
    clusterId: running.clusterId,
    health,
    reload: () => reload.check(),
    stop: async () => {
      isStopping = true
      reload.stop()
      await running.stop()
      await server.stop()
    },
  }
}

async function startEngine(config: NodeConfig, ports: NodePorts, security: Partial<BrokerOptions>): Promise<RunningBroker> {
  try {
    return await startBroker({
      dataDir: config.node.data_dir,
      nodeId: config.node.id,
      ...security,
      descriptors: descriptorLimit(),
      settings: brokerSettings(config),
      logger: ports.logger,
    })
  } catch (error) {
    if (!isBrokerError(error)) throw error
    throw new NodeError(nodeErrorOf(error.code), error.message, { cause: error })
  }
}

function nodeErrorOf(code: BrokerErrorCode): NodeErrorCode {
  switch (code) {
    case "ADDRESS_IN_USE":
      return "PORT_TAKEN"
    case "DATA_DIR_LOCKED":
      return "DATA_DIR_LOCKED"
    case "CONFIG_INVALID":
      return "CONFIG_INVALID"
    default:
      return "ENGINE_FAILED"
  }
}

/** The broker's own names for what rivven.yaml sets. */
function brokerSettings({ storage, topics, auth, limits }: NodeConfig): Record<string, string> {
  const settings: Record<string, string | undefined> = {
    durability: storage.durability,
    "log.segment.bytes": storage.segment_size?.toString(),
    "log.retention.bytes": storage.retention_bytes?.toString(),
    "log.retention.hours": storage.retention_hours?.toString(),
    "num.partitions": topics.default_partitions.toString(),
    "auto.create.topics.enable": topics.auto_create.toString(),
    "connections.max.reauth.ms": auth?.session_lifetime_ms.toString(),
    "connections.max.idle.ms": limits.idle_timeout_ms.toString(),
    "max.connections": limits.connections?.toString(),
    "max.connections.per.ip": limits.connections_per_address?.toString(),
  }
  return Object.fromEntries(Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
