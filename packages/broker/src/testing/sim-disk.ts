/**
 * A disk made of memory and a seed: volatile cache, chosen completion order, power cuts, errors, a capacity. One `SimDisk` outlives the
 * processes that use it; `mount` gives each process its own `Disk`, which goes silent when that process is killed.
 */
import type { Disk, DiskFile } from "../ports.ts"
import { allDirectories, SimDirectory, settleOtherHalves } from "./sim-directory.ts"
import { SimInode, type Survival } from "./sim-inode.ts"
import type { SimRandom } from "./sim-random.ts"
import type { SimScheduler } from "./sim-scheduler.ts"

export interface SimDiskOptions {
  scheduler: SimScheduler
  random: SimRandom
  capacityBytes?: number
}

export class SimDiskError extends Error {
  override readonly name = "SimDiskError"
  readonly code: string

  constructor(code: string, what: string) {
    super(`${code}: ${what}`)
    this.code = code
  }
}

type Operation = "write" | "datasync" | "syncDir" | "rename" | "unlink" | "open" | "truncate"

export class SimDisk {
  root = new SimDirectory()
  capacityBytes: number
  /** Probability that a call of this kind fails with EIO. */
  errorRate: Partial<Record<Operation, number>> = {}
  /** Probability that a write claims success and reaches nothing. */
  lostWriteRate = 0
  /** Called before each call of every mounted disk: tests kill the process at the n-th one. */
  onCall: (operation: Operation, path: string) => void = () => {}
  readonly scheduler: SimScheduler
  readonly random: SimRandom
  private generation = 0
  private changeId = 0
  /** Renames between directories that are not durable yet. */
  private readonly crossRenames = new Set<number>()
  private locked = false
  /** Calls that have started and not finished, of the process that is alive. */
  private inFlight = new Set<() => void>()

  constructor({ scheduler, random, capacityBytes = Number.MAX_SAFE_INTEGER }: SimDiskOptions) {
    this.scheduler = scheduler
    this.random = random
    this.capacityBytes = capacityBytes
  }

  usedBytes(): number {
    let used = 0
    const seen = new Set<SimInode>()
    for (const directory of allDirectories(this.root)) {
      for (const node of directory.live.values()) {
        if (!(node instanceof SimInode) || seen.has(node)) continue
        seen.add(node)
        used += node.live.size
      }
    }
    return used
  }

  /** SIGKILL: calls in flight have happened or not, the page cache stays. */
  kill(): void {
    const started = [...this.inFlight]
    this.inFlight = new Set()
    this.generation++
    for (const effect of started) if (this.random.chance(0.5)) ignoreFailure(effect)
    this.locked = false
  }

  /** The process and the page cache are gone; un-synced data survives as `survival` says. */
  powerCut(survival: Survival = this.random.pick(["none", "all", "prefix", "random", "random", "hole"])): void {
    this.kill()
    const directories = allDirectories(this.root)
    const ids = new Set<number>()
    for (const directory of directories) {
      const kept = survival === "none" ? 0 : survival === "all" ? directory.pending.length : this.random.below(directory.pending.length + 1)
      for (const id of directory.settle(kept)) ids.add(id)
    }
    settleOtherHalves(directories, ids)
    this.root = this.rebuilt(this.root, survival)
  }

