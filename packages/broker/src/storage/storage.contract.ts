/** What every disk promises to the log. A backend's own test is three lines. */
import { expect, test } from "vitest"
import type { Disk, DiskFile } from "../ports.ts"
import { isMissing } from "./disk.ts"

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

async function content(disk: Disk, path: string): Promise<string> {
  const file = await disk.open(path, "read")
  const bytes = new Uint8Array(file.size())
  const count = await file.read(bytes, 0)
  await file.close()
  return new TextDecoder().decode(bytes.subarray(0, count))
}

async function put(disk: Disk, path: string, value: string): Promise<DiskFile> {
  const file = await disk.open(path, "create")
  expect(file.write([text(value)], 0)).toBe(value.length)
  return file
}

export interface DiskUnderTest {
  disk: Disk
  /** Drives what needs driving until the promise settles. */
  run: <T>(work: Promise<T>) => Promise<T>
  end: () => Promise<void>
}

export function storageContract(name: string, make: () => Promise<DiskUnderTest>): void {
  const disk = (what: string, work: (disk: Disk) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const under = await make()
      try {
        await under.run(under.disk.makeDir("").then(() => work(under.disk)))
      } finally {
        await under.end()
      }
    })
  }

  disk("reads back what several parts were written at a position", async (disk) => {
    const file = await put(disk, "a", "0123456789")
    expect(file.write([text("AB"), text("CD")], 3)).toBe(4)
    await file.datasync()
    expect(file.size()).toBe(10)
    expect(await content(disk, "a")).toBe("012ABCD789")
    await file.close()
  })

  disk("fills a read as far as the file goes", async (disk) => {
    const file = await put(disk, "a", "0123456789")
    const into = new Uint8Array(8)
    expect(await file.read(into, 6)).toBe(4)
    expect(new TextDecoder().decode(into.subarray(0, 4))).toBe("6789")
    expect(await file.read(into, 100)).toBe(0)
    await file.close()
  })

  disk("reads zeros where nothing was written below the end", async (disk) => {
    const file = await disk.open("a", "create")
    file.write([text("x")], 5)
    expect(await content(disk, "a")).toBe("\0\0\0\0\0x")
    await file.close()
  })

  disk("cuts a file and writes behind the cut", async (disk) => {
    const file = await put(disk, "a", "0123456789")
    await file.truncate(4)
    expect(file.size()).toBe(4)
    file.write([text("!")], 4)
    expect(await content(disk, "a")).toBe("0123!")
    await file.close()
  })

  disk("opens what exists without changing it, and empties it for create", async (disk) => {
    await (await put(disk, "a", "old")).close()
    const again = await disk.open("a", "append")
    expect(again.size()).toBe(3)
    await again.close()
    const emptied = await disk.open("a", "create")
    expect(emptied.size()).toBe(0)
    await emptied.close()
  })

  disk("says ENOENT for what is missing", async (disk) => {
    const calls = [
      () => disk.open("no", "read"),
      () => disk.open("no", "append"),
      () => disk.unlink("no"),
      () => disk.list("no"),
      () => disk.rename("no", "x"),
    ]
    for (const call of calls) expect(isMissing(await call().catch((error: unknown) => error))).toBe(true)
  })

  disk("renames over an existing file", async (disk) => {
    await (await put(disk, "a", "new")).close()
    await (await put(disk, "b", "old")).close()
    await disk.rename("a", "b")
    await disk.syncDir("")
    expect(await disk.list("")).toEqual(["b"])
    expect(await content(disk, "b")).toBe("new")
  })

  disk("keeps an open file readable after unlink and rename", async (disk) => {
    const file = await put(disk, "a", "still here")
    await disk.rename("a", "b")
    await disk.unlink("b")
    const into = new Uint8Array(10)
    expect(await file.read(into, 0)).toBe(10)
    expect(await disk.list("")).toEqual([])
    await file.close()
  })

  disk("makes, lists, moves and removes directories", async (disk) => {
    await disk.makeDir("d")
    await disk.makeDir("d")
    await (await put(disk, "d/a", "1")).close()
    await disk.syncDir("d")
    expect(await disk.list("d")).toEqual(["a"])
    await expect(disk.removeDir("d")).rejects.toThrow()
    await disk.rename("d", "e")
    expect(await content(disk, "e/a")).toBe("1")
    await disk.unlink("e/a")
    await disk.removeDir("e")
    expect(await disk.list("")).toEqual([])
  })

  disk("knows its space", async (disk) => {
    const [free, total] = [await disk.free(), await disk.total()]
    expect(free).toBeGreaterThan(0)
    expect(total).toBeGreaterThanOrEqual(free)
  })

  disk("gives its lock to one holder at a time", async (disk) => {
    const lock = await disk.lock("lock.db")
    expect(lock.held).toBe(true)
    expect((await disk.lock("lock.db")).held).toBe(false)
    if (lock.held) await lock.release()
    const again = await disk.lock("lock.db")
    expect(again.held).toBe(true)
    if (again.held) await again.release()
  })
}
