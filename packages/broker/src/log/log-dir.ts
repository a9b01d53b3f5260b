/** What all partitions of one log directory share. Owned by the log manager. */
import type { Clock, Disk, Logger } from "../ports.ts"
import type { Flusher } from "./flush.ts"
import type { Frontier } from "./frontier.ts"
import type { HealthState } from "./health.ts"
import type { IndexCache } from "./index-cache.ts"
import type { OpenFiles } from "./open-files.ts"
import type { Pressure } from "./pressure.ts"
import type { SlabPool } from "./slabs.ts"
import type { TickWriter } from "./tick-writer.ts"

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
