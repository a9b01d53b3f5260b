// The files that the storage needs, as a port of few methods over text, so that tests can cut the power at any of them.
import type { FileHandle } from "node:fs/promises"
import { link, mkdir, open, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { KubeError } from "../../errors.ts"

export type AppendFile = {
  append(bytes: Uint8Array): Promise<void>
  /** What was appended before survives a power cut once this resolves. */
  sync(): Promise<void>
  close(): Promise<void>
}

export type Disk = {
  makeDir(path: string): Promise<void>
  /** `undefined` when there is none. */
  read(path: string): Promise<Uint8Array | undefined>
  /** Names of what is in a folder; a folder's name ends in a slash. Empty when there is none. */
  list(path: string): Promise<string[]>
  /** Creates or opens for appending; readable by the owner only. */
  openAppend(path: string): Promise<AppendFile>
  truncate(path: string, size: number): Promise<void>
  /** Whole file or nothing: written beside and renamed. Durable only where said so. */
  replace(path: string, bytes: Uint8Array | string, options: { mode: number; isDurable: boolean }): Promise<void>
  remove(path: string): Promise<void>
  /** A second name for the file as it is now: what replaces it later leaves this one alone. */
  keepAs(path: string, name: string): Promise<void>
  /** Throws `Locked` when somebody else holds it. It ends with the process, however that dies. */
  lock(path: string): Lock
}

export type Lock = { release(): void }

const ownerOnly = 0o600

export const nodeDisk: Disk = {
  makeDir: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  read: (path) => absentAs(readFile(path), undefined),
  list: async (path) => {
    const entries = await absentAs(readdir(path, { withFileTypes: true }), [])
    return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
  },
  openAppend: async (path) => {
    const file = await open(path, "a", ownerOnly)
    await syncDir(dirname(path))
    return appendFile(file)
  },
  truncate: async (path, size) => await truncate(path, size),
  replace: async (path, bytes, { mode, isDurable }) => {
    const temporary = join(dirname(path), `.${path.slice(dirname(path).length + 1)}.new`)
    await writeFile(temporary, bytes, { mode, flush: isDurable })
    await rename(temporary, path)
    if (isDurable) await syncDir(dirname(path))
  },
  remove: async (path) => await rm(path, { force: true }),
  keepAs: async (path, name) => {
    await rm(name, { force: true })
    await link(path, name)
  },
  lock: lockFile,
}

/** An exclusive transaction on a SQLite file: the one lock of the operating system that Node can take without native code. */
function lockFile(path: string): Lock {
  const database = new DatabaseSync(path)
  try {
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE")
  } catch (cause) {
    database.close()
    if (!(cause instanceof Error && /locked/.test(cause.message))) throw cause
    throw new KubeError("Locked", `the resource directory ${dirname(path)} is in use by another process`, { cause })
  }
  return { release: () => database.close() }
}

function appendFile(file: FileHandle): AppendFile {
  return {
    append: async (bytes) => {
      for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
    },
    sync: () => file.datasync(),
    close: () => file.close(),
  }
}

/** A new name in a folder is durable only after the folder itself is synced. */
async function syncDir(path: string): Promise<void> {
  const dir = await open(path, "r")
  try {
    await dir.sync()
  } finally {
    await dir.close()
  }
}

async function absentAs<T, F>(reading: Promise<T>, fallback: F): Promise<T | F> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return fallback
    throw error
  }
}
