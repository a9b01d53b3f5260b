// Shapes of what travels: objects, lists, watch events. JSON goes in and out untouched, so that fields this code does not know survive.

export type OwnerReference = {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export type ManagedFieldsEntry = {
  manager?: string
  operation?: "Apply" | "Update"
  apiVersion?: string
  time?: string
  fieldsType?: string
  fieldsV1?: Record<string, unknown>
  subresource?: string
}

export type ObjectMeta = {
  name: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  ownerReferences?: OwnerReference[]
  managedFields?: ManagedFieldsEntry[]
}

export type KubeObject = {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** Any object: fields beyond metadata are looked at with care. */
export type AnyObject = KubeObject & Record<string, unknown>

export type ObjectKey = { namespace?: string; name: string }

export type ListMeta = { resourceVersion: string; continue?: string; remainingItemCount?: number }

export type KubeList<T extends KubeObject = AnyObject> = { apiVersion: string; kind: string; metadata: ListMeta; items: T[] }

export type WatchEvent<T extends KubeObject = AnyObject> =
  | { type: "ADDED" | "MODIFIED" | "DELETED"; object: T }
  | { type: "BOOKMARK"; object: { metadata: { resourceVersion: string; annotations?: Record<string, string> } } }

/** `namespace/name`, or `name` where there is no namespace: the key of work queues and caches. */
export function keyOf(object: { metadata: { namespace?: string; name: string } }): string {
  return formatKey(object.metadata)
}

export function formatKey({ namespace, name }: ObjectKey): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`
}

export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf("/")
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** A field of unknown type as text: absent is empty. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value
  return value === undefined || value === null ? "" : JSON.stringify(value)
}
