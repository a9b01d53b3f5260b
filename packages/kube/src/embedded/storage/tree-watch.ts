// Notifications of the operating system for changed resource files: one watch per folder (Node's recursive watch would take one per file).
// Folders that appear later are taken up with what is in them already.
import { type FSWatcher, readdirSync, watch } from "node:fs"
import { join } from "node:path"
import type { Logger } from "../../ports.ts"

export type TreeWatchOptions = {
  dir: string
  /** Folders below `dir`, which exist; their own folders are watched as well, no deeper. */
  folders: readonly string[]
  logger: Logger
  /** Path below `dir`. */
  onChange: (path: string) => void
}

export class TreeWatch {
  readonly #options: TreeWatchOptions
  readonly #watchers = new Map<string, FSWatcher>()

  constructor(options: TreeWatchOptions) {
    this.#options = options
  }

  start(): void {
    for (const folder of this.#options.folders) {
      this.#watch(folder, (name) => this.#onOuterChange(folder, name))
      for (const entry of this.#entries(folder)) if (entry.isDirectory()) this.#watchInner(`${folder}/${entry.name}`)
    }
  }

  stop(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #onOuterChange(folder: string, name: string): void {
    const path = `${folder}/${name}`
    this.#options.onChange(path)
    // A folder that came, or one that went and may come again.
    if (name.includes(".yaml") || name.startsWith(".")) return
    this.#watchers.get(path)?.close()
    this.#watchers.delete(path)
    const entries = this.#entries(path)
    if (entries.length === 0 && !this.#entries(folder).some((entry) => entry.name === name && entry.isDirectory())) return
    this.#watchInner(path)
    for (const entry of entries) this.#options.onChange(`${path}/${entry.name}`)
  }

  #watchInner(folder: string): void {
    this.#watch(folder, (name) => this.#options.onChange(`${folder}/${name}`))
  }

  #watch(folder: string, onEvent: (name: string) => void): void {
    const { dir, logger } = this.#options
    try {
      const watcher = watch(join(dir, folder), { persistent: false }, (_event, name) => {
        if (name !== null) onEvent(name)
      })
      watcher.on("error", (error) => {
        this.#watchers.delete(folder)
        logger.warn({ err: error, folder }, "resource files are no longer watched here; edits are read at the next start")
      })
      this.#watchers.set(folder, watcher)
    } catch (error) {
      logger.warn({ err: error, folder }, "resource files cannot be watched here; edits are read at the next start")
    }
  }

  #entries(folder: string): { name: string; isDirectory(): boolean }[] {
    try {
      return readdirSync(join(this.#options.dir, folder), { withFileTypes: true })
    } catch {
      // It is a file, or gone again.
      return []
    }
  }
}
