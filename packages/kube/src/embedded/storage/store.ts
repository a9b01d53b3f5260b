// All objects in memory, every change through the journal. Owned by the event loop: a write decides on the newest staged state without
// awaiting, so writes never interleave; readers and watchers see a change only once it is durable. Objects are never changed in place.
import { KubeError } from "../../errors.ts"
import { type AnyObject, formatKey, type ObjectKey } from "../../object.ts"
import type { Logger } from "../../ports.ts"
import type { Change, Journal, Replayed } from "./journal.ts"

export type StoredEvent = {
  revision: number
  collection: string
  key: string
  before: Entry | undefined
  after: Entry | undefined
}

/** An object with its JSON, made once and used by journal, lists and watches. */
export class Entry {
  readonly object: AnyObject
  #json: string | undefined

  constructor(object: AnyObject) {
    this.object = object
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.object)
    return this.#json
  }
}

export type StoreOptions = {
  journal: Journal
  replayed: Replayed
  logger: Logger
  /** How many changes a watch may lag behind. */
  retainedEvents?: number
}

type Staged = StoredEvent & { done: PromiseWithResolvers<void> }

export class Store {
  readonly #journal: Journal
  readonly #logger: Logger
  readonly #retainedEvents: number
  readonly #collections = new Map<string, Collection>()
  readonly #static = new Set<string>()
  readonly #staged = new Map<string, Entry | undefined>()
  readonly #events: StoredEvent[] = []
  readonly #listeners = new Set<(event: StoredEvent) => void>()
  #oldestRevision: number
  #revision: number
  #nextRevision: number
  #pending: Staged[] = []
  #flushing: Promise<void> | undefined
  #failure: KubeError | undefined

  constructor({ journal, replayed, logger, retainedEvents = 2_000 }: StoreOptions) {
    this.#journal = journal
    this.#logger = logger
    this.#retainedEvents = retainedEvents
    this.#revision = Math.max(1, replayed.revision)
    this.#nextRevision = this.#revision
    this.#oldestRevision = this.#revision
    for (const [name, objects] of replayed.objects) {
      const collection = this.#collection(name)
      for (const [key, object] of objects) collection.set(key, new Entry(object as AnyObject))
    }
  }

  /** Of the last durable change. */
  get revision(): number {
    return this.#revision
  }

  /** Watches and exact lists may start from here on. */
  get oldestRevision(): number {
    return this.#oldestRevision
  }

  get failure(): KubeError | undefined {
    return this.#failure
  }

  get(collection: string, key: ObjectKey): Entry | undefined {
    return this.#collection(collection).get(formatKey(key))
  }

  /** The newest state, durable or not yet: what a write has to start from. */
  latest(collection: string, key: ObjectKey): Entry | undefined {
    const id = `${collection}\n${formatKey(key)}`
    return this.#staged.has(id) ? this.#staged.get(id) : this.get(collection, key)
  }

  /** Sorted by key; those of one namespace, or all. */
  list(collection: string, namespace?: string): readonly Entry[] {
    return this.#collection(collection).sorted(namespace)
  }

