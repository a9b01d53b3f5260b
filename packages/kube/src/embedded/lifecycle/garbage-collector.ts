// What follows a deletion: dependents of an owner that is gone, foreground and orphan deletion, the content of a namespace, old events.
// Reacts to changes, never polls; everything it decides is read again at the moment of the write, so doing it twice does no harm.
// Owners of kinds that are not served here are taken to exist.
import { KubeError } from "../../errors.ts"
import { type AnyObject, formatKey, type ObjectKey, type OwnerReference, parseKey } from "../../object.ts"
import type { Resource } from "../kinds/resource.ts"
import type { StoredEvent } from "../storage/store.ts"
import type { NamedWrite, Server } from "../verbs/context.ts"
import { foregroundFinalizer, orphanFinalizer, remove } from "../verbs/remove.ts"
import type { Writer } from "../verbs/writer.ts"

type Ref = { collection: string; key: string }

export class GarbageCollector {
  readonly #writer: Writer
  readonly #server: Server
  /** uid of an owner → its dependents. */
  readonly #dependents = new Map<string, Map<string, Ref>>()
  readonly #running = new Set<Promise<void>>()
  #unsubscribe: () => void = () => undefined
  #isStopped = false

  constructor(writer: Writer) {
    this.#writer = writer
    this.#server = writer.server
  }

  /** Takes up what was left undone when the process ended. */
  start(): void {
    const { store, registry } = this.#server
    for (const { collection } of registry.stored) {
      for (const { object } of store.list(collection)) this.#index(collection, object)
    }
    for (const { collection } of registry.stored) {
      for (const { object } of store.list(collection)) {
        if (object.metadata.ownerReferences || object.metadata.deletionTimestamp)
          this.#look({ collection, key: formatKey(object.metadata) })
      }
    }
    this.#unsubscribe = store.subscribe((event) => this.#onEvent(event))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#unsubscribe()
    await this.settle()
  }

