// The verbs on kinds. Objects go through as they are; nothing here converts or caches.
import {
  type ApplyOptions,
  type ApplyResult,
  applyObject,
  ensureFinalizer,
  type PatchStatusOptions,
  patchStatus,
  type RemoveOptions,
  removeFinalizer,
  removeObject,
} from "./apply.ts"
import { isKubeError, KubeError } from "./errors.ts"
import type { AnyObject, KubeList, KubeObject, ObjectKey, WatchEvent } from "./object.ts"
import { isRecord } from "./object.ts"
import type { KubePorts } from "./ports.ts"
import { type ResourceType, resourceTypeOf } from "./resource-types.ts"
import { type Credentials, RestClient, type RestRequest } from "./rest.ts"
import { watchEvents } from "./watch.ts"

export type Selection = { namespace?: string; labelSelector?: string; fieldSelector?: string }

export type ListOptions = Selection & {
  limit?: number
  continue?: string
  resourceVersion?: string
  resourceVersionMatch?: "Exact" | "NotOlderThan"
  signal?: AbortSignal
}

export type WatchOptions = Selection & {
  resourceVersion: string
  timeoutSeconds?: number
  signal?: AbortSignal
  /** Called with each chunk that arrives, so that a guard can see a dead stream. */
  onActivity?: () => void
}

export type WriteOptions = {
  manager?: string
  dryRun?: boolean
  subresource?: "status" | "scale"
  fieldValidation?: "Ignore" | "Warn" | "Strict"
}

export type PatchType = "application/json-patch+json" | "application/merge-patch+json" | "application/apply-patch+yaml"

export type PatchRequest = WriteOptions & {
  key: ObjectKey
  contentType: PatchType
  body: unknown
  force?: boolean
  isIdempotent?: boolean
}

const pageSize = 500

export class KubeClient {
  readonly #rest: RestClient

  constructor(credentials: Credentials, ports?: Partial<KubePorts>) {
    this.#rest = new RestClient(credentials, ports)
  }

  get server(): string {
    return this.#rest.server
  }

  async close(): Promise<void> {
    await this.#rest.close()
  }

