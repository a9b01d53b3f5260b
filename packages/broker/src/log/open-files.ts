/**
 * File descriptors of cold segments, least recently used closed first. A file in use is never closed; one that was dropped (renamed,
 * deleted) closes with its last user.
 */
import type { Disk, DiskFile } from "../ports.ts"

export interface FileLease {
  file: DiskFile
  release(): void
}

interface Entry {
  opening: Promise<DiskFile>
  users: number
  isDropped: boolean
}

export class OpenFiles {
  private readonly entries = new Map<string, Entry>()
  private readonly disk: Disk
  private readonly limit: number

  constructor(disk: Disk, limit: number) {
    this.disk = disk
    this.limit = limit
  }

  async acquire(path: string): Promise<FileLease> {
    const entry = this.entries.get(path) ?? { opening: this.disk.open(path, "read"), users: 0, isDropped: false }
    this.entries.delete(path)
    this.entries.set(path, entry)
    entry.users++
    try {
      const file = await entry.opening
      this.evict()
      return { file, release: once(() => this.release(entry, file)) }
    } catch (error) {
      entry.users--
      if (this.entries.get(path) === entry) this.entries.delete(path)
      throw error
    }
  }

  /** Forgets a path that now means something else. */
  drop(path: string): void {
    const entry = this.entries.get(path)
    if (entry === undefined) return
    this.entries.delete(path)
    this.retire(entry)
  }

  async close(): Promise<void> {
    const all = [...this.entries.values()]
    this.entries.clear()
    await Promise.allSettled(all.map(async (entry) => (await entry.opening).close()))
  }

  private release(entry: Entry, file: DiskFile): void {
    entry.users--
    if (entry.isDropped && entry.users === 0) void file.close().catch(ignore)
  }

  private evict(): void {
    if (this.entries.size <= this.limit) return
    for (const [path, entry] of this.entries) {
      if (entry.users > 0) continue
      this.entries.delete(path)
      this.retire(entry)
      if (this.entries.size <= this.limit) return
    }
  }

  private retire(entry: Entry): void {
    entry.isDropped = true
    if (entry.users === 0) void entry.opening.then((file) => file.close()).catch(ignore)
  }
}

function once(run: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    run()
  }
}

/** Closing a file that was only read cannot lose anything. */
function ignore(): void {}
