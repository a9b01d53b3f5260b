import type { Clock, Disk, Logger, Random } from "../ports.ts"
import type { LogConfig, PartitionSpec, RecoveryReport } from "./model.ts"
import type { Partition } from "./partition.ts"

export interface LogManagerOptions {
  /** Rooted at the data directory: `nodeDisk(dir)`. */
  disk: Disk
  clock: Clock
  random: Random
  logger: Logger
  clusterId?: string
  nodeId?: number
  defaults?: Partial<LogConfig>
  /** Always `fsync`, whatever the defaults say. */
  internalTopics?: readonly string[]
  minFreeBytes?: number
  reserveBytes?: number
  maxUnflushedBytes?: number
  /** One call per flush round. */
  onFlush?: (round: { seconds: number; partitions: number; bytes: number }) => void
}

export interface StorageHealth {
  state: "ok" | "full" | "read-only"
  reason: string
}

/** `LogManager.open(options): Promise<LogManager>` locks the directory, recovers every partition in it and answers. */
export interface LogManager {
  readonly clusterId: string
  readonly nodeId: number
  readonly recovery: RecoveryReport
  readonly health: StorageHealth
  onHealth(listener: (health: StorageHealth) => void): () => void
  /** True while producing sockets should not be read; `listener` is told of each change. */
  readonly isPressured: boolean
  onPressure(listener: (isPressured: boolean) => void): () => void
  space(): Promise<{ freeBytes: number; totalBytes: number }>
  readonly sizeBytes: number
  partition(topic: string, index: number): Partition | undefined
  partitions(): Iterable<Partition>
  /** Durable when it resolves. Rejects with PARTITION_EXISTS. */
  createPartition(spec: PartitionSpec): Promise<Partition>
  /** The directory is durably out of the way when it resolves; its bytes go later. */
  deletePartition(topic: string, index: number): Promise<void>
  /**
   * Called once after `__cluster_metadata` was replayed: applies configs, creates what is missing, finishes interrupted deletions, and
   * moves directories that no spec claims to quarantine.
   */
  reconcile(specs: Iterable<PartitionSpec>, deletedTopicIds?: ReadonlySet<string>): Promise<void>
  /** Writes, flushes, checkpoints, `clean-shutdown` last, unlocks. */
  close(): Promise<void>
}
