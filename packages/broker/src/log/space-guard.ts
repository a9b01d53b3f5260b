/**
 * Watches free space once a second. Appends are refused before the wall (`minFreeBytes`); when a write hits it all the same, the reserve
 * file is given back so that metadata, deletions and retention go on. Appends resume once the reserve could be made again.
 */
import type { Cancel, Clock, Disk, Logger } from "../ports.ts"
import { isDiskFull, isMissing, removeFile, ShortWrite, withFile, writeAll } from "../storage/disk.ts"
import type { HealthState } from "./health.ts"

export interface SpaceGuardOptions {
  disk: Disk
  clock: Clock
  logger: Logger
  health: HealthState
  minFreeBytes: number
  reserveBytes: number
}

const probeMs = 1_000
const chunkBytes = 1_048_576
export const reservePath = "reserve"

export class SpaceGuard {
  private readonly options: SpaceGuardOptions
  private timer: Cancel | null = null
  private hasReserve = false
  private isStopped = false
  private work: Promise<void> = Promise.resolve()

  constructor(options: SpaceGuardOptions) {
    this.options = options
  }

  start(): void {
    const { health, disk } = this.options
    health.on(({ state, reason }) => {
      if (state === "full" && reason !== lowReason) this.run(() => this.releaseReserve())
    })
    this.run(async () => {
      const present = await withFile(disk.open(reservePath, "read"), async (file) => file.size()).catch(zeroIfMissing)
      this.hasReserve = present >= this.options.reserveBytes
      if (!this.hasReserve) await this.makeReserve()
    })
    this.arm()
  }

  async stop(): Promise<void> {
    this.isStopped = true
    this.timer?.()
    await this.work
  }

  /** One after the other; a failure here is a failure of the directory unless it is only space that is missing. */
  private run(task: () => Promise<void>): void {
    this.work = this.work.then(task).catch((error: unknown) => {
      if (isDiskFull(error)) this.options.health.fill("no space for the reserve")
      else if (!this.isStopped) this.options.health.fail("keeping the reserve file", error)
    })
  }

  private arm(): void {
    if (this.isStopped) return
    this.timer = this.options.clock.after(probeMs, () => {
      this.run(() => this.probe())
      void this.work.then(() => this.arm())
    })
  }

  private async probe(): Promise<void> {
    const { disk, health, minFreeBytes, reserveBytes } = this.options
    if (health.isReadOnly) return
    const free = await disk.free()
    const isFull = health.current.state === "full"
    if (!isFull && free < minFreeBytes) health.fill(lowReason)
    if (isFull && free >= minFreeBytes + (this.hasReserve ? 0 : reserveBytes)) {
      if (!this.hasReserve) await this.makeReserve()
      health.resume()
    }
  }

  private async makeReserve(): Promise<void> {
    const { disk, clock, reserveBytes } = this.options
    if (reserveBytes === 0) return
    const free = await disk.free()
    if (free < reserveBytes) throw new ShortWrite(reservePath, reserveBytes, free)
    const chunk = new Uint8Array(Math.min(chunkBytes, reserveBytes))
    try {
      await withFile(disk.open(reservePath, "create"), async (file) => {
        for (let position = 0; position < reserveBytes && !this.isStopped; position += chunk.length) {
          writeAll(file, chunk.subarray(0, Math.min(chunk.length, reserveBytes - position)), { position, path: reservePath })
          await new Promise<void>((next) => clock.endOfTick(next))
        }
        await file.datasync()
      })
      await disk.syncDir("")
      this.hasReserve = !this.isStopped
    } catch (error) {
      await removeFile(disk, reservePath)
      throw error
    }
  }

  private async releaseReserve(): Promise<void> {
    if (!this.hasReserve) return
    this.hasReserve = false
    this.options.logger.warn({}, "the reserve file was given back to keep deletions and metadata going")
    await removeFile(this.options.disk, reservePath)
  }
}

const lowReason = "less free space than storage.min_free"

function zeroIfMissing(error: unknown): number {
  if (isMissing(error)) return 0
  throw error
}
