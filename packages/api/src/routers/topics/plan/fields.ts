// Fields of a RivvenTopic: as paths with values, with their names and values in words.
import { topicConfigKeys } from "@rivven/resources"
import { fieldName } from "@rivven/resources/kit"
import { isRecord } from "../../../sources/kube/ownership.ts"
import { configWords } from "../config-words.ts"
import type { FieldChange } from "../plan-schema.ts"

/** Key of a path in maps. */
export type PathKey = string

export interface Leaf {
  path: readonly string[]
  value: unknown
}

/** Maps that are one value to the API server. */
const atomic: ReadonlySet<PathKey> = new Set([keyOfPath(["spec", "clusterRef"])])

export function keyOfPath(path: readonly string[]): PathKey {
  return JSON.stringify(path)
}

/** The fields of a value that can be owned one by one: scalars, lists, atomic maps. */
export function leavesOf(value: unknown, path: readonly string[] = []): Map<PathKey, Leaf> {
  if (!isRecord(value) || atomic.has(keyOfPath(path)))
    return value === undefined ? new Map() : new Map([[keyOfPath(path), { path, value }]])
  return new Map(Object.entries(value).flatMap(([name, child]) => [...leavesOf(child, [...path, name])]))
}

/** Puts fields together again. */
export function treeOf(leaves: Iterable<Leaf>): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const { path, value } of leaves) {
    let at = root
    for (const name of path.slice(0, -1)) {
      const child = Object.hasOwn(at, name) ? at[name] : undefined
      const next: Record<string, unknown> = isRecord(child) ? child : {}
      define(at, name, next)
      at = next
    }
    define(at, path.at(-1) ?? "", value)
  }
  return root
}

/** As an own property, whatever its name: `__proto__` is a name like any other. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

const labels: Readonly<Record<string, string>> = {
  "spec.clusterRef": "Cluster",
  "spec.topicName": "Topic name",
  "spec.partitions": "Partitions",
  "spec.replicationFactor": "Replication factor",
  "spec.acls": "Access",
  "spec.deleteOnRemove": "Delete the topic with the resource",
  "spec.adoptionPolicy": "If the topic exists",
  "spec.replicationChangePolicy": "If replication changes",
  "spec.config.retentionMs": "Retention",
  "spec.config.retentionBytes": "Retention size",
  "spec.config.segmentBytes": "Segment size",
  "spec.config.cleanupPolicy": "Cleanup policy",
  "spec.config.compressionType": "Compression",
  "spec.config.minInsyncReplicas": "Minimum in-sync replicas",
  "spec.config.maxMessageBytes": "Largest message",
  "spec.config.messageTimestampType": "Timestamps",
  "spec.config.flushIntervalMs": "Flush interval",
}

export function fieldLabel(path: readonly string[]): string {
  const last = path.at(-1) ?? ""
  return labels[path.join(".")] ?? (path[1] === "topicLabels" || path[1] === "labels" ? `Label ${last}` : last)
}

/** A value of a field as a person reads it. */
export function fieldWords(path: readonly string[], value: unknown): string {
  if (isRecord(value) && typeof value.name === "string") return value.name
  const exact = exactText(value)
  const [root, section, name = ""] = path
  if (root !== "spec" || section !== "config") return exact
  if (name === "custom") return configWords(path.at(-1) ?? "", exact)
  return configWords(topicConfigKeys[name as keyof typeof topicConfigKeys] ?? name, exact)
}

export function exactText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value)
}

/** What differs between two sets of fields, in the order of the second. */
export function diffFields(before: ReadonlyMap<PathKey, Leaf>, after: ReadonlyMap<PathKey, Leaf>): FieldChange[] {
  const paths = new Map([...after, ...before].map(([key, { path }]) => [key, path]))
  return [...paths].flatMap(([key, path]): FieldChange[] => {
    const [from, to] = [before.get(key), after.get(key)]
    if (from && to && isSame(from.value, to.value)) return []
    return [
      {
        field: fieldName(path),
        label: fieldLabel(path),
        from: from ? fieldWords(path, from.value) : null,
        to: to ? fieldWords(path, to.value) : null,
        fromExact: from ? exactText(from.value) : null,
        toExact: to ? exactText(to.value) : null,
      },
    ]
  })
}

/** What a merge patch says: changed fields with their new value, removed ones with null. */
export function patchOf(before: ReadonlyMap<PathKey, Leaf>, after: ReadonlyMap<PathKey, Leaf>): Record<string, unknown> {
  const changed = [...after].filter(([key, leaf]) => !isSame(before.get(key)?.value, leaf.value)).map(([, leaf]) => leaf)
  const removed = [...before].filter(([key]) => !after.has(key)).map(([, { path }]) => ({ path, value: null }))
  return treeOf([...changed, ...removed])
}

export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b)
}

/** JSON with sorted keys: equal values, equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  )
}