  /** As it was at an earlier revision; `undefined` when that is no longer known. */
  listAt(collection: string, options: { revision: number; namespace?: string }): readonly Entry[] | undefined {
    const { revision, namespace } = options
    if (revision < this.#oldestRevision) return undefined
    if (revision >= this.#revision) return this.list(collection, namespace)
    const past = new Collection(this.#collection(collection))
    for (const event of this.#events.toReversed()) {
      if (event.revision <= revision) break
      if (event.collection === collection) past.set(event.key, event.before)
    }
    return past.sorted(namespace)
  }

  /** Changes after a revision, oldest first. */
  since(revision: number): StoredEvent[] {
    let low = 0
    for (let high = this.#events.length; low < high; ) {
      const middle = (low + high) >>> 1
      if ((this.#events[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.#events.slice(low)
  }

  /** Called with each change, in order, once it is durable. The answer ends it. */
  subscribe(listener: (event: StoredEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Puts an object that lives in memory only, such as a definition that comes with the program. */
  putStatic(collection: string, object: AnyObject): void {
    this.#static.add(collection)
    this.#collection(collection).set(formatKey(object.metadata), new Entry(object))
  }

  /**
   * Stages a new state; `undefined` deletes. The object gets the next resourceVersion. `durable` resolves when it is on disk and visible.
   * Throws `ServiceUnavailable` once storage has failed.
   */
  stage(collection: string, key: ObjectKey, object: AnyObject | undefined): { entry: Entry | undefined; durable: Promise<void> } {
    if (this.#failure) throw this.#failure
    this.#nextRevision += 1
    const revision = this.#nextRevision
    const text = formatKey(key)
    const before = this.latest(collection, key)
    const entry = object && new Entry({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } })
    const staged: Staged = { revision, collection, key: text, before: before, after: entry, done: Promise.withResolvers() }
    this.#staged.set(`${collection}\n${text}`, entry)
    this.#pending.push(staged)
    this.#flushing ??= this.#flush()
    return { entry, durable: staged.done.promise }
  }

  /** Waits until everything staged is durable. */
  async settle(): Promise<void> {
    await this.#flushing
  }

  async close(): Promise<void> {
    await this.settle()
    await this.#journal.close()
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0 && !this.#failure) {
      // One turn of the loop lets everything that arrived together go to disk together.
      await new Promise(setImmediate)
      const batch = this.#pending
      this.#pending = []
      try {
        await this.#journal.append(batch.map(toChange))
      } catch (error) {
        this.#fail(error, batch)
        break
      }
      this.#publish(batch)
      await this.#compactIfLarge()
    }
    this.#flushing = undefined
  }

  #publish(batch: readonly Staged[]): void {
    for (const { done, ...event } of batch) {
      this.#revision = event.revision
      this.#collection(event.collection).set(event.key, event.after)
      const id = `${event.collection}\n${event.key}`
      if (this.#staged.get(id) === event.after) this.#staged.delete(id)
      this.#events.push(event)
      for (const listener of this.#listeners) listener(event)
      done.resolve()
    }
    const surplus = this.#events.length - this.#retainedEvents
    if (surplus <= this.#retainedEvents / 10) return
    const dropped = this.#events.splice(0, surplus)
    this.#oldestRevision = dropped.at(-1)?.revision ?? this.#oldestRevision
  }

  async #compactIfLarge(): Promise<void> {
    if (!this.#journal.wantsCompaction) return
    try {
      await this.#journal.compact(this.#revision, [...this.#durableChanges()])
    } catch (error) {
      this.#fail(error, [])
    }
  }

  *#durableChanges(): Generator<Change> {
    for (const [name, collection] of this.#collections) {
      if (this.#static.has(name)) continue
      for (const [key, { object, json }] of collection.entries()) {
        yield { revision: Number(object.metadata.resourceVersion), collection: name, key, json }
      }
    }
  }

  /** The first failure makes the store read-only: what reached the disk is unknown, and a second fdatasync would not tell. */
  #fail(cause: unknown, batch: readonly Staged[]): void {
    const why = cause instanceof Error ? cause.message : String(cause)
    this.#failure = new KubeError("ServiceUnavailable", `the resource store is read-only after a failed write: ${why}`, { cause })
    this.#logger.error({ err: cause }, "writing the resource journal failed; the resource store is read-only until the next start")
    for (const { done } of [...batch, ...this.#pending]) done.reject(this.#failure)
    this.#pending = []
    this.#staged.clear()
  }

  #collection(name: string): Collection {
    let collection = this.#collections.get(name)
    if (!collection) {
      collection = new Collection()
      this.#collections.set(name, collection)
    }
    return collection
  }
}

function toChange({ revision, collection, key, after }: StoredEvent): Change {
  return { revision, collection, key, json: after?.json }
}

class Collection {
  readonly #entries: Map<string, Entry>
  #sorted: readonly Entry[] | undefined

  constructor(from?: Collection) {
    this.#entries = new Map(from?.entries())
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key)
  }

  entries(): Iterable<[string, Entry]> {
    return this.#entries
  }

  set(key: string, entry: Entry | undefined): void {
    this.#sorted = undefined
    if (entry) this.#entries.set(key, entry)
    else this.#entries.delete(key)
  }

  sorted(namespace: string | undefined): readonly Entry[] {
    this.#sorted ??= [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
    return namespace === undefined ? this.#sorted : this.#sorted.filter(({ object }) => object.metadata.namespace === namespace)
  }
}
