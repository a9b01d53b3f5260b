// Virtual machines that give cold pages back write their first gigabytes of page cache at a fraction of the later speed, so that whoever runs
// first loses. Reading a large sparse file before each run of each side makes both find warm pages.
import { closeSync, ftruncateSync, openSync, readSync, rmSync } from "node:fs"
import { join } from "node:path"

const fillBytes = 3 * 1024 ** 3

export function fillPageCache(dir: string): void {
  const path = join(dir, "page-cache-filler")
  const file = openSync(path, "w+")
  try {
    ftruncateSync(file, fillBytes)
    const block = Buffer.allocUnsafe(4_194_304)
    for (let at = 0; at < fillBytes; at += block.length) readSync(file, block, 0, block.length, at)
  } finally {
    closeSync(file)
    rmSync(path)
  }
}
