/**
 * The flusher of one log directory. A round takes everything that is dirty, syncs it, and lets each partition move its durable offset to
 * the end captured before the call; what became dirty meanwhile is the next round. The previous round is the only linger there is.
 * Frontier entries follow in a later round or with the timer, because they describe what a finished round made durable.
 */
import type { Cancel, Clock } from "../ports.ts"
import { isDiskFull } from "../storage/disk.ts"
import type { Frontier, FrontierEntry } from "./frontier.ts"
import type { HealthState } from "./health.ts"

export interface Flushable {
  /** Syncs what is written now, then moves the durable offset. Answers the bytes that became safe. */
  flush(): Promise<number>
}

export interface FlushRound {
  seconds: number
  partitions: number
  bytes: number
}

export interface FlusherOptions {
  clock: Clock
  health: HealthState
  frontier: Frontier
  frontierIntervalMs: number
  frontierIntervalBytes: number
  onRound: (round: FlushRound) => void
}

/** More at once would only fill the thread pool that reads need too. */
const parallelSyncs = 8

export class Flusher {
  private readonly options: FlusherOptions
  private dirty = new Set<Flushable>()
  private round: Promise<void> | null = null
  private bytesSinceFrontier = 0
  private frontierTimer: Cancel | null = null
  private isStopped = false

  constructor(options: FlusherOptions) {
    this.options = options
  }

  markDirty(log: Flushable): void {
    this.dirty.add(log)
  }

  /** What the next sync of the frontier will say. */
  noteDurable(entry: FrontierEntry): void {
    this.options.frontier.note(entry)
    this.armFrontier()
  }

  /** Starts a round unless one runs; that one continues by itself. */
  kick(): void {
    if (this.round !== null || this.dirty.size === 0 || this.options.health.isReadOnly) return
    this.round = this.run().finally(() => {
      this.round = null
    })
  }

  /** Makes everything durable that is dirty now, and then the frontier. */
  async drain(): Promise<void> {
    while (this.round !== null || this.dirty.size > 0) {
      this.kick()
      if (this.round === null) break
      await this.round
    }
    await this.syncFrontier()
  }

  stop(): void {
    this.isStopped = true
    this.frontierTimer?.()
  }

  /** Writes what is known to be durable; a full disk postpones it, anything else ends writing. */
  async syncFrontier(): Promise<void> {
    const { frontier, health } = this.options
    if (health.isReadOnly) return
    this.bytesSinceFrontier = 0
    try {
      await frontier.sync()
    } catch (error) {
      if (isDiskFull(error)) health.fill("the frontier journal could not be written")
      else health.fail("writing the frontier journal", error)
    }
  }

  private async run(): Promise<void> {
    while (this.dirty.size > 0 && !this.options.health.isReadOnly) {
      const logs = [...this.dirty]
      this.dirty = new Set()
      await this.runRound(logs)
    }
  }

  private async runRound(logs: Flushable[]): Promise<void> {
    const { clock, onRound, frontierIntervalBytes } = this.options
    const started = clock.monotonic()
    const journal = this.bytesSinceFrontier >= frontierIntervalBytes ? this.syncFrontier() : undefined
    let bytes = 0
    const queue = logs.values()
    const worker = async (): Promise<void> => {
      for (const log of queue) bytes += await this.flushOne(log)
    }
    await Promise.all([journal, ...Array.from({ length: Math.min(parallelSyncs, logs.length) }, worker)])
    this.bytesSinceFrontier += bytes
    onRound({ seconds: (clock.monotonic() - started) / 1_000, partitions: logs.length, bytes })
  }

  private async flushOne(log: Flushable): Promise<number> {
    if (this.options.health.isReadOnly) return 0
    try {
      return await log.flush()
    } catch (error) {
      this.options.health.fail("fdatasync of a segment", error)
      return 0
    }
  }

  private armFrontier(): void {
    if (this.isStopped || this.frontierTimer !== null) return
    this.frontierTimer = this.options.clock.after(this.options.frontierIntervalMs, () => {
      this.frontierTimer = null
      void this.syncFrontier().then(() => {
        if (this.options.frontier.hasNotes) this.armFrontier()
      })
    })
  }
}
