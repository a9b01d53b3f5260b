import type { ConfigEntry } from "@rivven/client"
import { topicConfigKeys } from "@rivven/resources"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { ApiError } from "../../errors.ts"
import { failureOf, findCluster, needBroker } from "../../sources/cluster.ts"
import type { TopicResource } from "../../sources/kube/objects.ts"
import { configRisk, configWords } from "./config-words.ts"
import type * as schema from "./schema.ts"
import type { ConfigRow } from "./schema.ts"

type Source = ConfigRow["source"]

const sources: Record<ConfigEntry["source"], Source> = {
  unknown: "default",
  topic: "topic",
  "dynamic-broker": "broker",
  "dynamic-default-broker": "broker",
  "static-broker": "static",
  default: "default",
  "dynamic-broker-logger": "broker",
  "client-metrics": "default",
  group: "default",
}

const fieldOf = new Map<string, string>(Object.entries(topicConfigKeys).map(([field, key]) => [key, `spec.config.${field}`]))

export async function listConfigs(
  ctx: Context,
  { cluster, topic }: z.output<typeof schema.topicInput>,
): Promise<z.output<typeof schema.configs>> {
  const access = await findCluster(ctx.deps, cluster)
  const broker = needBroker(access)
  const read = (await broker.configs.read([topic], { maxAgeMs: 5_000, priority: "page" })).get(topic)
  if (!read?.entries) {
    const isUnknown = read?.failure?.code === "UNKNOWN_TOPIC_OR_PARTITION"
    throw new ApiError(
      isUnknown ? "NOT_FOUND" : "SOURCE_FAILED",
      isUnknown ? `there is no topic ${topic} on the broker` : (read?.failure?.message ?? "no answer"),
    )
  }
  const resource = ctx.deps.resources.topic(cluster, topic)
  const rows = read.entries.map((entry) => viewConfig(entry, resource)).sort(setFirst)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).used(read.asOf).lacks(...access.degraded)
  if (read.failure)
    builder.lacks(...failureOf({ value: rows, asOf: read.asOf, failure: { ...read.failure, retryAt: null } }, `topic:${topic}`))
  return builder.answer(rows)
}

function viewConfig(entry: ConfigEntry, resource: TopicResource | undefined): ConfigRow {
  const { name, value, type, documentation, isReadOnly, isSensitive, synonyms } = entry
  const isOurs = resource?.object.status?.managedConfigKeys?.includes(name) ?? false
  const sourceOf = (source: ConfigEntry["source"]): Source => (source === "topic" && isOurs ? "resource" : sources[source])
  return {
    name,
    value,
    valueText: value === null ? "hidden" : configWords(name, value),
    source: sourceOf(entry.source),
    synonyms: synonyms.map((synonym) => ({ ...synonym, source: sourceOf(synonym.source) })),
    type,
    documentation: documentation ?? "",
    isReadOnly,
    isSensitive,
    risk: configRisk(name),
    field: isReadOnly ? null : (fieldOf.get(name) ?? `spec.config.custom["${name}"]`),
  }
}

const rank: Record<Source, number> = { resource: 0, topic: 0, broker: 1, static: 2, default: 3 }

function setFirst(a: ConfigRow, b: ConfigRow): number {
  return rank[a.source] - rank[b.source] || (a.name < b.name ? -1 : 1)
}
