/**
 * The state of one partition's log. The appender moves `written` and `durable`, retention moves `logStart`, everyone reads. Offsets here
 * are exclusive ends; `logStart <= highWatermark <= written` and `durable <= written` always hold.
 */
import { BrokerError } from "../errors.ts"
import type { FrontierEntry } from "./frontier.ts"
import type { LeaderEpochs } from "./leader-epochs.ts"
import type { CorruptRange, Durability, LogConfig } from "./model.ts"
import type { ProducerStates } from "./producer-state.ts"
import type { Segment } from "./segment.ts"
import { OffsetWaiters } from "./waiters.ts"

export interface PartitionIdentity {
  topic: string
  topicId: string
  index: number
}

export interface RecoveredLog {
  segments: Segment[]
  logStart: number
  end: number
  epochs: LeaderEpochs
  producers: ProducerStates
  corruptRanges: CorruptRange[]
}

type HighWatermarkListener = (highWatermark: number) => void

export class PartitionState {
  readonly id: PartitionIdentity
  readonly dir: string
  /** In order of base offset; the last one is active and never missing. */
  readonly segments: Segment[]
  readonly epochs: LeaderEpochs
  readonly producers: ProducerStates
  readonly corruptRanges: CorruptRange[]
  readonly writtenWaiters = new OffsetWaiters()
  readonly durableWaiters = new OffsetWaiters()
  config: LogConfig
  logStart: number
  written: number
  durable: number
  highWatermark: number
  /** Set once the partition is deleted or the directory closed. */
  closed: BrokerError | null = null
  private readonly listeners = new Set<HighWatermarkListener>()

  constructor(id: PartitionIdentity, dir: string, { log, config }: { log: RecoveredLog; config: LogConfig }) {
    this.id = id
    this.dir = dir
    this.config = config
    this.segments = log.segments
    this.epochs = log.epochs
    this.producers = log.producers
    this.corruptRanges = log.corruptRanges
    this.logStart = log.logStart
    this.written = log.end
    this.durable = log.end
    this.highWatermark = log.end
  }

  get name(): string {
    return `${this.id.topic}-${this.id.index}`
  }

  get active(): Segment {
    const last = this.segments.at(-1)
    if (last === undefined) throw new BrokerError("PARTITION_CLOSED", `${this.name} has no segment`)
    return last
  }

  get sizeBytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.sizeBytes, 0)
  }

  get leaderEpoch(): number {
    return this.epochs.latest
  }

  get isSynced(): boolean {
    return this.config.durability === "fsync"
  }

  /** The segment that holds an offset, or the first one behind it. */
  segmentAt(offset: number): Segment | undefined {
    let [low, high] = [0, this.segments.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.segments[middle]?.nextOffset ?? 0) <= offset) low = middle + 1
      else high = middle
    }
    return this.segments[low]
  }

  raiseHighWatermark(): void {
    const next = this.isSynced ? this.durable : this.written
    if (next <= this.highWatermark) return
    this.highWatermark = next
    for (const listener of this.listeners) listener(next)
  }

  onHighWatermark(listener: HighWatermarkListener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  frontierEntry(): FrontierEntry {
    const { topicId, index } = this.id
    return { topicId, index, leaderEpoch: this.leaderEpoch, logStart: this.logStart, durable: this.durable }
  }
}

/** Milliseconds between flushes, 0 for every round, null for never. */
export function flushIntervalMs(durability: Durability): number | null {
  if (durability === "fsync") return 0
  return durability === "os" ? null : Number(durability.slice("interval:".length))
}
