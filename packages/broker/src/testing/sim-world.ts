/** A data directory on a simulated disk, and the processes that come and go on it. */

import { LogManager, type LogManagerOptions } from "../log/log-manager.ts"
import type { Disk, Logger } from "../ports.ts"
import { SimDisk } from "./sim-disk.ts"
import type { Survival } from "./sim-inode.ts"
import { type SimRandom, simRandom } from "./sim-random.ts"
import { SimScheduler } from "./sim-scheduler.ts"

export class SimWorld {
  readonly random: SimRandom
  readonly scheduler = new SimScheduler()
  readonly disk: SimDisk
  readonly lines: string[] = []
  incarnation = 0
  private isAlive = { now: false }
  private died: (() => void) | null = null
  /** Resolves when the present process dies. */
  death: Promise<"died"> = Promise.resolve("died")

  constructor(seed: number, capacityBytes?: number) {
    this.random = simRandom(seed)
    this.disk = new SimDisk({
      scheduler: this.scheduler,
      random: this.random.fork(),
      ...(capacityBytes === undefined ? {} : { capacityBytes }),
    })
  }

  /** Starts a process; the answer never comes if it is killed before it is up. */
  boot(options: Partial<LogManagerOptions> = {}, wrapDisk: (disk: Disk) => Disk = (disk) => disk): Promise<LogManager> {
    this.incarnation++
    const life = { now: true }
    this.isAlive = life
    this.death = new Promise((died) => {
      this.died = () => died("died")
    })
    const disk = wrapDisk(this.disk.mount())
    const clock = this.scheduler.clock(() => life.now)
    return LogManager.open({ disk, clock, random: this.random, logger: this.logger(), reserveBytes: 0, minFreeBytes: 0, ...options })
  }

  kill(): void {
    this.end()
    this.disk.kill()
  }

  powerCut(survival?: Survival): void {
    this.end()
    this.disk.powerCut(survival)
  }

  private end(): void {
    this.isAlive.now = false
    this.died?.()
  }

  private logger(): Logger {
    const line = (level: string) => (fields: object, message: string) => {
      this.lines.push(`${this.scheduler.nowMs.toFixed(1)} ${level} ${message} ${JSON.stringify(fields)}`)
    }
    return { info: line("info"), warn: line("warn"), error: line("error") }
  }
}
