import { expect, test } from "vitest"
import type { Disk } from "../ports.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { OpenFiles } from "./open-files.ts"

async function countingDisk(): Promise<{ disk: Disk; open: () => number }> {
  const inner = memoryDisk()
  for (const path of ["a", "b", "c"]) await (await inner.open(path, "create")).close()
  let open = 0
  const disk: Disk = {
    ...inner,
    open: async (path, how) => {
      const file = await inner.open(path, how)
      open++
      return { ...file, size: () => file.size(), read: (into, at) => file.read(into, at), close: async () => void open-- }
    },
  }
  return { disk, open: () => open }
}

const turn = (): Promise<void> => new Promise((done) => void setImmediate(done))

test("opens a file once for all its users and keeps it for the next", async () => {
  const { disk, open } = await countingDisk()
  const files = new OpenFiles(disk, 2)
  const leases = await Promise.all([files.acquire("a"), files.acquire("a")])
  for (const lease of leases) lease.release()
  const again = await files.acquire("a")
  expect(open()).toBe(1)
  again.release()
})

test("closes the least recently used one above its limit", async () => {
  const { disk, open } = await countingDisk()
  const files = new OpenFiles(disk, 2)
  for (const path of ["a", "b", "a", "c"]) (await files.acquire(path)).release()
  await turn()
  expect(open()).toBe(2)
  const [kept] = [await files.acquire("a")]
  expect(open()).toBe(2)
  kept.release()
})

test("never closes a file that is in use, and closes it with its last user", async () => {
  const { disk, open } = await countingDisk()
  const files = new OpenFiles(disk, 1)
  const used = await files.acquire("a")
  for (const path of ["b", "c"]) (await files.acquire(path)).release()
  files.drop("a")
  await turn()
  expect(open()).toBe(2)
  used.release()
  used.release()
  await turn()
  expect(open()).toBe(1)
})

test("tries again after a file could not be opened", async () => {
  const { disk } = await countingDisk()
  const files = new OpenFiles(disk, 1)
  await expect(files.acquire("later")).rejects.toMatchObject({ code: "ENOENT" })
  await (await disk.open("later", "create")).close()
  const lease = await files.acquire("later")
  lease.release()
  await files.close()
})
