// Pure: what a RivvenTopic wants, how that differs from what the broker says, and what has to be done. No I/O, no clock.
import type { ConfigEntry, ConfigOperation, NewTopic, TopicDescription } from "@rivven/client"
import { type RivvenTopic, type RivvenTopicSpec, topicConfigKeys } from "@rivven/resources"

export type Drift = { field: string; desired?: string; observed?: string }

/** Under these the broker moves replicas; they are never ours. */
const throttles = new Set(["leader.replication.throttled.replicas", "follower.replication.throttled.replicas"])

export function topicNameOf({ metadata, spec }: RivvenTopic): string {
  return spec.topicName ?? metadata.name
}

const internalNames = new Set(["__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata"])

/** The broker's own topics, known by name because a broker may hide them. */
export function isInternalName(name: string): boolean {
  return internalNames.has(name)
}

/** Key of the RivvenCluster that the topic refers to. */
export function clusterKeyOf({ metadata, spec }: RivvenTopic): string {
  return `${spec.clusterRef.namespace ?? metadata.namespace}/${spec.clusterRef.name}`
}

/** The topic on the cluster, as an index over resources that want the same one. */
export function claimOf(topic: RivvenTopic): string {
  return `${clusterKeyOf(topic)} ${topicNameOf(topic)}`
}

/** The oldest resource has the topic; among equals the name decides. */
export function ownerOf(claimants: readonly RivvenTopic[]): RivvenTopic | undefined {
  return claimants.toSorted((a, b) => (ageKey(a) < ageKey(b) ? -1 : 1))[0]
}

function ageKey({ metadata }: RivvenTopic): string {
  return `${metadata.creationTimestamp ?? ""} ${metadata.namespace}/${metadata.name}`
}

export type DesiredConfigs = {
  values: Map<string, string>
  /** Keys that the external cluster does not let us set. */
  skipped: string[]
}

export function desiredConfigs(spec: RivvenTopicSpec, allowList: readonly string[] | undefined): DesiredConfigs {
  const { custom = {}, ...dedicated } = spec.config
  const all = new Map<string, string>()
  for (const [field, key] of Object.entries(topicConfigKeys)) {
    const value = dedicated[field as keyof typeof dedicated]
    if (value !== undefined) all.set(key, brokerValue(field, value))
  }
  for (const [key, value] of Object.entries(custom)) if (!throttles.has(key)) all.set(key, value)
  const values = new Map([...all].filter(([key]) => !allowList || allowList.includes(key)))
  return { values, skipped: [...all.keys()].filter((key) => !values.has(key)).sort() }
}

/** Brokers call no compression "uncompressed". */
function brokerValue(field: string, value: string | number): string {
  return field === "compressionType" && value === "none" ? "uncompressed" : String(value)
}

/** Where a broker's config key stands in the resource. */
export function fieldOf(key: string): string {
  const dedicated = Object.entries(topicConfigKeys).find(([, name]) => name === key)?.[0]
  return dedicated === undefined ? `spec.config.custom[${key}]` : `spec.config.${dedicated}`
}

export type ConfigState = { desired: ReadonlyMap<string, string>; observed: readonly ConfigEntry[]; managedKeys: readonly string[] }

/** Sets what differs; unsets only what this resource set before and no longer wants. */
export function configOperations({ desired, observed, managedKeys }: ConfigState): ConfigOperation[] {
  const entries = new Map(observed.map((entry) => [entry.name, entry]))
  const managed = new Set(managedKeys)
  const sets = [...desired]
    .filter(([key, value]) => needsSet({ entry: entries.get(key), value, isManaged: managed.has(key) }))
    .map(([name, value]): ConfigOperation => ({ name, op: "set", value }))
  const deletes = managedKeys
    .filter((key) => !desired.has(key) && !throttles.has(key) && entries.get(key)?.source === "topic")
    .map((name): ConfigOperation => ({ name, op: "delete" }))
  return [...sets, ...deletes]
}

type ConfigWish = { entry: ConfigEntry | undefined; value: string; isManaged: boolean }

/** A value that only happens to be the default is made explicit once, so that a later change of defaults does not reach the topic. */
function needsSet({ entry, value, isManaged }: ConfigWish): boolean {
  if (!entry) return true
  if (entry.isSensitive) return !isManaged
  return !isSameValue(entry, value) || (entry.source !== "topic" && !isManaged)
}

/** As the broker compares: numbers by value, lists without order. */
export function isSameValue({ type, value }: Pick<ConfigEntry, "type" | "value">, wanted: string): boolean {
  if (value === null) return false
  if (value === wanted) return true
  if (type === "int" || type === "long" || type === "short" || type === "double") return Number(value) === Number(wanted)
  if (type === "boolean") return value.toLowerCase() === wanted.toLowerCase()
  return type === "list" && listKey(value) === listKey(wanted)
}

function listKey(value: string): string {
  return value
    .split(",")
    .map((item) => item.trim())
    .sort()
    .join(",")
}

/** Configs whose value on the broker is not the wanted one. */
export function configDrift(desired: ReadonlyMap<string, string>, observed: readonly ConfigEntry[]): Drift[] {
  const entries = new Map(observed.map((entry) => [entry.name, entry]))
  return [...desired].flatMap(([key, value]): Drift[] => {
    const entry = entries.get(key)
    if (entry && (entry.isSensitive || isSameValue(entry, value))) return []
    return [{ field: fieldOf(key), desired: clip(value), ...(typeof entry?.value === "string" && { observed: clip(entry.value) }) }]
  })
}

export function replicationFactorOf({ partitions }: TopicDescription): number {
  return Math.max(0, ...partitions.map(({ replicas }) => replicas.length))
}

/** Partitions and replicas that are not as the resource says. */
export function shapeDrift({ partitions, replicationFactor }: RivvenTopicSpec, description: TopicDescription): Drift[] {
  const observedFactor = replicationFactorOf(description)
  const drift: Drift[] = []
  if (partitions !== undefined && partitions !== description.partitions.length) {
    drift.push({ field: "spec.partitions", desired: String(partitions), observed: String(description.partitions.length) })
  }
  if (replicationFactor !== undefined && replicationFactor !== observedFactor) {
    drift.push({ field: "spec.replicationFactor", desired: String(replicationFactor), observed: String(observedFactor) })
  }
  return drift
}

export function newTopic(topic: RivvenTopic, configs: ReadonlyMap<string, string>): NewTopic {
  const { partitions, replicationFactor } = topic.spec
  return {
    name: topicNameOf(topic),
    ...(partitions !== undefined && { partitions }),
    ...(replicationFactor !== undefined && { replicationFactor }),
    configs: Object.fromEntries(configs),
  }
}

/** One line for an event: `spec.partitions 3 → 6`. */
export function describeDrift(drift: readonly Drift[]): string {
  return drift.map(({ field, desired, observed }) => `${field} ${observed ?? "unset"} → ${desired ?? "unset"}`).join(", ")
}

function clip(text: string): string {
  return text.length <= 512 ? text : `${text.slice(0, 511)}…`
}
