/**
 * The disk port over Node's files, rooted at one directory. Writes are synchronous (16 KiB into the page cache costs less than a trip
 * through the thread pool); everything that may wait for a device is asynchronous. Nothing is retried and no error is swallowed here.
 */
import {
  close,
  type Dirent,
  fdatasync,
  fstatSync,
  fsync,
  ftruncate,
  mkdir,
  open,
  read,
  readdir,
  rename,
  rmdir,
  statfs,
  unlink,
  writeSync,
  writevSync,
} from "node:fs"
import { dirname, join, resolve } from "node:path"
import { promisify } from "node:util"
import type { Disk, DiskFile } from "../ports.ts"
import { nodeLock } from "./node-lock.ts"

const closeFd = promisify(close)
const datasyncFd = promisify(fdatasync)
const syncFd = promisify(fsync)
const truncateFd = promisify(ftruncate)
const openPath = promisify(open)
const makePath = promisify(mkdir) as (path: string, options: { recursive: true }) => Promise<string | undefined>
const listPath = promisify(readdir) as (path: string) => Promise<string[] | Dirent[]>
const renamePath = promisify(rename)
const removeDirPath = promisify(rmdir)
const unlinkPath = promisify(unlink)
const statPath = promisify(statfs)

const flags = { create: "w+", append: "r+", read: "r" } as const

class NodeFile implements DiskFile {
  private readonly fd: number
  private sizeBytes: number

  constructor(fd: number) {
    this.fd = fd
    this.sizeBytes = fstatSync(fd).size
  }

  write(parts: readonly Uint8Array[], at: number): number {
    const [first] = parts
    if (first === undefined) return 0
    const count = parts.length === 1 ? writeSync(this.fd, first, 0, first.length, at) : writevSync(this.fd, parts, at)
    this.sizeBytes = Math.max(this.sizeBytes, at + count)
    return count
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    let filled = 0
    while (filled < into.length) {
      const count = await this.readOnce(into, filled, at + filled)
      if (count === 0) break
      filled += count
    }
    return filled
  }

  datasync(): Promise<void> {
    return datasyncFd(this.fd)
  }

  async truncate(sizeBytes: number): Promise<void> {
    await truncateFd(this.fd, sizeBytes)
    this.sizeBytes = sizeBytes
  }

  size(): number {
    return this.sizeBytes
  }

  close(): Promise<void> {
    return closeFd(this.fd)
  }

  private readOnce(into: Uint8Array, offset: number, at: number): Promise<number> {
    return new Promise((done, fail) => {
      read(this.fd, into, offset, into.length - offset, at, (error, count) => (error ? fail(error) : done(count)))
    })
  }
}

/** `open` for directories: opening, syncing and closing are one thing. */
async function syncDirectory(path: string): Promise<void> {
  const fd = await openPath(path, "r")
  try {
    await syncFd(fd)
  } finally {
    await closeFd(fd)
  }
}

/** Makes a directory with its parents, and the entries that were new in them durable. */
async function makeDurably(path: string): Promise<void> {
  const first = await makePath(path, { recursive: true })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made))
}

export function nodeDisk(root: string): Disk {
  const base = resolve(root)
  const at = (path: string): string => join(base, path)
  return {
    name: base,
    open: async (path, how) => new NodeFile(await openPath(at(path), flags[how])),
    rename: (from, to) => renamePath(at(from), at(to)),
    unlink: (path) => unlinkPath(at(path)),
    list: async (dir) => (await listPath(at(dir))).map(String),
    makeDir: (path) => (path === "" ? makeDurably(base) : makePath(at(path), { recursive: true }).then(() => undefined)),
    removeDir: (path) => removeDirPath(at(path)),
    syncDir: (dir) => syncDirectory(at(dir)),
    free: async () => bytes(await statPath(base), "bavail"),
    total: async () => bytes(await statPath(base), "blocks"),
    lock: (path) => nodeLock(at(path)),
  }
}

function bytes(stat: { bsize: number; bavail: number; blocks: number }, which: "bavail" | "blocks"): number {
  return stat.bsize * stat[which]
}
