// Writes that are safe to repeat: server-side apply, status, finalizers under a resourceVersion test, deletion of exactly what was read.
import type { KubeClient } from "./client.ts"
import { isKubeError } from "./errors.ts"
import type { KubeObject, ObjectKey } from "./object.ts"
import { type ResourceType, resourceTypeOf } from "./resource-types.ts"

export type ApplyOptions = {
  manager: string
  /** Takes over fields that other managers own. */
  force?: boolean
  subresource?: "status" | "scale"
  dryRun?: boolean
  /** What the caller read before; with it an apply that changed nothing is told apart. */
  previous?: KubeObject
}

export type ApplyOutcome = "noop" | "created" | "patched"
export type ApplyResult<T extends KubeObject> = { outcome: ApplyOutcome; object: T }

export async function applyObject<T extends KubeObject>(client: KubeClient, object: T, options: ApplyOptions): Promise<ApplyResult<T>> {
  const { previous, ...write } = options
  const { managedFields: _owned, ...metadata } = object.metadata
  const answer = await client.patch<T>(resourceTypeOf(object), {
    ...write,
    key: object.metadata,
    contentType: "application/apply-patch+yaml",
    body: { ...object, metadata },
    isIdempotent: true,
  })
  const isSame = previous !== undefined && previous.metadata.resourceVersion === answer.object.metadata.resourceVersion
  return { object: answer.object, outcome: answer.isNew ? "created" : isSame ? "noop" : "patched" }
}

export type PatchStatusOptions = {
  manager: string
  dryRun?: boolean
  /** Only while the object is still at this version; else `Conflict`. */
  resourceVersion?: string
}

export async function patchStatus<T extends KubeObject>(
  client: KubeClient,
  object: KubeObject & { status: object },
  options: PatchStatusOptions,
): Promise<T> {
  const { apiVersion, kind, metadata, status } = object
  // API servers ignore a uid here: a status meant for a deleted object may land on its successor, until that is reconciled.
  const identity = { name: metadata.name, namespace: metadata.namespace, resourceVersion: options.resourceVersion }
  const { object: written } = await client.patch<T>(resourceTypeOf(object), {
    ...options,
    key: metadata,
    contentType: "application/apply-patch+yaml",
    subresource: "status",
    body: { apiVersion, kind, metadata: identity, status },
    force: true,
    isIdempotent: true,
  })
  return written
}

/** Answers the object as it is when the finalizer is there already. Throws `Invalid` when the object changed since it was read. */
export async function ensureFinalizer<T extends KubeObject>(client: KubeClient, object: T, finalizer: string): Promise<T> {
  const finalizers = object.metadata.finalizers ?? []
  if (finalizers.includes(finalizer)) return object
  return await writeFinalizers(client, object, [...finalizers, finalizer])
}

export async function removeFinalizer<T extends KubeObject>(client: KubeClient, object: T, finalizer: string): Promise<T | undefined> {
  const finalizers = object.metadata.finalizers ?? []
  if (!finalizers.includes(finalizer)) return object
  try {
    const rest = finalizers.filter((each) => each !== finalizer)
    return await writeFinalizers(client, object, rest)
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined
    throw error
  }
}

async function writeFinalizers<T extends KubeObject>(client: KubeClient, object: T, finalizers: string[]): Promise<T> {
  const { object: written } = await client.patch<T>(resourceTypeOf(object), {
    key: object.metadata,
    contentType: "application/json-patch+json",
    body: [
      { op: "test", path: "/metadata/resourceVersion", value: object.metadata.resourceVersion },
      { op: "add", path: "/metadata/finalizers", value: finalizers },
    ],
  })
  return written
}

export type RemoveOptions = {
  /** Only this object, not a successor of the same name. */
  uid?: string
  propagation?: "Background" | "Foreground" | "Orphan"
}

export async function removeObject(
  client: KubeClient,
  { type, key }: { type: ResourceType; key: ObjectKey },
  options: RemoveOptions,
): Promise<"deleted" | "deleting" | "absent"> {
  const live = await client.get(type, key)
  if (!live || (options.uid !== undefined && live.metadata.uid !== options.uid)) return "absent"
  if (live.metadata.deletionTimestamp !== undefined) return "deleting"
  const { uid, resourceVersion } = live.metadata
  try {
    const answer = await client.delete(type, key, {
      preconditions: { uid, resourceVersion },
      propagationPolicy: options.propagation ?? "Background",
    })
    return (answer as { kind?: string }).kind === "Status" ? "deleted" : "deleting"
  } catch (error) {
    if (isKubeError(error, "NotFound")) return "absent"
    throw error
  }
}
