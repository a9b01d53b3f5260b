// A disk in memory whose power can be cut: what was synced stays, of the rest any part may be there. It can also fail the n-th call.

import type { AppendFile, Disk, Lock } from "../embedded/storage/disk.ts"
import { KubeError } from "../errors.ts"

type File = { bytes: Uint8Array; syncedSize: number; replaced: Uint8Array | undefined }

export type Chance = () => number

export class MemoryDisk implements Disk {
  readonly #files: Map<string, File>
  readonly #locks = new Set<string>()
  /** Counts down; the call that finds it at zero fails. */
  failAfter = Number.POSITIVE_INFINITY
  syncs = 0

  constructor(files: Map<string, File> = new Map()) {
    this.#files = files
  }

  /** The disk as the next start finds it. */
  cutPower(chance: Chance): MemoryDisk {
    const after = new Map<string, File>()
    for (const [path, file] of this.#files) {
      const unsynced = file.bytes.length - file.syncedSize
      const isOld = file.replaced !== undefined && chance() < 0.5
      const bytes = Uint8Array.from(
        isOld ? file.replaced! : file.bytes.subarray(0, file.syncedSize + Math.floor(chance() * (unsynced + 1))),
      )
      // A torn page: the last unsynced bytes may hold anything.
      if (!isOld && bytes.length > file.syncedSize && chance() < 0.3) bytes[bytes.length - 1] = Math.floor(chance() * 256)
      after.set(path, { bytes, syncedSize: bytes.length, replaced: undefined })
    }
    return new MemoryDisk(after)
  }

  makeDir(): Promise<void> {
    return this.#step(() => undefined)
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#step(() => copyOf(this.#files.get(path)?.bytes))
  }

  list(path: string): Promise<string[]> {
    return this.#step(() => {
      const rests = [...this.#files.keys()].filter((each) => each.startsWith(`${path}/`)).map((each) => each.slice(path.length + 1))
      return [...new Set(rests.map((rest) => (rest.includes("/") ? `${rest.split("/")[0]}/` : rest)))]
    })
  }

  async openAppend(path: string): Promise<AppendFile> {
    await this.#step(() => {
      if (!this.#files.has(path)) this.#files.set(path, { bytes: new Uint8Array(), syncedSize: 0, replaced: undefined })
    })
    const file = this.#files.get(path)!
    return {
      append: (bytes) =>
        this.#step(() => {
          file.bytes = Buffer.concat([file.bytes, bytes])
        }),
      sync: () =>
        this.#step(() => {
          this.syncs += 1
          file.syncedSize = file.bytes.length
        }),
      close: () => Promise.resolve(),
    }
  }

  truncate(path: string, size: number): Promise<void> {
    return this.#step(() => {
      const file = this.#files.get(path)!
      this.#files.set(path, {
        bytes: Uint8Array.from(file.bytes.subarray(0, size)),
        syncedSize: Math.min(size, file.syncedSize),
        replaced: undefined,
      })
    })
  }

  replace(path: string, content: Uint8Array | string, { isDurable }: { isDurable: boolean }): Promise<void> {
    return this.#step(() => {
      const bytes = typeof content === "string" ? Buffer.from(content) : Uint8Array.from(content)
      const replaced = isDurable ? undefined : this.#files.get(path)?.bytes
      this.#files.set(path, { bytes, syncedSize: bytes.length, replaced })
    })
  }

  remove(path: string): Promise<void> {
    return this.#step(() => void this.#files.delete(path))
  }

  keepAs(path: string, name: string): Promise<void> {
    return this.#step(() => void this.#files.set(name, { ...this.#files.get(path)! }))
  }

  lock(path: string): Lock {
    if (this.#locks.has(path)) throw new KubeError("Locked", `${path} is in use`)
    this.#locks.add(path)
    return { release: () => void this.#locks.delete(path) }
  }

  paths(): string[] {
    return [...this.#files.keys()].toSorted()
  }

  text(path: string): string | undefined {
    const bytes = this.#files.get(path)?.bytes
    return bytes && Buffer.from(bytes).toString("utf8")
  }

  /** Damages one byte that was written long ago. */
  flip(path: string, at: number): void {
    const file = this.#files.get(path)!
    file.bytes[at] = (file.bytes[at] ?? 0) ^ 0xff
  }

  async #step<T>(act: () => T): Promise<T> {
    await Promise.resolve()
    this.failAfter -= 1
    if (this.failAfter < 0) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" })
    return act()
  }
}

/** Buffers share their memory when sliced. */
function copyOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && Uint8Array.from(bytes)
}

/** A repeatable sequence of numbers in [0, 1). */
export function seeded(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}
