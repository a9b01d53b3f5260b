// The resource that says what a topic is now: what adopting it would write. Every config that the kind has a field for is written down, because a
// field left out would be filled with the kind's default and change the topic.

import type { ConfigEntry } from "@rivven/client"
import { apiVersion, topicConfigKeys } from "@rivven/resources"
import type { ClusterResource } from "../../../sources/kube/objects.ts"
import type { ObservedTopic } from "./observed.ts"
import { type GivenTopic, resourceNameOf } from "./parse-draft.ts"

export interface PreviewTarget {
  cluster: ClusterResource
  topic: string
  resourceName?: string
  namespace?: string
}

const numbers: ReadonlySet<string> = new Set([
  "retentionMs",
  "retentionBytes",
  "segmentBytes",
  "minInsyncReplicas",
  "maxMessageBytes",
  "flushIntervalMs",
])
/** Without a default in the kind: written only when the topic sets it. */
const optional: ReadonlySet<string> = new Set(["flushIntervalMs"])

export function previewResource(
  observed: ObservedTopic,
  { cluster, topic, resourceName, namespace = cluster.namespace }: PreviewTarget,
): GivenTopic {
  const name = resourceName ?? resourceNameOf(topic)
  const clusterName = cluster.object.metadata.name
  const clusterRef = namespace === cluster.namespace ? { name: clusterName } : { name: clusterName, namespace: cluster.namespace }
  const custom = customOf(observed.configs)
  return {
    apiVersion,
    kind: "RivvenTopic",
    metadata: { name, namespace },
    spec: {
      clusterRef,
      ...(name === topic ? {} : { topicName: topic }),
      ...(observed.topic ? { partitions: observed.topic.partitions, replicationFactor: observed.topic.replicationFactor } : {}),
      config: { ...dedicatedOf(observed.configs), ...(Object.keys(custom).length > 0 ? { custom } : {}) },
    },
  }
}

function dedicatedOf(configs: readonly ConfigEntry[]): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(topicConfigKeys).flatMap(([field, key]): [string, string | number][] => {
      const entry = configs.find(({ name }) => name === key)
      if (!entry || entry.value === null || (optional.has(field) && entry.source !== "topic")) return []
      return [[field, numbers.has(field) ? Number(entry.value) : entry.value]]
    }),
  )
}

/** Configs that somebody set on the topic and the kind has no field for. */
export function customOf(configs: readonly ConfigEntry[]): Record<string, string> {
  const dedicated: ReadonlySet<string> = new Set(Object.values(topicConfigKeys))
  return Object.fromEntries(
    configs.flatMap(({ name, value, source, isSensitive }): [string, string][] =>
      source === "topic" && value !== null && !isSensitive && !dedicated.has(name) ? [[name, value]] : [],
    ),
  )
}
