// Which value a config has, and where it comes from. Layers, first match wins: the topic's or group's own, this broker's dynamic, all brokers'
// dynamic, what the process was started with, the default of the table. Reads only; the catalog owns the dynamic layers.
import { brokerConfigs } from "../broker-configs.ts"
import { type ConfigDefinition, type ConfigTable, splitList, toNumber } from "../config.ts"
import type { Durability, LogConfig } from "../log/model.ts"
import type { Catalog, Topic } from "./catalog.ts"
import { groupConfigs } from "./group-configs.ts"
import { topicConfigs } from "./topic-configs.ts"

export const configSources = { topic: 1, dynamicBroker: 2, dynamicDefaultBroker: 3, staticBroker: 4, default: 5, group: 8 } as const
export type ConfigSource = keyof typeof configSources

export interface ConfigSynonym {
  readonly name: string
  readonly value: string
  readonly source: ConfigSource
}

export interface ConfigEntry {
  readonly definition: ConfigDefinition
  readonly value: string
  readonly source: ConfigSource
  /** Every layer that has a value, the one in force first. */
  readonly synonyms: readonly ConfigSynonym[]
}

interface OwnLayer {
  readonly configs: ReadonlyMap<string, string>
  readonly source: "topic" | "group"
}

export interface ConfigStoreOptions {
  readonly catalog: Catalog
  readonly nodeId: number
  /** Broker configs given when the process started. */
  readonly statics: ReadonlyMap<string, string>
}

export class ConfigStore {
  readonly #catalog: Catalog
  readonly #nodeName: string
  readonly #statics: ReadonlyMap<string, string>

  constructor({ catalog, nodeId, statics }: ConfigStoreOptions) {
    this.#catalog = catalog
    this.#nodeName = String(nodeId)
    this.#statics = statics
  }

  broker(name: string): string {
    return (
      this.#catalog.brokerConfigs(this.#nodeName).get(name) ??
      this.#catalog.brokerConfigs("").get(name) ??
      this.#statics.get(name) ??
      brokerConfigs.default(name)
    )
  }

  brokerNumber(name: string): number {
    return toNumber(this.broker(name))
  }

  topic(topic: Topic, name: string): string {
    const own = topic.configs.get(name)
    if (own !== undefined) return own
    const brokerName = topicConfigs.get(name)?.brokerName
    return brokerName === undefined ? topicConfigs.default(name) : this.broker(brokerName)
  }

  group(group: string, name: string): string {
    const brokerName = groupConfigs.get(name)?.brokerName
    return this.#catalog.groupConfigs(group).get(name) ?? (brokerName === undefined ? groupConfigs.default(name) : this.broker(brokerName))
  }

  groupEntries(group: string): ConfigEntry[] {
    const own = { configs: this.#catalog.groupConfigs(group), source: "group" } as const
    return entries(groupConfigs, (definition) => this.#layers(own, definition))
  }

  topicEntries(topic: Topic): ConfigEntry[] {
    return this.plannedEntries(topic.configs)
  }

  /** What a topic that is about to exist with these configs would show. */
  plannedEntries(configs: ReadonlyMap<string, string>): ConfigEntry[] {
    return entries(topicConfigs, (definition) => this.#layers({ configs, source: "topic" }, definition))
  }

  brokerEntries(): ConfigEntry[] {
    return entries(brokerConfigs, ({ name }) => [
      ...this.#brokerLayers(name),
      { name, value: brokerConfigs.default(name), source: "default" },
    ])
  }

  /** The dynamic defaults of all brokers alone, as Kafka answers for the broker named "". */
  defaultBrokerEntries(): ConfigEntry[] {
    const dynamic = this.#catalog.brokerConfigs("")
    return [...dynamic].flatMap(([name, value]) => {
      const definition = brokerConfigs.get(name)
      const own: ConfigSynonym = { name, value, source: "dynamicDefaultBroker" }
      return definition ? [{ definition, value, source: own.source, synonyms: [own] }] : []
    })
  }

  /** What the log needs to know of a topic. */
  logConfig(topic: Pick<Topic, "configs" | "isInternal">): Partial<LogConfig> {
    const value = (name: string) => this.topic(topic as Topic, name)
    const number = (name: string) => toNumber(value(name))
    const policies = splitList(value("cleanup.policy"))
    const keepsAll = topic.isInternal || !policies.includes("delete")
    const isCompacted = topic.isInternal || policies.includes("compact")
    return {
      durability: topic.isInternal ? "fsync" : (value("durability") as Durability),
      segmentBytes: number("segment.bytes"),
      segmentMs: isCompacted ? Math.min(number("segment.ms"), number("max.compaction.lag.ms")) : number("segment.ms"),
      segmentIndexBytes: number("segment.index.bytes"),
      indexIntervalBytes: number("index.interval.bytes"),
      retentionMs: keepsAll ? -1 : number("retention.ms"),
      retentionBytes: keepsAll ? -1 : number("retention.bytes"),
      maxMessageBytes: topic.isInternal ? toNumber(this.broker("socket.request.max.bytes")) : number("max.message.bytes"),
      timestampType: value("message.timestamp.type") as LogConfig["timestampType"],
      timestampBeforeMaxMs: number("message.timestamp.before.max.ms"),
      timestampAfterMaxMs: topic.isInternal ? Number.MAX_SAFE_INTEGER : number("message.timestamp.after.max.ms"),
      producerExpirationMs: this.brokerNumber("producer.id.expiration.ms"),
      cleanupPolicy: !isCompacted ? "delete" : keepsAll ? "compact" : "compact,delete",
      minCleanableDirtyRatio: number("min.cleanable.dirty.ratio"),
      minCompactionLagMs: number("min.compaction.lag.ms"),
      maxCompactionLagMs: number("max.compaction.lag.ms"),
      deleteRetentionMs: number("delete.retention.ms"),
    }
  }

  #layers({ configs, source }: OwnLayer, { name, brokerName, default: fallback }: ConfigDefinition): ConfigSynonym[] {
    const own = configs.get(name)
    const layers: ConfigSynonym[] = own === undefined ? [] : [{ name, value: own, source }]
    if (brokerName !== undefined) layers.push(...this.#brokerLayers(brokerName))
    layers.push({ name: brokerName ?? name, value: fallback, source: "default" })
    return layers
  }

  #brokerLayers(name: string): ConfigSynonym[] {
    const layers: readonly [string | undefined, ConfigSource][] = [
      [this.#catalog.brokerConfigs(this.#nodeName).get(name), "dynamicBroker"],
      [this.#catalog.brokerConfigs("").get(name), "dynamicDefaultBroker"],
      [this.#statics.get(name), "staticBroker"],
    ]
    return layers.flatMap(([value, source]) => (value === undefined ? [] : [{ name, value, source }]))
  }
}

function entries(table: ConfigTable, layersOf: (definition: ConfigDefinition) => ConfigSynonym[]): ConfigEntry[] {
  return [...table.all()].flatMap((definition) => {
    const synonyms = layersOf(definition)
    const [first] = synonyms
    return first ? [{ definition, value: first.value, source: first.source, synonyms }] : []
  })
}
