// Custom resources as this package reads them. The API server validated them against the schemas of @rivven/resources when they were written.
import type { KubeObject } from "@rivven/kube"
import type { RivvenCluster, RivvenTopic } from "@rivven/resources"
import type { ConditionView } from "../../view-model.ts"

type Typed<T extends { spec: unknown; status?: unknown }> = KubeObject & { spec: T["spec"]; status?: T["status"] }
export type ClusterObject = Typed<RivvenCluster>
export type TopicObject = Typed<RivvenTopic>

export interface ClusterResource {
  /** How the console calls it: the resource's name, with its namespace in front unless that is the default one. */
  name: string
  namespace: string
  object: ClusterObject
}

export interface TopicResource {
  namespace: string
  name: string
  /** Console name of the cluster that it belongs to. */
  cluster: string
  /** Name of the topic on the broker. */
  topic: string
  object: TopicObject
}

export function clusterNameOf(key: { namespace: string; name: string }, defaultNamespace: string): string {
  return key.namespace === defaultNamespace ? key.name : `${key.namespace}/${key.name}`
}

export function asCluster(object: ClusterObject, defaultNamespace: string): ClusterResource {
  const { name, namespace = defaultNamespace } = object.metadata
  return { name: clusterNameOf({ namespace, name }, defaultNamespace), namespace, object }
}

export function asTopic(object: TopicObject, defaultNamespace: string): TopicResource {
  const { name, namespace = defaultNamespace } = object.metadata
  const { clusterRef, topicName = name } = object.spec
  const cluster = clusterNameOf({ namespace: clusterRef.namespace ?? namespace, name: clusterRef.name }, defaultNamespace)
  return { namespace, name, cluster, topic: topicName, object }
}

/** Where clients reach the cluster; empty while nobody knows. */
export function bootstrapServersOf({ spec, status }: ClusterObject): readonly string[] {
  return spec.external?.bootstrapServers ?? status?.brokerEndpoints ?? []
}

type Conditions = NonNullable<NonNullable<TopicObject["status"]>["conditions"]>

export function viewConditions(conditions: Conditions | undefined): ConditionView[] {
  return (conditions ?? []).map(({ type, status, reason, message, lastTransitionTime }) => ({
    type,
    status,
    reason,
    message: message ?? "",
    changedAt: epochOf(lastTransitionTime),
  }))
}

/** Milliseconds of a Kubernetes time; null for anything else. */
export function epochOf(time: unknown): number | null {
  const ms = typeof time === "string" ? Date.parse(time) : Number.NaN
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}
