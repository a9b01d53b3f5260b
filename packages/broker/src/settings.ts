// From what the process was started with to what the parts of the broker are given. Checks every setting before anything is opened.
import { brokerConfigs } from "./broker-configs.ts"
import { quote, toNumber } from "./config.ts"
import { BrokerError } from "./errors.ts"
import type { LogManagerOptions } from "./log/log-manager.ts"
import { type ConnectionLimits, defaultLimits } from "./net/limits.ts"
import type { Logger } from "./ports.ts"
import type { AuthorizerSettings } from "./security/acl-authorizer.ts"
import { checkSecurity, kafkaProtocol, type ListenerSettings, type SecuritySettings } from "./security/settings.ts"

export interface Address {
  readonly host: string
  readonly port: number
}

export interface BrokerOptions {
  readonly dataDir: string
  /** One listener without protection, called `client`; instead of `listeners`. */
  readonly listen?: Address
  /** What clients of that one are told to connect to; by default where the broker listens. */
  readonly advertised?: Partial<Address>
  readonly listeners?: readonly ListenerSettings[]
  readonly security?: SecuritySettings
  /** Rules decide who may do what, and whoever no rule allows may not; without it everybody may do everything. */
  readonly authorizer?: AuthorizerSettings
  /** Only for a new data directory; an existing one keeps its own, and another one is refused. */
  readonly clusterId?: string
  readonly nodeId?: number
  /** Broker configs by their names, as clients see them; `docs/reference` lists them. */
  readonly settings?: Readonly<Record<string, string>>
  readonly limits?: Partial<ConnectionLimits>
  /** How many files and sockets the process may have open; connections leave room for the log. Undefined is not known. */
  readonly descriptors?: number
  /** How the data directory is kept; defaults are the log's. */
  readonly storage?: Pick<LogManagerOptions, "minFreeBytes" | "reserveBytes" | "maxUnflushedBytes" | "maxOpenFiles" | "retentionCheckMs">
  readonly logger: Logger
}

const hourMs = 3_600_000
const anyAddress = new Set(["0.0.0.0", "::", ""])

/** Decided by the process, whoever starts it. */
const derived = new Set([
  "listeners",
  "advertised.listeners",
  "log.dirs",
  "node.id",
  "broker.id",
  "process.roles",
  "listener.security.protocol.map",
])

/** The static layer of broker configs. Throws CONFIG_INVALID, naming the setting. */
export function staticConfigs(options: BrokerOptions): Map<string, string> {
  const statics = new Map<string, string>()
  for (const [name, value] of Object.entries(options.settings ?? {})) {
    const [known, converted] = name === "log.retention.hours" ? ["log.retention.ms", hoursToMs(value)] : [name, value]
    statics.set(known, checked(known, converted))
  }
  return statics
}

function checked(name: string, value: string): string {
  const definition = brokerConfigs.get(name)
  if (!definition || derived.has(name)) {
    const why = definition ? `${name} follows from the other options` : brokerConfigs.whyRefused(name, value)
    throw new BrokerError("CONFIG_INVALID", why ?? name, { path: `/settings/${name}` })
  }
  const accepted = definition.refuses(value)
  if (accepted)
    throw new BrokerError("CONFIG_INVALID", `${name} cannot be ${quote(value)}; it accepts ${accepted}`, { path: `/settings/${name}` })
  return value
}

function hoursToMs(value: string): string {
  if (!/^-?\d{1,9}$/.test(value)) return value
  return Number(value) < 0 ? "-1" : String(Number(value) * hourMs)
}

/** What clients can read of the process. */
export function addDerivedConfigs(
  statics: Map<string, string>,
  process: { options: BrokerOptions; nodeId: number; bound: readonly BoundListener[] },
): void {
  const { options, nodeId, bound } = process
  const text = (of: (listener: BoundListener) => string) => bound.map(of).join(",")
  const nameOf = ({ settings }: BoundListener) => (isPlainClient(settings) ? "PLAINTEXT" : settings.name.toUpperCase())
  statics.set("node.id", String(nodeId)).set("broker.id", String(nodeId)).set("log.dirs", options.dataDir)
  statics.set(
    "listeners",
    text((one) => `${nameOf(one)}://${one.address.host}:${one.address.port}`),
  )
  statics.set(
    "advertised.listeners",
    text((one) => `${nameOf(one)}://${one.advertised.host}:${one.advertised.port}`),
  )
  statics.set(
    "listener.security.protocol.map",
    text((one) => `${nameOf(one)}:${kafkaProtocol[one.settings.protocol]}`),
  )
}

export interface BoundListener {
  readonly settings: ListenerSettings
  readonly address: Address
  readonly advertised: Address
}

const isPlainClient = ({ name, protocol }: ListenerSettings): boolean => name === defaultListener && protocol === "PLAINTEXT"
const defaultListener = "client"

/** Checked: throws CONFIG_INVALID when they are not as safe as they seem. */
export function listenersOf(options: BrokerOptions): readonly ListenerSettings[] {
  const { listen, advertised, security = {} } = options
  if (listen && options.listeners) throw new BrokerError("CONFIG_INVALID", "listen and listeners exclude each other", { path: "/listen" })
  const plain = listen ? [{ name: defaultListener, listen, advertised, protocol: "PLAINTEXT" as const }] : []
  const listeners = options.listeners ?? plain
  checkSecurity({ listeners, security, hasAuthorizer: options.authorizer !== undefined })
  for (const listener of listeners) advertisedAddress(listener, listener.listen.port)
  return listeners
}

export function advertisedAddress({ name, listen, advertised }: ListenerSettings, boundPort: number): Address {
  const host = advertised?.host ?? listen.host
  if (anyAddress.has(host))
    throw new BrokerError(
      "CONFIG_INVALID",
      `clients cannot connect to ${quote(host)}: with such a listen address an advertised host is needed`,
      { path: name === defaultListener ? "/advertised/host" : `/listeners/${name}/advertised` },
    )
  return { host, port: advertised?.port ?? boundPort }
}

/** Kept for the files of the log and for what the process itself needs. */
const reservedDescriptors = 64
const defaultOpenFiles = 256

export function connectionLimits(options: BrokerOptions, statics: ReadonlyMap<string, string>): ConnectionLimits {
  const { limits, descriptors = Number.POSITIVE_INFINITY, storage } = options
  const room = Math.max(1, descriptors - reservedDescriptors - (storage?.maxOpenFiles ?? defaultOpenFiles))
  const number = (name: string) => toNumber(statics.get(name) ?? brokerConfigs.default(name))
  const idleMs = number("connections.max.idle.ms")
  return {
    ...defaultLimits,
    maxFrameBytes: number("socket.request.max.bytes"),
    idleMs: idleMs < 0 ? 0x7fff_ffff : Math.min(idleMs, 0x7fff_ffff),
    maxConnections: Math.min(number("max.connections"), room),
    maxConnectionsPerAddress: number("max.connections.per.ip"),
    ...limits,
  }
}
