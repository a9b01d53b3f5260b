/** Configs of topics, brokers and groups, with where each value comes from; changes are incremental and may be only checked. */
import type { ResponseOf } from "@rivven/protocol"
import { DescribeConfigs, IncrementalAlterConfigs } from "@rivven/protocol/messages"
import type { Cluster, Route } from "../cluster.ts"
import { failed, type Result } from "../errors.ts"
import { answerOf, callItems } from "./items.ts"
import type { CallTimeout } from "./timeout.ts"

const resourceTypes = { topic: 2, broker: 4, "broker-logger": 8, "client-metrics": 16, group: 32 } as const
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const
const sources = [
  "unknown",
  "topic",
  "dynamic-broker",
  "dynamic-default-broker",
  "static-broker",
  "default",
  "dynamic-broker-logger",
  "client-metrics",
  "group",
] as const
const types = ["unknown", "boolean", "string", "int", "short", "long", "double", "list", "class", "password"] as const

/** `name` is the topic or group, or the broker's id as text; `""` with type `broker` means the default of all brokers. */
export type ConfigResource = { type: keyof typeof resourceTypes; name: string }
export type ConfigSource = (typeof sources)[number]
export type ConfigType = (typeof types)[number]
export type ConfigSynonym = { name: string; value: string | null; source: ConfigSource }

export type ConfigEntry = {
  name: string
  /** `null` when it is sensitive, or has no value. */
  value: string | null
  source: ConfigSource
  type: ConfigType
  isReadOnly: boolean
  isSensitive: boolean
  /** All places that set it, the one that wins first. Empty unless asked for. */
  synonyms: ConfigSynonym[]
  documentation: string | null
}

export type ConfigQuery = ConfigResource & {
  /** Only these; all when left out. */
  keys?: readonly string[]
}

export type ConfigOperation = { name: string; op: "set" | "append" | "subtract"; value: string } | { name: string; op: "delete" }
export type ConfigChange = ConfigResource & { operations: readonly ConfigOperation[] }

export class ConfigsAdmin {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** One list of entries per resource, in the order given. */
  describe(
    resources: readonly ConfigQuery[],
    options: CallTimeout & { includeSynonyms?: boolean; includeDocumentation?: boolean } = {},
  ): Promise<Result<ConfigEntry[]>[]> {
    const { includeSynonyms = false, includeDocumentation = false, timeoutMs } = options
    return this.#perBroker(resources, timeoutMs, async (group, to) => {
      const wire = group.map(({ type, name, keys }) => ({
        resourceType: resourceTypes[type],
        resourceName: name,
        configurationKeys: keys === undefined ? null : [...keys],
      }))
      const answer = await this.#cluster.call(
        DescribeConfigs,
        (version) => ({
          resources: wire,
          includeSynonyms: version >= 1 && includeSynonyms,
          includeDocumentation: version >= 3 && includeDocumentation,
        }),
        to,
      )
      if (!answer.ok) return group.map(() => answer)
      return group.map((query) => answerOf(findResource(answer.value.results, query), ({ configs }) => configs.map(readEntry)))
    })
  }

  /** One result per resource, in the order given; each resource changes as a whole or not at all. */
  incrementalAlter(changes: readonly ConfigChange[], options: CallTimeout & { validateOnly?: boolean } = {}): Promise<Result<void>[]> {
    const isDouble = (change: ConfigChange) =>
      changes.some((other) => other !== change && other.type === change.type && other.name === change.name)
    return this.#perBroker(changes, options.timeoutMs, async (group, to) => {
      const wanted = group.filter((change) => !isDouble(change))
      const body = { resources: wanted.map(wireChange), validateOnly: options.validateOnly ?? false }
      const answer = wanted.length === 0 ? null : await this.#cluster.call(IncrementalAlterConfigs, body, to)
      return group.map((change) => {
        if (isDouble(change)) return failed("BAD_INPUT", `${change.type} ${change.name} is given more than once`)
        if (answer === null || !answer.ok) return answer ?? failed("BAD_INPUT", "nothing to change")
        return answerOf(findResource(answer.value.responses, change), () => undefined)
      })
    })
  }

  /** What concerns one named broker goes to that broker, everything else to any. */
  #perBroker<R extends ConfigResource, T>(
    resources: readonly R[],
    timeoutMs: number | undefined,
    send: (group: readonly R[], to: { route: Route; timeoutMs: number }) => Promise<Result<T>[]>,
  ): Promise<Result<T>[]> {
    return callItems(
      this.#cluster,
      { items: resources, timeoutMs, isFinal: ({ code }) => code === "UNKNOWN_TOPIC_OR_PARTITION" || code === "UNKNOWN_BROKER" },
      async (open, shareMs) => {
        const results = new Map<R, Result<T>>()
        const groups = [...Map.groupBy(open, (resource) => brokerOf(resource))]
        await Promise.all(
          groups.map(async ([id, group]) => {
            const answers = await send(group, { route: id === null ? { to: "any" } : { to: "broker", id }, timeoutMs: shareMs })
            group.forEach((resource, index) => {
              const answer = answers[index]
              if (answer !== undefined) results.set(resource, answer)
            })
          }),
        )
        return open.map((resource) => results.get(resource) ?? failed("BAD_ANSWER", "the broker's answer leaves this item out"))
      },
    )
  }
}

function brokerOf({ type, name }: ConfigResource): number | null {
  const isOneBroker = (type === "broker" || type === "broker-logger") && /^\d{1,9}$/.test(name)
  return isOneBroker ? Number(name) : null
}

function wireChange({ type, name, operations: wanted }: ConfigChange) {
  return {
    resourceType: resourceTypes[type],
    resourceName: name,
    configs: wanted.map((operation) => ({
      name: operation.name,
      configOperation: operations[operation.op],
      value: operation.op === "delete" ? null : operation.value,
    })),
  }
}

function findResource<W extends { resourceType: number; resourceName: string }>(
  answers: readonly W[],
  { type, name }: ConfigResource,
): W | undefined {
  return answers.find(({ resourceType, resourceName }) => resourceType === resourceTypes[type] && resourceName === name)
}

type WireEntry = ResponseOf<typeof DescribeConfigs>["results"][number]["configs"][number]

function readEntry(entry: WireEntry): ConfigEntry {
  return {
    name: entry.name,
    value: entry.value,
    source: sources[entry.configSource] ?? "unknown",
    type: types[entry.configType] ?? "unknown",
    isReadOnly: entry.readOnly,
    isSensitive: entry.isSensitive,
    synonyms: entry.synonyms.map(({ name, value, source }) => ({ name, value, source: sources[source] ?? "unknown" })),
    documentation: entry.documentation,
  }
}
