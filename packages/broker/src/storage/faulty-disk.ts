/** A disk around another one whose calls fail, fall short or wait when the plan says so. For tests of failing disks. */
import type { Disk, DiskFile } from "../ports.ts"

export type DiskOperation =
  | "open"
  | "rename"
  | "unlink"
  | "list"
  | "makeDir"
  | "removeDir"
  | "syncDir"
  | "free"
  | "write"
  | "read"
  | "datasync"
  | "truncate"

export interface DiskCall {
  operation: DiskOperation
  path: string
  /** 1 for the first call of this operation on this disk. */
  count: number
}

/** `error`: the errno name to fail with; `short`: how many bytes a write takes; `before`: waited for first (not by writes). */
export interface Fault {
  error?: string
  short?: number
  before?: Promise<void>
}

export type FaultPlan = (call: DiskCall) => Fault | undefined

export class InjectedFault extends Error {
  override readonly name = "InjectedFault"
  readonly code: string

  constructor(code: string, call: DiskCall) {
    super(`${code}: injected into ${call.operation} ${call.count} of ${call.path}`)
    this.code = code
  }
}

export interface FaultyDisk extends Disk {
  /** Every call so far, in order: tests assert that the planned fault happened and what came after it. */
  readonly calls: readonly DiskCall[]
}

export function faultyDisk(inner: Disk, plan: FaultPlan): FaultyDisk {
  const calls: DiskCall[] = []
  const counts = new Map<DiskOperation, number>()

  function record(operation: DiskOperation, path: string): Fault & { call: DiskCall } {
    const count = (counts.get(operation) ?? 0) + 1
    counts.set(operation, count)
    const call = { operation, path, count }
    calls.push(call)
    return { ...plan(call), call }
  }

  async function pass<T>(call: { operation: DiskOperation; path: string }, run: () => Promise<T>): Promise<T> {
    const fault = record(call.operation, call.path)
    await fault.before
    if (fault.error !== undefined) throw new InjectedFault(fault.error, fault.call)
    return run()
  }

  function wrap(file: DiskFile, path: string): DiskFile {
    return {
      write(parts, at) {
        const fault = record("write", path)
        if (fault.error !== undefined) throw new InjectedFault(fault.error, fault.call)
        return fault.short === undefined ? file.write(parts, at) : file.write(firstBytes(parts, fault.short), at)
      },
      read: (into, at) => pass({ operation: "read", path }, () => file.read(into, at)),
      datasync: () => pass({ operation: "datasync", path }, () => file.datasync()),
      truncate: (size) => pass({ operation: "truncate", path }, () => file.truncate(size)),
      size: () => file.size(),
      close: () => file.close(),
    }
  }

  return {
    calls,
    name: inner.name,
    open: (path, how) => pass({ operation: "open", path }, async () => wrap(await inner.open(path, how), path)),
    rename: (from, to) => pass({ operation: "rename", path: from }, () => inner.rename(from, to)),
    unlink: (path) => pass({ operation: "unlink", path }, () => inner.unlink(path)),
    list: (path) => pass({ operation: "list", path }, () => inner.list(path)),
    makeDir: (path) => pass({ operation: "makeDir", path }, () => inner.makeDir(path)),
    removeDir: (path) => pass({ operation: "removeDir", path }, () => inner.removeDir(path)),
    syncDir: (path) => pass({ operation: "syncDir", path }, () => inner.syncDir(path)),
    free: () => pass({ operation: "free", path: "" }, () => inner.free()),
    total: () => inner.total(),
    lock: (path) => inner.lock(path),
  }
}

function firstBytes(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  const taken: Uint8Array[] = []
  let left = count
  for (const part of parts) {
    if (left === 0) break
    taken.push(part.subarray(0, left))
    left -= Math.min(left, part.length)
  }
  return taken
}
