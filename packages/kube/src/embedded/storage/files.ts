// One YAML file per object, fit for Git: what a person would write (metadata without what the server sets, spec, data; no status).
// The journal is the truth; files follow it a moment later, the newest state of each only. Files that people wrote are left to `HandEdits`.
import { hash } from "node:crypto"
import { join } from "node:path"
import { stringify } from "yaml"
import { type AnyObject, formatKey } from "../../object.ts"
import type { Logger } from "../../ports.ts"
import type { Resource } from "../kinds/resource.ts"
import type { Disk } from "./disk.ts"
import { readHistory } from "./journal.ts"
import type { Store } from "./store.ts"

export type FilesOptions = { disk: Disk; dir: string; journalPath: string; store: Store; resources: readonly Resource[]; logger: Logger }

/** A file that is not what this program ever wrote there. */
export type StrangeFile = { path: string; text: string }

const rememberedTexts = 4
const rememberedPaths = 20_000
const readableByAll = 0o644
const ownerOnly = 0o600

export class Files {
  readonly #options: FilesOptions
  readonly #collections: ReadonlySet<string>
  /** Path → object, or undefined to remove the file. */
  readonly #pending = new Map<string, AnyObject | undefined>()
  /** Digests of the last texts that this process wrote to a path, also to one that is removed by now. In the order of the last write. */
  readonly #written = new Map<string, readonly string[]>()
  readonly #dirs = new Set<string>()
  #writing: Promise<void> | undefined
  #unsubscribe: () => void = () => undefined

  constructor(options: FilesOptions) {
    this.#options = options
    this.#collections = new Set(options.resources.filter(({ hasFile, view }) => hasFile && !view).map(({ collection }) => collection))
  }

  get collections(): ReadonlySet<string> {
    return this.#collections
  }

