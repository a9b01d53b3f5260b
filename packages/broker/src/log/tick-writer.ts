/** Gathers the partitions that staged batches during one event-loop turn and lets each write once at its end. */
import type { Clock } from "../ports.ts"

export interface StagingLog {
  writeStaged(): void
}

export class TickWriter {
  private staging = new Set<StagingLog>()
  private readonly clock: Clock
  private readonly afterWrites: () => void

  constructor(clock: Clock, afterWrites: () => void) {
    this.clock = clock
    this.afterWrites = afterWrites
  }

  schedule(log: StagingLog): void {
    if (this.staging.size === 0) this.clock.endOfTick(() => this.writeAll())
    this.staging.add(log)
  }

  /** Also called outside a tick's end, when a stop cannot wait for it. */
  writeAll(): void {
    const logs = this.staging
    this.staging = new Set()
    for (const log of logs) log.writeStaged()
    this.afterWrites()
  }
}
