// The kinds that this layer can address: group, version, plural and whether they live in a namespace.
import { kinds, apiVersion as rivvenApiVersion } from "@rivven/resources"
import { KubeError } from "./errors.ts"

export type ResourceType = {
  /** "" is the core group. */
  group: string
  version: string
  plural: string
  kind: string
  isNamespaced: boolean
}

type Row = readonly [apiVersion: string, kind: string, plural: string, scope?: "cluster"]

const rows: readonly Row[] = [
  ...Object.values(kinds).map(({ kind, plural }): Row => [rivvenApiVersion, kind, plural]),
  ["v1", "Namespace", "namespaces", "cluster"],
  ["v1", "Secret", "secrets"],
  ["v1", "ConfigMap", "configmaps"],
  ["v1", "Event", "events"],
  ["v1", "Service", "services"],
  ["v1", "ServiceAccount", "serviceaccounts"],
  ["v1", "Pod", "pods"],
  ["v1", "PersistentVolumeClaim", "persistentvolumeclaims"],
  ["apps/v1", "StatefulSet", "statefulsets"],
  ["apps/v1", "Deployment", "deployments"],
  ["policy/v1", "PodDisruptionBudget", "poddisruptionbudgets"],
  ["networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"],
  ["autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"],
  ["events.k8s.io/v1", "Event", "events"],
  ["coordination.k8s.io/v1", "Lease", "leases"],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", "cluster"],
  ["authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", "cluster"],
]

const byKind = new Map(rows.map((row) => [`${row[0]} ${row[1]}`, Object.freeze(toType(row))]))

function toType([apiVersion, kind, plural, scope]: Row): ResourceType {
  const { group, version } = parseApiVersion(apiVersion)
  return { group, version, plural, kind, isNamespaced: scope !== "cluster" }
}

export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/")
  return slash < 0 ? { group: "", version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

export function formatApiVersion({ group, version }: { group: string; version: string }): string {
  return group === "" ? version : `${group}/${version}`
}

/** Throws `UnknownKind` for a kind outside the table. */
export function resourceTypeOf({ apiVersion, kind }: { apiVersion: string; kind: string }): ResourceType {
  const type = byKind.get(`${apiVersion} ${kind}`)
  if (type) return type
  throw new KubeError("UnknownKind", `no resource type is known for kind ${kind} of ${apiVersion}`)
}

/** Types by the name that reads best in code. */
export const resourceTypes = {
  rivvenClusters: resourceTypeOf({ apiVersion: rivvenApiVersion, kind: kinds.cluster.kind }),
  rivvenTopics: resourceTypeOf({ apiVersion: rivvenApiVersion, kind: kinds.topic.kind }),
  rivvenConnects: resourceTypeOf({ apiVersion: rivvenApiVersion, kind: kinds.connect.kind }),
  namespaces: resourceTypeOf({ apiVersion: "v1", kind: "Namespace" }),
  secrets: resourceTypeOf({ apiVersion: "v1", kind: "Secret" }),
  configMaps: resourceTypeOf({ apiVersion: "v1", kind: "ConfigMap" }),
  coreEvents: resourceTypeOf({ apiVersion: "v1", kind: "Event" }),
  events: resourceTypeOf({ apiVersion: "events.k8s.io/v1", kind: "Event" }),
  leases: resourceTypeOf({ apiVersion: "coordination.k8s.io/v1", kind: "Lease" }),
  customResourceDefinitions: resourceTypeOf({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" }),
} as const
