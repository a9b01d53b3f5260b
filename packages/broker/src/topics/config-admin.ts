// Changes of topic, broker and group configs: SET, DELETE, APPEND and SUBTRACT, or the whole set anew; checked as a whole, durable before
// they take effect.
import { brokerConfigs } from "../broker-configs.ts"
import { type ConfigDefinition, type ConfigTable, nearest, quote, splitList } from "../config.ts"
import { isBrokerError } from "../errors.ts"
import type { LogManager } from "../log/log-manager.ts"
import type { Refused } from "../log/model.ts"
import { type Catalog, resourceTypes, type Topic } from "./catalog.ts"
import { whyBadGroupName, whyNoConfigs } from "./config-resources.ts"
import type { ConfigStore } from "./config-store.ts"
import { groupConfigs, whyBadGroupConfigs } from "./group-configs.ts"
import { KeyedQueue } from "./keyed-queue.ts"
import type { MetadataLog } from "./metadata-log.ts"
import { refuse } from "./refusal.ts"
import { topicConfigs } from "./topic-configs.ts"

const operations = ["set", "delete", "append", "subtract"] as const
type Operation = (typeof operations)[number]

export interface ConfigChange {
  readonly name: string
  /** Kafka's number: 0 set, 1 delete, 2 append, 3 subtract. */
  readonly operation: number
  readonly value: string | null
}

export interface AlterRequest {
  readonly resourceType: number
  readonly resourceName: string
  readonly changes: readonly ConfigChange[]
  readonly validateOnly: boolean
}

export interface ReplaceRequest {
  readonly resourceType: number
  readonly resourceName: string
  /** What the resource has afterwards; everything else goes back to its default. */
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
  readonly validateOnly: boolean
}

export interface ConfigAdminOptions {
  readonly catalog: Catalog
  readonly configs: ConfigStore
  readonly log: MetadataLog
  readonly logs: LogManager
  readonly nodeId: number
}

type Target = Pick<AlterRequest, "resourceType" | "resourceName" | "validateOnly">

interface Resource {
  readonly type: number
  readonly name: string
  readonly table: ConfigTable
  /** What APPEND and SUBTRACT start from. */
  readonly currentValue: (name: string) => string
  /** What was set by clients. */
  readonly dynamic: ReadonlyMap<string, string>
}

type Values = Map<string, string | null>

type Done = { readonly ok: true } | Refused

export class ConfigAdmin {
  readonly #options: ConfigAdminOptions
  readonly #queue = new KeyedQueue()

  constructor(options: ConfigAdminOptions) {
    this.#options = options
  }

  alter(request: AlterRequest): Promise<Done> {
    return this.#inOrder(request, (resource) => newValues(resource, request.changes))
  }