  /** Follows the store from now on. */
  start(): void {
    this.#unsubscribe = this.#options.store.subscribe(({ collection, before, after }) => {
      if (!this.#collections.has(collection)) return
      const object = after?.object ?? before?.object
      if (!object || (before && after && isSameFile(before.object, after.object))) return
      this.#plan(pathOf(collection, object), after?.object)
    })
  }

  /** Waits until the files are what the store holds. */
  async settle(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async stop(): Promise<void> {
    this.#unsubscribe()
    await this.settle()
  }

  /** Makes good what a crash left behind, and answers the files that are somebody else's work. */
  async repair(wasClean: boolean): Promise<StrangeFile[]> {
    const wanted = new Map<string, AnyObject>()
    for (const collection of this.#collections) {
      for (const { object } of this.#options.store.list(collection)) wanted.set(pathOf(collection, object), object)
    }
    const different: StrangeFile[] = []
    for (const path of await this.#existing()) {
      const text = await this.read(path)
      const object = wanted.get(path)
      wanted.delete(path)
      if (text !== undefined && (!object || text !== formatFile(object))) different.push({ path, text })
    }
    for (const [path, object] of wanted) this.#plan(path, object)
    const leftBehind = wasClean ? new Set<string>() : await this.#leftBehind(different)
    for (const path of leftBehind) this.#plan(path, this.objectAt(path))
    await this.settle()
    return different.filter(({ path }) => !leftBehind.has(path))
  }

  /** Writes the file anew from the store. */
  restore(path: string): void {
    this.#plan(path, this.objectAt(path))
  }

  async makeFolder(folder: string): Promise<void> {
    if (this.#dirs.has(folder)) return
    await this.#options.disk.makeDir(join(this.#options.dir, folder))
    this.#dirs.add(folder)
  }

  async read(path: string): Promise<string | undefined> {
    const bytes = await this.#options.disk.read(join(this.#options.dir, path))
    return bytes && Buffer.from(bytes).toString("utf8")
  }

  objectAt(path: string): AnyObject | undefined {
    const place = placeOf(path, this.#collections)
    return place && this.#options.store.get(place.collection, place)?.object
  }

  /** Whether this process wrote it, is about to write it anew, or it says what the store holds anyhow. */
  isOwn({ path, text }: StrangeFile): boolean {
    if (this.#pending.has(path)) return true
    if (this.#written.get(path)?.includes(digest(text))) return true
    const object = this.objectAt(path)
    return object !== undefined && formatFile(object) === text
  }

  #plan(path: string, object: AnyObject | undefined): void {
    this.#pending.set(path, object)
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    await new Promise(setImmediate)
    for (let [next] = this.#pending; next; [next] = this.#pending) {
      const [path, object] = next
      this.#pending.delete(path)
      await this.#guard(path, object === undefined ? this.#remove(path) : this.#put(path, object))
    }
    this.#writing = undefined
  }

  async #put(path: string, object: AnyObject): Promise<void> {
    const { disk, dir } = this.#options
    await this.makeFolder(path.slice(0, path.lastIndexOf("/")))
    const mode = object.kind === "Secret" ? ownerOnly : readableByAll
    const text = formatFile(object)
    this.#remember(path, text)
    const write = (): Promise<void> => disk.replace(join(dir, path), text, { mode, isDurable: false })
    try {
      await write()
    } catch {
      // Somebody may have removed the folder; if it was something else, it happens again.
      this.#dirs.clear()
      await this.makeFolder(path.slice(0, path.lastIndexOf("/")))
      await write()
    }
  }

  #remember(path: string, text: string): void {
    const known = this.#written.get(path) ?? []
    this.#written.delete(path)
    this.#written.set(path, [digest(text), ...known].slice(0, rememberedTexts))
    for (const [oldest] of this.#written) {
      if (this.#written.size <= rememberedPaths) break
      this.#written.delete(oldest)
    }
  }

  async #remove(path: string): Promise<void> {
    await this.#options.disk.remove(join(this.#options.dir, path))
  }

  /** A file that cannot be written loses nothing: the journal has it, and the next start tries again. */
  async #guard(path: string, writing: Promise<void>): Promise<void> {
    try {
      await writing
    } catch (error) {
      this.#options.logger.warn({ err: error, path }, "a resource file could not be written; the journal holds the resource")
    }
  }

  /** Of the files that differ, those that hold an earlier state from the journal: nobody wrote them but this program. */
  async #leftBehind(different: readonly StrangeFile[]): Promise<Set<string>> {
    const found = new Set<string>()
    if (different.length === 0) return found
    const texts = new Map(different.map(({ path, text }) => [path, text]))
    for await (const { collection, object } of readHistory(this.#options.disk, this.#options.journalPath)) {
      const path = pathOf(collection, object)
      if (texts.has(path) && texts.get(path) === formatFile(object)) found.add(path)
    }
    return found
  }

  async #existing(): Promise<string[]> {
    const { disk, dir } = this.#options
    const found: string[] = []
    for (const collection of this.#collections) {
      for (const entry of await disk.list(join(dir, collection))) {
        const names = entry.endsWith("/") ? (await disk.list(join(dir, collection, entry))).map((name) => entry + name) : [entry]
        found.push(...names.filter(isResourceFile).map((name) => `${collection}/${name}`))
      }
    }
    return found
  }
}

/** `rivven.io/rivventopics/default/orders.yaml`, below the directory of the API. */
function pathOf(collection: string, { metadata }: AnyObject): string {
  return `${collection}/${formatKey(metadata)}.yaml`
}

export type Place = { collection: string; namespace: string | undefined; name: string }

/** `undefined` for a path that no object would have. */
export function placeOf(path: string, collections: ReadonlySet<string>): Place | undefined {
  const parts = path.split("/")
  const collection = parts.slice(0, 2).join("/")
  const rest = parts.slice(2)
  const name = rest.pop()
  if (!collections.has(collection) || name === undefined || !isResourceFile(name) || rest.length > 1) return undefined
  return { collection, namespace: rest[0], name: name.slice(0, -".yaml".length) }
}

function isResourceFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1)
  return name.endsWith(".yaml") && !name.startsWith(".")
}

/** What of an object is worth a line in Git. */
function fileForm({ metadata, status: _status, ...rest }: AnyObject): Record<string, unknown> {
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = metadata
  const { apiVersion, kind, ...own } = rest
  const kept = Object.entries({ name, namespace, labels, annotations, finalizers, ownerReferences }).filter(
    ([, value]) => value !== undefined,
  )
  return { apiVersion, kind, metadata: Object.fromEntries(kept), ...own }
}

function isSameFile(a: AnyObject, b: AnyObject): boolean {
  return JSON.stringify(fileForm(a)) === JSON.stringify(fileForm(b))
}

function digest(text: string): string {
  return hash("sha1", text, "base64")
}

function formatFile(object: AnyObject): string {
  return stringify(fileForm(object), { lineWidth: 140, aliasDuplicateObjects: false })
}