  mount(): Disk {
    const mine = this.generation
    const isAlive = (): boolean => this.generation === mine
    /** Starts now, takes effect later; a killed process never hears of it. */
    const call = <T>(what: { operation: Operation; path: string }, effect: () => T): Promise<T> =>
      new Promise((done, fail) => {
        if (!isAlive()) return
        this.onCall(what.operation, what.path)
        if (!isAlive()) return
        const started = (): void => void effect()
        this.inFlight.add(started)
        this.scheduler.at(this.latency(what.operation), () => {
          if (!isAlive()) return
          this.inFlight.delete(started)
          try {
            this.maybeFail(what)
            done(effect())
          } catch (error) {
            fail(error)
          }
        })
      })
    const parent = (path: string): SimDirectory => this.directory(path.slice(0, Math.max(0, path.lastIndexOf("/"))))
    return {
      name: "simulated disk",
      open: (path, how) => call({ operation: "open", path }, () => this.fileOf(this.openInode(path, how), { path, call, isAlive })),
      rename: (from, to) => call({ operation: "rename", path: from }, () => this.move(from, to)),
      unlink: (path) => call({ operation: "unlink", path }, () => this.remove(path)),
      removeDir: (path) => call({ operation: "unlink", path }, () => this.remove(path)),
      list: (dir) => call({ operation: "open", path: dir }, () => [...this.directory(dir).live.keys()]),
      makeDir: (path) =>
        call({ operation: "open", path }, () => {
          if (path === "" || parent(path).live.has(nameOf(path))) return
          parent(path).change({ id: this.changeId++, set: { name: nameOf(path), node: new SimDirectory() } })
        }),
      syncDir: (dir) => {
        const directory = isAlive() ? this.findDirectory(dir) : undefined
        const known = directory === undefined ? new Set<number>() : new Set(directory.pending.map((change) => change.id))
        return call({ operation: "syncDir", path: dir }, () => {
          const now = this.directory(dir)
          const count = now.pending.filter((change) => known.has(change.id)).length
          const ids = now.settle(count)
          if ([...ids].some((id) => this.crossRenames.delete(id))) settleOtherHalves(allDirectories(this.root), ids)
        })
      },
      free: () => call({ operation: "open", path: "" }, () => Math.max(0, this.capacityBytes - this.usedBytes())),
      total: () => call({ operation: "open", path: "" }, () => this.capacityBytes),
      lock: () =>
        call({ operation: "open", path: "lock" }, () => {
          if (this.locked) return { held: false as const, pid: null }
          this.locked = true
          return {
            held: true as const,
            release: async () => {
              if (isAlive()) this.locked = false
            },
          }
        }),
    }
  }

  private fileOf(inode: SimInode, { path, call, isAlive }: FileContext): DiskFile {
    return {
      write: (parts, at) => {
        if (!isAlive()) throw new SimDiskError("EIO", "the process of this file is dead")
        this.onCall("write", path)
        if (!isAlive()) return this.writeAtDeath(inode, parts, at)
        this.maybeFail({ operation: "write", path })
        return this.writeParts(inode, parts, at)
      },
      read: (into, at) =>
        call({ operation: "open", path }, () => {
          const from = inode.live.view().subarray(Math.min(at, inode.live.size), at + into.length)
          into.set(from)
          return from.length
        }),
      datasync: () => {
        const mark = inode.mark()
        return call({ operation: "datasync", path }, () => inode.sync(mark)).catch((error: unknown) => {
          inode.loseSync(mark, this.random)
          throw error
        })
      },
      truncate: (size) => call({ operation: "truncate", path }, () => inode.truncate(size)),
      size: () => inode.live.size,
      close: async () => {},
    }
  }

  private writeParts(inode: SimInode, parts: readonly Uint8Array[], at: number): number {
    const wanted = parts.reduce((sum, part) => sum + part.length, 0)
    const isBounded = this.capacityBytes < Number.MAX_SAFE_INTEGER
    const room = isBounded ? Math.max(0, this.capacityBytes - this.usedBytes() + Math.max(0, inode.live.size - at)) : wanted
    if (room === 0 && wanted > 0) throw new SimDiskError("ENOSPC", "the simulated disk is full")
    if (this.lostWriteRate > 0 && this.random.chance(this.lostWriteRate)) return wanted
    let count = 0
    for (const part of parts) {
      const taken = part.subarray(0, Math.min(part.length, room - count))
      if (taken.length > 0) inode.write(taken, at + count)
      count += taken.length
    }
    return count
  }