  replace(request: ReplaceRequest): Promise<Done> {
    const changes = request.configs.map(({ name, value }) => ({ name, value, operation: operations.indexOf("set") }))
    return this.#inOrder(request, (resource) => {
      const values = newValues(resource, changes)
      if (!("ok" in values)) for (const name of resource.dynamic.keys()) if (!values.has(name)) values.set(name, null)
      return values
    })
  }

  async #inOrder(request: Target, plan: (resource: Resource) => Values | Refused): Promise<Done> {
    try {
      return await this.#queue.run(`${request.resourceType}/${request.resourceName}`, () => this.#change(request, plan))
    } catch (error) {
      if (isBrokerError(error)) return refuse("KAFKA_STORAGE_ERROR", error.message)
      throw error
    }
  }

  async #change(request: Target, plan: (resource: Resource) => Values | Refused): Promise<Done> {
    const resource = this.#resource(request)
    if ("ok" in resource) return resource
    const values = plan(resource)
    if ("ok" in values) return values
    const why = resource.type === resourceTypes.group ? this.#whyBadGroup(resource, values) : undefined
    if (why) return refuse("INVALID_CONFIG", why)
    if (request.validateOnly || values.size === 0) return { ok: true }
    const { type, name: resourceName } = resource
    await this.#options.log.append([...values].map(([name, value]) => ({ type: "config", resourceType: type, resourceName, name, value })))
    if (type !== resourceTypes.group)
      this.#applyToLogs(type === resourceTypes.topic ? this.#options.catalog.topic(resourceName) : undefined)
    return { ok: true }
  }

  #whyBadGroup({ dynamic }: Resource, values: Values): string | undefined {
    const { configs } = this.#options
    const after = new Map([...dynamic, ...values].flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])))
    const inherited = (name: string) => configs.broker(groupConfigs.get(name)?.brokerName ?? name)
    return whyBadGroupConfigs(after, { inherited, broker: (name) => configs.brokerNumber(name) })
  }

  #resource({ resourceType, resourceName }: Target): Resource | Refused {
    const { catalog, configs, nodeId } = this.#options
    if (resourceType === resourceTypes.broker) {
      if (resourceName !== "" && resourceName !== String(nodeId))
        return refuse("INVALID_REQUEST", `No broker is called ${quote(resourceName)}; the only one is ${nodeId}, and "" stands for all`)
      const dynamic = catalog.brokerConfigs(resourceName)
      return { type: resourceType, name: resourceName, table: brokerConfigs, currentValue: (name) => configs.broker(name), dynamic }
    }
    if (resourceType === resourceTypes.group) {
      const currentValue = (name: string) => configs.group(resourceName, name)
      const dynamic = catalog.groupConfigs(resourceName)
      return whyBadGroupName(resourceName) ?? { type: resourceType, name: resourceName, table: groupConfigs, currentValue, dynamic }
    }
    if (resourceType !== resourceTypes.topic) return whyNoConfigs(resourceType)
    const topic = catalog.topic(resourceName)
    if (!topic) return refuse("UNKNOWN_TOPIC_OR_PARTITION", `Topic ${quote(resourceName)} does not exist`)
    if (topic.isInternal) return refuse("INVALID_CONFIG", `The configs of ${quote(resourceName)} belong to the broker`)
    const currentValue = (name: string) => configs.topic(topic, name)
    return { type: resourceType, name: resourceName, table: topicConfigs, currentValue, dynamic: topic.configs }
  }

  /** One topic, or after a change of the broker's defaults all of them. */
  #applyToLogs(changed: Topic | undefined): void {
    const { catalog, configs, logs } = this.#options
    for (const topic of changed ? [changed] : catalog.topics()) {
      const config = configs.logConfig(topic)
      for (let index = 0; index < topic.partitionCount; index++) logs.partition(topic.name, index)?.updateConfig(config)
    }
  }
}

function newValues(resource: Resource, changes: readonly ConfigChange[]): Values | Refused {
  const values: Values = new Map()
  for (const change of changes) {
    if (values.has(change.name)) return refuse("INVALID_REQUEST", `Config ${quote(change.name)} is changed twice`)
    const value = newValue(resource, change)
    if (typeof value === "object" && value !== null) return value
    values.set(change.name, value)
  }
  return values
}

function newValue({ table, currentValue }: Resource, change: ConfigChange): string | null | Refused {
  const operation = operations[change.operation]
  if (!operation)
    return refuse(
      "INVALID_REQUEST",
      `Operation ${change.operation} on ${quote(change.name)} is unknown; 0 to 3 are SET, DELETE, APPEND, SUBTRACT`,
    )
  const definition = table.get(change.name)
  if (!definition)
    return refuse(
      "INVALID_CONFIG",
      `Unknown config ${quote(change.name)}; the nearest known one is ${nearest(change.name, namesOf(table))}`,
    )
  if (definition.readOnly) return refuse("INVALID_REQUEST", `${definition.name} is read-only; it is set when the broker starts`)
  if (operation === "delete") return null
  if (change.value === null) return refuse("INVALID_REQUEST", `${definition.name} needs a value for ${operation.toUpperCase()}`)
  if (operation !== "set" && definition.type !== "list")
    return refuse("INVALID_CONFIG", `${operation.toUpperCase()} works on lists; ${definition.name} is of type ${definition.type}`)
  return accepted(table, definition, operated(operation, { now: currentValue(definition.name), value: change.value }))
}

function operated(operation: Operation, { now, value }: { now: string; value: string }): string {
  if (operation === "set") return value
  const [present, given] = [splitList(now), splitList(value)]
  if (operation === "append") return [...present, ...given.filter((item) => !present.includes(item))].join(",")
  return present.filter((item) => !given.includes(item)).join(",")
}

function accepted(table: ConfigTable, definition: ConfigDefinition, value: string): string | Refused {
  const why = table.whyRefused(definition.name, value)
  return why ? refuse("INVALID_CONFIG", why) : value
}

function* namesOf(table: ConfigTable): Generator<string> {
  for (const definition of table.all()) yield definition.name
}