  /** For paths outside the kinds, such as `/version`. */
  async raw(request: RestRequest): Promise<unknown> {
    return (await this.#rest.request(request)).body
  }

  /** `undefined` when there is none. */
  async get<T extends KubeObject = AnyObject>(type: ResourceType, key: ObjectKey): Promise<T | undefined> {
    try {
      return (await this.#rest.request({ method: "GET", path: objectPath(type, key) })).body as T
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined
      throw error
    }
  }

  /** One page, as the API server cuts it. */
  async list<T extends KubeObject = AnyObject>(type: ResourceType, options: ListOptions = {}): Promise<KubeList<T>> {
    const { namespace, signal, ...query } = options
    const { body } = await this.#rest.request({ method: "GET", path: collectionPath(type, namespace), query, signal })
    if (!isRecord(body) || !Array.isArray(body.items)) throw new KubeError("BadAnswer", `the list of ${type.plural} has no items`)
    const list = body as unknown as KubeList<T>
    // Items of a list carry no apiVersion and kind on a real API server's core kinds.
    for (const item of list.items) Object.assign(item, { apiVersion: item.apiVersion ?? apiVersionOf(type), kind: item.kind ?? type.kind })
    return list
  }

  /** All pages of one consistent list. Starts again where the pages expired meanwhile. */
  async listAll<T extends KubeObject = AnyObject>(
    type: ResourceType,
    options: Selection & { signal?: AbortSignal } = {},
  ): Promise<KubeList<T>> {
    let page = await this.list<T>(type, { ...options, limit: pageSize })
    const items = [...page.items]
    while (page.metadata.continue !== undefined && page.metadata.continue !== "") {
      try {
        page = await this.list<T>(type, { ...options, limit: pageSize, continue: page.metadata.continue })
      } catch (error) {
        if (!isKubeError(error, "Expired") && !isKubeError(error, "Gone")) throw error
        page = await this.list<T>(type, { ...options })
        items.length = 0
      }
      items.push(...page.items)
    }
    return { ...page, items }
  }

  /** Events after `resourceVersion` until the server ends the watch. Throws `Expired` when that version is no longer kept. */
  async *watch<T extends KubeObject = AnyObject>(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent<T>, void, void> {
    const { namespace, signal, onActivity, ...selection } = options
    const query = { ...selection, watch: true, allowWatchBookmarks: true }
    const stream = await this.#rest.stream({ method: "GET", path: collectionPath(type, namespace), query, signal })
    yield* watchEvents<T>(stream, { onActivity, signal })
  }

  async create<T extends KubeObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const type = resourceTypeOf(object)
    const path = collectionPath(type, object.metadata.namespace)
    return (await this.#rest.request({ method: "POST", path, query: writeQuery(options), body: object })).body as T
  }

  /** PUT: the whole object, guarded by its resourceVersion. */
  async replace<T extends KubeObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const path = objectPath(resourceTypeOf(object), object.metadata, options.subresource)
    return (await this.#rest.request({ method: "PUT", path, query: writeQuery(options), body: object })).body as T
  }

  async patch<T extends KubeObject = AnyObject>(type: ResourceType, patch: PatchRequest): Promise<{ object: T; isNew: boolean }> {
    const { key, contentType, body, force, isIdempotent, subresource } = patch
    const query = { ...writeQuery(patch), force }
    const path = objectPath(type, key, subresource)
    const answer = await this.#rest.request({ method: "PATCH", path, query, body, contentType, isIdempotent })
    return { object: answer.body as T, isNew: answer.status === 201 }
  }

  /** DELETE as the caller says it; `remove` is the careful one. */
  async delete(type: ResourceType, key: ObjectKey, options: Record<string, unknown> = {}): Promise<unknown> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", ...options }
    return (await this.#rest.request({ method: "DELETE", path: objectPath(type, key), body })).body
  }

  /** Server-side apply. Unforced, it throws `Conflict` with `fieldConflicts` where another manager owns a changed field. */
  apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<ApplyResult<T>> {
    return applyObject(this, object, options)
  }

  /** Server-side apply of `status` alone; always forced, because one manager owns it. */
  patchStatus<T extends KubeObject>(object: KubeObject & { status: object }, options: PatchStatusOptions): Promise<T> {
    return patchStatus<T>(this, object, options)
  }

  /** Deletes after a live read, with uid and resourceVersion as preconditions. */
  remove(type: ResourceType, key: ObjectKey, options: RemoveOptions = {}): Promise<"deleted" | "deleting" | "absent"> {
    return removeObject(this, { type, key }, options)
  }

  ensureFinalizer<T extends KubeObject>(object: T, finalizer: string): Promise<T> {
    return ensureFinalizer(this, object, finalizer)
  }

  /** `undefined` when the object is gone with it. */
  removeFinalizer<T extends KubeObject>(object: T, finalizer: string): Promise<T | undefined> {
    return removeFinalizer(this, object, finalizer)
  }
}

function apiVersionOf(type: ResourceType): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`
}

function writeQuery(options: WriteOptions): RestRequest["query"] {
  return { fieldManager: options.manager, dryRun: options.dryRun ? "All" : undefined, fieldValidation: options.fieldValidation }
}

export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`
  const scope = type.isNamespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ""
  return `${root}${scope}/${type.plural}`
}

function objectPath(type: ResourceType, key: ObjectKey, subresource?: string): string {
  const tail = subresource === undefined ? "" : `/${subresource}`
  if (type.isNamespaced && !key.namespace) throw new KubeError("BadRequest", `${type.kind} ${key.name} needs a namespace`)
  return `${collectionPath(type, key.namespace)}/${encodeURIComponent(key.name)}${tail}`
}
