// One YAML file per object, fit for Git: what a person would write (metadata without what the server sets, spec, data; no status).
// The journal is the truth; files follow it a moment later, the newest state of each only, and are made good at the next start.
import { join } from "node:path"
import { stringify } from "yaml"
import type { AnyObject } from "../../object.ts"
import type { Logger } from "../../ports.ts"
import type { Resource } from "../kinds/resource.ts"
import type { Disk } from "./disk.ts"
import type { Store } from "./store.ts"

export type FilesOptions = { disk: Disk; dir: string; store: Store; resources: readonly Resource[]; logger: Logger }

const readableByAll = 0o644
const ownerOnly = 0o600

export class Files {
  readonly #options: FilesOptions
  readonly #collections: ReadonlySet<string>
  /** Path → object, or undefined to remove the file. */
  readonly #pending = new Map<string, AnyObject | undefined>()
  readonly #dirs = new Set<string>()
  #writing: Promise<void> | undefined
  #unsubscribe: () => void = () => undefined

  constructor(options: FilesOptions) {
    this.#options = options
    this.#collections = new Set(options.resources.filter(({ hasFile, view }) => hasFile && !view).map(({ collection }) => collection))
  }

  /** Follows the store from now on, and repairs files that a crash left behind. */
  start(): void {
    const { store } = this.#options
    this.#unsubscribe = store.subscribe(({ collection, before, after }) => {
      if (!this.#collections.has(collection)) return
      const object = after?.object ?? before?.object
      if (!object || (before && after && isSameFile(before.object, after.object))) return
      this.#plan(pathOf(collection, object), after?.object)
    })
    this.#writing = this.#repair()
  }

  /** Waits until the files are what the store holds. */
  async settle(): Promise<void> {
    while (this.#writing) await this.#writing
  }

  async stop(): Promise<void> {
    this.#unsubscribe()
    await this.settle()
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
    const folder = join(dir, path.slice(0, path.lastIndexOf("/")))
    if (!this.#dirs.has(folder)) await disk.makeDir(folder)
    this.#dirs.add(folder)
    const mode = object.kind === "Secret" ? ownerOnly : readableByAll
    await disk.replace(join(dir, path), formatFile(object), { mode, isDurable: false })
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

  async #repair(): Promise<void> {
    const wanted = new Map<string, AnyObject>()
    for (const collection of this.#collections) {
      for (const { object } of this.#options.store.list(collection)) wanted.set(pathOf(collection, object), object)
    }
    for (const collection of this.#collections) {
      for (const path of await this.#existing(collection)) {
        await this.#compare(path, wanted.get(path))
        wanted.delete(path)
      }
    }
    for (const [path, object] of wanted) this.#planOld(path, object)
    await this.#write()
  }

  async #compare(path: string, object: AnyObject | undefined): Promise<void> {
    const { disk, dir } = this.#options
    const bytes = object && (await disk.read(join(dir, path)))
    const isSame = object && bytes && Buffer.from(bytes).toString("utf8") === formatFile(object)
    if (!isSame) this.#planOld(path, object)
  }

  /** Unless a newer state is on its way already. */
  #planOld(path: string, object: AnyObject | undefined): void {
    if (!this.#pending.has(path)) this.#pending.set(path, object)
  }

  async #existing(collection: string): Promise<string[]> {
    const { disk, dir } = this.#options
    const found: string[] = []
    for (const entry of await disk.list(join(dir, collection))) {
      if (entry.endsWith(".yaml")) found.push(`${collection}/${entry}`)
      if (!entry.endsWith("/")) continue
      for (const name of await disk.list(join(dir, collection, entry)))
        if (name.endsWith(".yaml")) found.push(`${collection}/${entry}${name}`)
    }
    return found
  }
}

function pathOf(collection: string, { metadata }: AnyObject): string {
  const folder = metadata.namespace === undefined ? collection : `${collection}/${metadata.namespace}`
  return `${folder}/${metadata.name}.yaml`
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

function formatFile(object: AnyObject): string {
  return stringify(fileForm(object), { lineWidth: 140, aliasDuplicateObjects: false })
}