  /** The process dies inside write(2): any prefix may have reached the page cache. */
  private writeAtDeath(inode: SimInode, parts: readonly Uint8Array[], at: number): number {
    const all = Buffer.concat(parts)
    const part = all.subarray(0, this.random.below(all.length + 1))
    if (part.length > 0) inode.write(part, at)
    return part.length
  }

  private openInode(path: string, how: "create" | "append" | "read"): SimInode {
    const directory = this.directory(path.slice(0, Math.max(0, path.lastIndexOf("/"))))
    const existing = directory.live.get(nameOf(path))
    if (existing instanceof SimDirectory) throw new SimDiskError("EISDIR", path)
    if (existing !== undefined) {
      if (how === "create") existing.truncate(0)
      return existing
    }
    if (how !== "create") throw new SimDiskError("ENOENT", path)
    if (this.capacityBytes < Number.MAX_SAFE_INTEGER && this.usedBytes() >= this.capacityBytes) throw new SimDiskError("ENOSPC", path)
    const inode = new SimInode()
    directory.change({ id: this.changeId++, set: { name: nameOf(path), node: inode } })
    return inode
  }

  private move(from: string, to: string): void {
    const [source, target] = [from, to].map((path) => this.directory(path.slice(0, Math.max(0, path.lastIndexOf("/"))))) as [
      SimDirectory,
      SimDirectory,
    ]
    const node = source.live.get(nameOf(from))
    if (node === undefined) throw new SimDiskError("ENOENT", from)
    const id = this.changeId++
    const set = { name: nameOf(to), node }
    source.change(source === target ? { id, remove: nameOf(from), set } : { id, remove: nameOf(from) })
    if (source === target) return
    target.change({ id, set })
    this.crossRenames.add(id)
  }

  private remove(path: string): void {
    const directory = this.directory(path.slice(0, Math.max(0, path.lastIndexOf("/"))))
    const node = directory.live.get(nameOf(path))
    if (node === undefined) throw new SimDiskError("ENOENT", path)
    if (node instanceof SimDirectory && node.live.size > 0) throw new SimDiskError("ENOTEMPTY", path)
    directory.change({ id: this.changeId++, remove: nameOf(path) })
  }

  private directory(path: string): SimDirectory {
    const found = this.findDirectory(path)
    if (found === undefined) throw new SimDiskError("ENOENT", path)
    return found
  }

  private findDirectory(path: string): SimDirectory | undefined {
    let at: SimDirectory = this.root
    for (const name of path.split("/").filter((part) => part !== "")) {
      const next = at.live.get(name)
      if (!(next instanceof SimDirectory)) return undefined
      at = next
    }
    return at
  }

  private rebuilt(from: SimDirectory, survival: Survival): SimDirectory {
    const made = new SimDirectory()
    for (const [name, node] of from.durable) {
      const left = node instanceof SimDirectory ? this.rebuilt(node, survival) : node.afterPowerCut(survival, this.random)
      made.live.set(name, left)
      made.durable.set(name, left)
    }
    return made
  }

  private latency(operation: Operation): number {
    if (operation !== "datasync" && operation !== "syncDir") return this.random.next() * 0.3
    return this.random.chance(0.1) ? 4 + this.random.next() * 30 : 0.2 + this.random.next() * 4
  }

  private maybeFail({ operation, path }: { operation: Operation; path: string }): void {
    const rate = this.errorRate[operation] ?? 0
    if (rate > 0 && this.random.chance(rate)) throw new SimDiskError("EIO", `${operation} of ${path}`)
  }
}

interface FileContext {
  path: string
  call: <T>(what: { operation: Operation; path: string }, effect: () => T) => Promise<T>
  isAlive: () => boolean
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

function ignoreFailure(effect: () => void): void {
  try {
    effect()
  } catch {
    // The call would have failed; nobody is left to hear it.
  }
}