  /** Waits until nothing is left to do for what happened so far. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #onEvent({ collection, key, before, after }: StoredEvent): void {
    if (before) this.#unindex(collection, before.object)
    if (after) this.#index(collection, after.object)
    if (after) {
      if (after.object.metadata.ownerReferences || after.object.metadata.deletionTimestamp) this.#look({ collection, key })
      return
    }
    if (!before) return
    for (const ref of this.#dependentsOf(before.object)) this.#look(ref)
    for (const owner of before.object.metadata.ownerReferences ?? []) this.#lookAtOwner(owner, before.object)
    const { namespace } = before.object.metadata
    if (namespace !== undefined) this.#look({ collection: "core/namespaces", key: namespace })
  }

  #lookAtOwner(owner: OwnerReference, dependent: AnyObject): void {
    const resource = this.#server.registry.byKind(owner.apiVersion, owner.kind)
    if (!resource) return
    const namespace = resource.isNamespaced ? dependent.metadata.namespace : undefined
    this.#look({ collection: resource.collection, key: formatKey({ namespace, name: owner.name }) })
  }

  #look(ref: Ref): void {
    if (this.#isStopped) return
    const looking = this.#decide(ref).catch((error: unknown) => {
      // A lost race or a failed store; the next change, or the next start, looks again.
      if (!(error instanceof KubeError)) throw error
      if (error.code === "NotFound" || error.code === "Conflict") return
      this.#server.ports.logger.warn({ ...ref, code: error.code }, `garbage collection was put off: ${error.message}`)
    })
    this.#running.add(looking)
    void looking.finally(() => this.#running.delete(looking))
  }

  async #decide({ collection, key }: Ref): Promise<void> {
    const resource = this.#server.registry.byCollection(collection)
    const objectKey = parseKey(key)
    const object = resource && this.#writer.live(resource, objectKey)
    if (!resource || !object) return
    if (object.metadata.deletionTimestamp !== undefined) await this.#finishDeletion(resource, objectKey, object)
    else await this.#checkOwners(resource, objectKey, object)
  }

  async #checkOwners(resource: Resource, key: ObjectKey, object: AnyObject): Promise<void> {
    const owners = object.metadata.ownerReferences ?? []
    if (owners.length === 0) return
    const present = owners.filter((owner) => this.#isPresent(owner, object))
    if (present.length === owners.length) return
    const request = this.#request(resource, key)
    if (present.length === 0) {
      const { uid, resourceVersion } = object.metadata
      await remove(this.#writer, request, { uid, resourceVersion, propagation: "Background", isDryRun: false })
    } else await this.#writer.transform(request, (live) => ({ ...live, metadata: { ...live.metadata, ownerReferences: present } }))
  }

  #isPresent(owner: OwnerReference, dependent: AnyObject): boolean {
    const resource = this.#server.registry.byKind(owner.apiVersion, owner.kind)
    if (!resource) return true
    const namespace = resource.isNamespaced ? dependent.metadata.namespace : undefined
    const object = this.#writer.live(resource, { namespace, name: owner.name })
    if (object?.metadata.uid !== owner.uid) return false
    // An owner that waits for its dependents wants them gone.
    const isWaiting = object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(foregroundFinalizer) === true
    return !isWaiting
  }

  async #finishDeletion(resource: Resource, key: ObjectKey, object: AnyObject): Promise<void> {
    if (resource.collection === "core/namespaces") await this.#emptyNamespace(resource, object)
    const finalizers = object.metadata.finalizers ?? []
    if (finalizers.includes(orphanFinalizer)) await this.#orphan(resource, key, object)
    else if (finalizers.includes(foregroundFinalizer)) await this.#deleteDependents(resource, key, object)
  }

  async #orphan(resource: Resource, key: ObjectKey, owner: AnyObject): Promise<void> {
    for (const ref of this.#dependentsOf(owner)) {
      const dependent = this.#server.registry.byCollection(ref.collection)
      if (!dependent) continue
      const without = (live: AnyObject): AnyObject => {
        const ownerReferences = live.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid)
        return { ...live, metadata: { ...live.metadata, ownerReferences } }
      }
      await this.#writer.transform(this.#request(dependent, parseKey(ref.key)), without)
    }
    await this.#dropFinalizer(resource, key, orphanFinalizer)
  }

  async #deleteDependents(resource: Resource, key: ObjectKey, owner: AnyObject): Promise<void> {
    const refs = this.#dependentsOf(owner)
    for (const ref of refs) this.#look(ref)
    const isBlocked = refs.some((ref) => this.#blocks(ref, owner))
    if (!isBlocked) await this.#dropFinalizer(resource, key, foregroundFinalizer)
  }

  #blocks({ collection, key }: Ref, owner: AnyObject): boolean {
    const dependent = this.#server.store.latest(collection, parseKey(key))?.object
    return (
      dependent?.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion) === true
    )
  }

  async #dropFinalizer(resource: Resource, key: ObjectKey, finalizer: string): Promise<void> {
    await this.#writer.transform(this.#request(resource, key), (live) => {
      const finalizers = live.metadata.finalizers?.filter((each) => each !== finalizer)
      return { ...live, metadata: { ...live.metadata, finalizers } }
    })
  }

  async #emptyNamespace(resource: Resource, namespace: AnyObject): Promise<void> {
    const { store, registry } = this.#server
    const { name } = namespace.metadata
    const content = registry.stored
      .filter(({ isNamespaced }) => isNamespaced)
      .flatMap((each) => store.list(each.collection, name).map(({ object }) => ({ each, object })))
    const options = { resourceVersion: undefined, propagation: "Background", isDryRun: false } as const
    const removals = content
      .filter(({ object }) => object.metadata.deletionTimestamp === undefined)
      .map(({ each, object: { metadata } }) => remove(this.#writer, this.#request(each, metadata), { ...options, uid: metadata.uid }))
    await Promise.all(removals)
    // Objects that are gone by now bring this namespace up again through their own deletion.
    if (content.length === 0)
      await this.#writer.transform(this.#request(resource, { name }), (live) => ({ ...live, spec: { finalizers: [] } }))
  }

  #request(resource: Resource, { namespace, name }: ObjectKey): NamedWrite {
    return {
      resource,
      namespace,
      name,
      subresource: undefined,
      manager: "garbage-collector",
      isDryRun: false,
      fieldValidation: "Ignore",
      warnings: [],
      ownedThrough: "",
    }
  }

  #dependentsOf({ metadata }: AnyObject): Ref[] {
    return [...(this.#dependents.get(metadata.uid ?? "")?.values() ?? [])]
  }

  #index(collection: string, { metadata }: AnyObject): void {
    const key = formatKey(metadata)
    for (const { uid } of metadata.ownerReferences ?? []) {
      const refs = this.#dependents.get(uid) ?? new Map<string, Ref>()
      this.#dependents.set(uid, refs.set(`${collection}\n${key}`, { collection, key }))
    }
  }

  #unindex(collection: string, { metadata }: AnyObject): void {
    for (const { uid } of metadata.ownerReferences ?? []) {
      const refs = this.#dependents.get(uid)
      refs?.delete(`${collection}\n${formatKey(metadata)}`)
      if (refs?.size === 0) this.#dependents.delete(uid)
    }
  }
}
