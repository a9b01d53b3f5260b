/** What all partitions of one log directory share. Owned by the log manager. */
import type { Clock, Disk, Logger } from "../ports.ts"
import { Flusher, type FlushRound } from "./flush.ts"
import type { Frontier } from "./frontier.ts"
import { HealthState } from "./health.ts"
import { IndexCache } from "./index-cache.ts"
import { OpenFiles } from "./open-files.ts"
import { Pressure } from "./pressure.ts"
import { SlabPool } from "./slabs.ts"
import { TickWriter } from "./tick-writer.ts"

export interface LogDir {
  disk: Disk
  clock: Clock
  logger: Logger
  health: HealthState
  files: OpenFiles
  indexes: IndexCache
  slabs: SlabPool
  pressure: Pressure
  flusher: Flusher
  frontier: Frontier
  writer: TickWriter
  /** A segment got its index files: the recovery points may move. */
  onSealed: () => void
}

export interface LogDirOptions {
  disk: Disk
  clock: Clock
  logger: Logger
  maxUnflushedBytes?: number
  /** The frontier is written this often while anything moves, and whenever this many bytes became durable. */
  frontierIntervalMs?: number
  frontierIntervalBytes?: number
  maxOpenFiles?: number
  onFlush?: (round: FlushRound) => void
}

const mebibyte = 1_048_576

export function makeLogDir(options: LogDirOptions, frontier: Frontier, onSealed: () => void): LogDir {
  const { disk, clock, logger } = options
  const health = new HealthState(logger)
  const files = new OpenFiles(disk, options.maxOpenFiles ?? 256)
  const { frontierIntervalMs = 1_000, frontierIntervalBytes = 32 * mebibyte, onFlush = () => {} } = options
  const flusher = new Flusher({ clock, health, frontier, frontierIntervalMs, frontierIntervalBytes, onRound: onFlush })
  return {
    disk,
    clock,
    logger,
    health,
    files,
    indexes: new IndexCache({ disk, files, maxBytes: 64 * mebibyte }),
    slabs: new SlabPool(),
    pressure: new Pressure(options.maxUnflushedBytes ?? 64 * mebibyte),
    flusher,
    frontier,
    writer: new TickWriter(clock, () => flusher.kick()),
    onSealed,
  }
}
