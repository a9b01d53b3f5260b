/** What recovery sets aside, in `<data>/quarantine/`: cut bytes and whole directories. Nothing here is ever deleted by itself. */
import type { Clock, Disk } from "../ports.ts"
import { withFile, writeAll } from "../storage/disk.ts"

const dir = "quarantine"
/** Of one torn tail; the rest is gone with the truncation and counted in the report. */
const maxKeptBytes = 4_194_304

export class Quarantine {
  private readonly disk: Disk
  private readonly clock: Clock
  private count = 0
  readonly names: string[] = []

  constructor(disk: Disk, clock: Clock) {
    this.disk = disk
    this.clock = clock
  }

  /** Copies the end of a file before it is cut. */
  async keepTail(path: string, from: number, to: number): Promise<void> {
    const target = await this.place(`${path.replaceAll("/", "_")}.from-${from}`)
    const tail = await withFile(this.disk.open(path, "read"), async (file) => {
      const bytes = new Uint8Array(Math.min(to - from, maxKeptBytes))
      return bytes.subarray(0, await file.read(bytes, from))
    })
    await withFile(this.disk.open(target, "create"), async (file) => {
      writeAll(file, tail, { position: 0, path: target })
      await file.datasync()
    })
    await this.disk.syncDir(dir)
  }

  /** Moves a file or a whole directory. */
  async move(path: string): Promise<void> {
    await this.disk.rename(path, await this.place(path.replaceAll("/", "_")))
    await this.disk.syncDir(dir)
    await this.disk.syncDir(path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "")
  }

  private async place(name: string): Promise<string> {
    await this.disk.makeDir(dir)
    await this.disk.syncDir("")
    const path = `${dir}/${Math.floor(this.clock.wall())}-${this.count++}.${name.slice(-180)}`
    this.names.push(path)
    return path
  }
}
