// Files that people or Git changed: read as a write by the field manager `file`, validated like any other. A bad file is reported and left
// alone, and so is the object. A removed file is no deletion: it comes back. Files changed while the server runs are seen by the operating
// system's notification; where that is not to be had, they are read at the next start.
import { KubeError } from "../../errors.ts"
import { type AnyObject, isRecord } from "../../object.ts"
import type { Cancel } from "../../ports.ts"
import { parseBody } from "../http/body.ts"
import type { Resource } from "../kinds/resource.ts"
import { type Files, type Place, placeOf, type StrangeFile } from "../storage/files.ts"
import { TreeWatch } from "../storage/tree-watch.ts"
import type { NamedWrite } from "../verbs/context.ts"
import type { Writer } from "../verbs/writer.ts"

const manager = "file"
/** An editor writes in several steps, and Git many files at once. */
const calmMs = 100

export class HandEdits {
  readonly #dir: string
  readonly #files: Files
  readonly #writer: Writer
  readonly #changed = new Set<string>()
  #watch: TreeWatch | undefined
  #cancel: Cancel | undefined
  #reading: Promise<void> = Promise.resolve()

  constructor({ dir, files, writer }: { dir: string; files: Files; writer: Writer }) {
    this.#dir = dir
    this.#files = files
    this.#writer = writer
  }

  /** What was changed while no server ran. */
  async read(strange: readonly StrangeFile[]): Promise<void> {
    for (const file of [...strange].sort(namespacesFirst)) await this.#load(file)
  }

  async watch(): Promise<void> {
    const folders = [...this.#files.collections]
    await Promise.all(folders.map((folder) => this.#files.makeFolder(folder)))
    const { logger } = this.#writer.server.ports
    const onChange = (path: string): void => {
      if (placeOf(path, this.#files.collections)) this.#onChange(path)
    }
    this.#watch = new TreeWatch({ dir: this.#dir, folders, logger, onChange })
    this.#watch.start()
  }

  async stop(): Promise<void> {
    this.#watch?.stop()
    this.#cancel?.()
    await this.#reading
  }

  #onChange(path: string): void {
    this.#changed.add(path)
    this.#cancel?.()
    this.#cancel = this.#writer.server.ports.clock.after(calmMs, () => {
      const paths = [...this.#changed]
      this.#changed.clear()
      this.#reading = this.#reading.then(() => this.#readChanged(paths))
    })
  }

  async #readChanged(paths: readonly string[]): Promise<void> {
    for (const path of paths.toSorted()) {
      const text = await this.#files.read(path)
      if (text === undefined) {
        if (this.#files.objectAt(path)) this.#files.restore(path)
      } else await this.#load({ path, text })
    }
  }

  /**
   * Read again when all of this server's own writes are done: what is still strange then is nobody's but the person's who wrote it.
   * From that check to the staged write nothing is awaited.
   */
  async #load({ path, text: firstText }: StrangeFile): Promise<void> {
    if (this.#files.isOwn({ path, text: firstText })) return
    await this.#files.settle()
    const text = await this.#files.read(path)
    if (text === undefined || this.#files.isOwn({ path, text })) return
    const file = { path, text }
    const { logger } = this.#writer.server.ports
    try {
      await this.#write(file)
      logger.info({ path: file.path }, "resource file read")
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      logger.warn({ path: file.path, code: error.code }, `resource file not read: ${error.message}`)
    }
  }

  async #write({ path, text }: StrangeFile): Promise<void> {
    const place = placeOf(path, this.#files.collections)
    const resource = place && this.#writer.server.registry.byCollection(place.collection)
    if (!place || !resource) throw new KubeError("BadRequest", "no resource has a file of this name")
    const { value } = parseBody(Buffer.from(text), "application/yaml")
    if (!isRecord(value)) throw new KubeError("BadRequest", "the file holds no resource")
    const request = requestFor(resource, place)
    const live = this.#writer.live(resource, place)
    if (live) await this.#writer.transform(request, () => withIdentity(value, live))
    else await this.#writer.create(request, { value })
    // The same resource in other words: the file is put into the usual ones.
    this.#files.restore(path)
  }
}

function requestFor(resource: Resource, { namespace, name }: Place): NamedWrite {
  return {
    resource,
    namespace,
    name,
    subresource: undefined,
    manager,
    isDryRun: false,
    fieldValidation: "Strict",
    warnings: [],
    ownedThrough: "",
  }
}

/** Files do not hold what only the server sets. */
function withIdentity(value: Record<string, unknown>, live: AnyObject): Record<string, unknown> {
  const metadata = isRecord(value.metadata) ? value.metadata : {}
  return { ...value, metadata: { ...metadata, uid: live.metadata.uid, resourceVersion: live.metadata.resourceVersion } }
}

function namespacesFirst(a: StrangeFile, b: StrangeFile): number {
  const rank = ({ path }: StrangeFile): string => (path.startsWith("core/namespaces/") ? `0${path}` : `1${path}`)
  return rank(a) < rank(b) ? -1 : 1
}
