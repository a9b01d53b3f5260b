// A cache of one kind that follows the API server: store, indices, change handlers, resync. Objects in it are shared and must not be changed;
// `freeze` makes that a failure in tests. It is never proof of absence: deletes follow a live read.
import type { KubeClient, Selection } from "./client.ts"
import type { KubeError } from "./errors.ts"
import { type AnyObject, formatKey, type KubeObject, keyOf, type ObjectKey, type WatchEvent } from "./object.ts"
import { type Cancel, type KubePorts, withDefaults } from "./ports.ts"
import { Reflector } from "./reflector.ts"
import type { ResourceType } from "./resource-types.ts"

/** `before` is absent for a new object, `after` for a deleted one; both are the same object on a resync. */
export type ChangeHandler<T> = (before: T | undefined, after: T | undefined) => void

export type InformerOptions<T extends KubeObject> = {
  client: KubeClient
  type: ResourceType
  selection?: Selection
  /** Values under which an object is found, per index. */
  indices?: Record<string, (object: T) => readonly string[]>
  /** Repeats every object to the handlers; with jitter of up to a fifth. Never when absent. */
  resyncMs?: number
  /** The console shows owners of fields; the operator has no use for them. */
  keepManagedFields?: boolean
  freeze?: boolean
  ports?: Partial<KubePorts>
}

export type Freshness = {
  /** Wall time of the last proof that the cache is up to date. */
  contactAtMs: number | undefined
  /** Why contact is lost, if it is. */
  error: KubeError | undefined
}

export class Informer<T extends KubeObject = AnyObject> {
  readonly #options: InformerOptions<T>
  readonly #ports: KubePorts
  readonly #reflector: Reflector<T>
  readonly #store = new Map<string, T>()
  readonly #indices = new Map<string, Map<string, Set<string>>>()
  readonly #handlers = new Set<ChangeHandler<T>>()
  readonly #freshnessHandlers = new Set<(freshness: Freshness) => void>()
  #synced = Promise.withResolvers<void>()
  #hasSynced = false
  #freshness: Freshness = { contactAtMs: undefined, error: undefined }
  #cancelResync: Cancel = () => undefined

  constructor(options: InformerOptions<T>) {
    this.#options = options
    this.#ports = withDefaults(options.ports)
    for (const name of Object.keys(options.indices ?? {})) this.#indices.set(name, new Map())
    const { client, type, selection = {} } = options
    const sink = {
      replace: (objects: T[]) => this.#replace(objects),
      change: (event: Exclude<WatchEvent<T>, { type: "BOOKMARK" }>) => this.#change(event),
      contact: (error?: KubeError) => this.#contact(error),
    }
    this.#reflector = new Reflector({ client, type, selection, sink, ports: this.#ports })
    // Nobody may be waiting when it stops.
    this.#synced.promise.catch(() => undefined)
  }

  /** Starts to follow. Await `synced` before believing what it holds. */
  start(): this {
    this.#reflector.start()
    this.#planResync()
    return this
  }

  async stop(): Promise<void> {
    this.#cancelResync()
    await this.#reflector.stop()
  }

  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /** Resolves with the first complete list. */
  synced(): Promise<void> {
    return this.#synced.promise
  }

  get freshness(): Freshness {
    return this.#freshness
  }

  get(key: ObjectKey | string): T | undefined {
    return this.#store.get(typeof key === "string" ? key : formatKey(key))
  }

  list(): T[] {
    return [...this.#store.values()]
  }

  get size(): number {
    return this.#store.size
  }

  by(index: string, value: string): T[] {
    const keys = this.#indices.get(index)?.get(value) ?? new Set<string>()
    return [...keys].flatMap((key) => this.#store.get(key) ?? [])
  }

  /** What is here already comes at once as new. The answer ends it. */
  onChange(handler: ChangeHandler<T>): Cancel {
    this.#handlers.add(handler)
    for (const object of this.#store.values()) handler(undefined, object)
    return () => void this.#handlers.delete(handler)
  }

  /** Called when contact is lost and when it is back. */
  onFreshness(handler: (freshness: Freshness) => void): Cancel {
    this.#freshnessHandlers.add(handler)
    return () => void this.#freshnessHandlers.delete(handler)
  }

  #replace(objects: T[]): void {
    const present = new Set(objects.map(keyOf))
    for (const [key, old] of this.#store) if (!present.has(key)) this.#set(key, old, undefined)
    for (const object of objects) this.#put(object)
    if (this.#hasSynced) return
    this.#hasSynced = true
    this.#synced.resolve()
  }

  #change(event: Exclude<WatchEvent<T>, { type: "BOOKMARK" }>): void {
    if (event.type !== "DELETED") {
      this.#put(event.object)
      return
    }
    const key = keyOf(event.object)
    const old = this.#store.get(key)
    if (old) this.#set(key, old, undefined)
  }

  #put(object: T): void {
    const key = keyOf(object)
    const old = this.#store.get(key)
    if (old && old.metadata.uid === object.metadata.uid && old.metadata.resourceVersion === object.metadata.resourceVersion) return
    if (this.#options.keepManagedFields !== true) delete object.metadata.managedFields
    const kept = this.#options.freeze ? deepFreeze(object) : object
    if (old && old.metadata.uid !== object.metadata.uid) {
      // Deleted and made again while nobody looked: two objects, two changes.
      this.#set(key, old, undefined)
      this.#set(key, undefined, kept)
      return
    }
    this.#set(key, old, kept)
  }

  #set(key: string, before: T | undefined, after: T | undefined): void {
    if (after) this.#store.set(key, after)
    else this.#store.delete(key)
    this.#reindex(key, before, after)
    for (const handler of this.#handlers) handler(before, after)
  }

  #reindex(key: string, before: T | undefined, after: T | undefined): void {
    for (const [name, valuesOf] of Object.entries(this.#options.indices ?? {})) {
      const index = this.#indices.get(name)
      if (!index) continue
      for (const value of before ? valuesOf(before) : []) drop(index, value, key)
      for (const value of after ? valuesOf(after) : []) {
        const keys = index.get(value) ?? new Set()
        index.set(value, keys.add(key))
      }
    }
  }

  #contact(error: KubeError | undefined): void {
    const wasLost = this.#freshness.error !== undefined || this.#freshness.contactAtMs === undefined
    this.#freshness = { contactAtMs: error ? this.#freshness.contactAtMs : this.#ports.clock.wall(), error }
    if (wasLost === (error !== undefined)) return
    for (const handler of this.#freshnessHandlers) handler(this.#freshness)
  }

  #planResync(): void {
    const { resyncMs } = this.#options
    if (resyncMs === undefined) return
    this.#cancelResync()
    this.#cancelResync = this.#ports.clock.after(resyncMs * (1 + this.#ports.random.next() / 5), () => {
      for (const object of this.#store.values()) for (const handler of this.#handlers) handler(object, object)
      this.#planResync()
    })
  }
}

function drop(index: Map<string, Set<string>>, value: string, key: string): void {
  const keys = index.get(value)
  keys?.delete(key)
  if (keys?.size === 0) index.delete(value)
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  for (const child of Object.values(value)) deepFreeze(child)
  return Object.freeze(value)
}
