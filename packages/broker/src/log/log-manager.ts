/**
 * All partitions of one data directory: start, creation, deletion, retention, stop. Owns the directory's lock, journal and timers;
 * topics decide which partitions there should be.
 */
import { BrokerError } from "../errors.ts"
import type { Cancel, Disk, DiskLock, Random } from "../ports.ts"
import { isDiskFull } from "../storage/disk.ts"
import { type CleanMark, type PartitionMark, writeCleanShutdown, writeRecoveryPoints } from "./checkpoints.ts"
import { ClockGuard } from "./clock-guard.ts"
import { Compactor } from "./compaction/compactor.ts"
import { lockDataDir, type Meta, openMeta } from "./data-dir.ts"
import { Frontier } from "./frontier.ts"
import type { StorageHealth } from "./health.ts"
import { LeaderEpochs } from "./leader-epochs.ts"
import { type LogDir, type LogDirOptions, makeLogDir } from "./log-dir.ts"
import { defaultLogConfig, type LogConfig, type PartitionSpec, type RecoveryReport } from "./model.ts"
import { type OpenedDir, openLogs } from "./open-dir.ts"
import { Partition } from "./partition.ts"
import { clearDir, createPartitionDir, partitionDir, renameForDeletion } from "./partition-dir.ts"
import type { PartitionIdentity } from "./partition-state.ts"
import { ProducerStates } from "./producer-state.ts"
import type { OpenedLog } from "./recovery.ts"
import { applyRetention } from "./retention.ts"
import { Segment } from "./segment.ts"
import { SpaceGuard } from "./space-guard.ts"

export type { StorageHealth } from "./health.ts"

/** `disk` is rooted at the data directory: `nodeDisk(dir)`. */
export interface LogManagerOptions extends LogDirOptions {
  random: Random
  clusterId?: string
  nodeId?: number
  /** For partitions whose spec says nothing else. */
  defaults?: Partial<LogConfig>
  /** Always `fsync`, whatever defaults and specs say; damage to them stops the start. */
  internalTopics?: readonly string[]
  minFreeBytes?: number
  reserveBytes?: number
  retentionCheckMs?: number
  compactionCheckMs?: number
  /** Keys of one run of compaction; more wait for the next. */
  maxCompactionKeys?: number
}

export const internalTopicNames = ["__cluster_metadata", "__consumer_offsets", "__transaction_state"] as const

const mebibyte = 1_048_576
const checkpointMs = 5_000
const compactionKeys = 500_000

const sealsAtOnce = 16

export class LogManager {
  readonly recovery: RecoveryReport
  private readonly options: LogManagerOptions
  private readonly meta: Meta
  private readonly lock: DiskLock
  private readonly dir: LogDir
  private readonly guard: SpaceGuard
  private readonly opened: OpenedDir
  private readonly clockGuard: ClockGuard
  private readonly compactor: Compactor
  private readonly byName = new Map<string, Partition>()
  private readonly timers = new Set<Cancel>()
  private checkpointTimer: Cancel | null = null
  private isClosed = false

  private constructor(parts: { options: LogManagerOptions; meta: Meta; lock: DiskLock; frontier: Frontier; opened: OpenedDir }) {
    const { options, meta, lock, frontier, opened } = parts
    this.options = options
    this.meta = meta
    this.lock = lock
    this.opened = opened
    this.recovery = opened.report
    this.dir = makeLogDir(options, frontier, () => this.scheduleCheckpoint())
    const { disk, clock, logger, minFreeBytes = 64 * mebibyte, reserveBytes = 64 * mebibyte } = options
    this.guard = new SpaceGuard({ disk, clock, logger, health: this.dir.health, minFreeBytes, reserveBytes })
    this.clockGuard = new ClockGuard(clock, opened.lastSeenMs)
    this.compactor = new Compactor(this.dir, options.maxCompactionKeys ?? compactionKeys)
    this.dir.health.on((health) => this.healthChanged(health))
    for (const { id, path, log } of opened.logs) this.add(id, { log, path, config: this.configOf(id.topic, {}) })
  }

  /** Locks the directory, recovers what is in it and answers; rejects with a `BrokerError` that says why not. */
  static async open(options: LogManagerOptions): Promise<LogManager> {
    const { disk, clock, logger, random, clusterId, nodeId, internalTopics = internalTopicNames } = options
    const lock = await usable(disk, () => lockDataDir(disk))
    try {
      return await usable(disk, async () => {
        const meta = await openMeta(disk, { clusterId, nodeId }, random)
        const frontier = await Frontier.load(disk)
        const indexIntervalBytes = options.defaults?.indexIntervalBytes ?? defaultLogConfig.indexIntervalBytes
        const isInternal = (topic: string): boolean => internalTopics.includes(topic)
        const opened = await openLogs({ disk, clock, logger, frontier, indexIntervalBytes, isInternal })
        const manager = new LogManager({ options, meta, lock, frontier, opened })
        manager.start()
        return manager
      })
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  get clusterId(): string {
    return this.meta.clusterId
  }

  get nodeId(): number {
    return this.meta.nodeId
  }

  get health(): StorageHealth {
    return this.dir.health.current
  }

  /** True while producing sockets should not be read. */
  get isPressured(): boolean {
    return this.dir.pressure.isPressured
  }

  get sizeBytes(): number {
    let sum = 0
    for (const partition of this.byName.values()) sum += partition.sizeBytes
    return sum
  }

  onHealth(listener: (health: StorageHealth) => void): () => void {
    return this.dir.health.on(listener)
  }

  onPressure(listener: (isPressured: boolean) => void): () => void {
    return this.dir.pressure.on(listener)
  }

  async space(): Promise<{ freeBytes: number; totalBytes: number }> {
    const [freeBytes, totalBytes] = await Promise.all([this.options.disk.free(), this.options.disk.total()])
    return { freeBytes, totalBytes }
  }

  partition(topic: string, index: number): Partition | undefined {
    return this.byName.get(partitionDir(topic, index))
  }

  partitions(): Iterable<Partition> {
    return this.byName.values()
  }

  /** Durable when it resolves. */
  async createPartition(spec: PartitionSpec): Promise<Partition> {
    const { topic, topicId, index, config = {} } = spec
    if (this.isClosed) throw new BrokerError("STOPPED", "the log is stopped")
    if (this.partition(topic, index) !== undefined)
      throw new BrokerError("PARTITION_EXISTS", `${topic}-${index} exists`, { path: spec.topic })
    if (this.dir.health.isReadOnly) throw this.dir.health.error()
    const id = { topic, topicId, index }
    const lost = this.dir.frontier.get(topicId, index)
    const base = lost?.durable ?? 0
    const path = await this.changing(`creating ${topic}-${index}`, () => createPartitionDir(this.options.disk, id, base))
    const partition = this.add(id, {
      log: await this.freshLog(path, base, lost?.leaderEpoch ?? 0),
      path,
      config: this.configOf(topic, config),
    })
    if (base > 0) this.reportLost(partition, base)
    return partition
  }

  /** The directory is durably out of the way when it resolves; its bytes go in the background, at the latest with the next start. */
  async deletePartition(topic: string, index: number): Promise<void> {
    const partition = this.partition(topic, index)
    if (partition === undefined) throw new BrokerError("PARTITION_UNKNOWN", `${topic}-${index} does not exist`)
    const { disk, logger } = this.options
    await this.retire(partition)
    const doomed = await this.changing(`deleting ${topic}-${index}`, () => renameForDeletion(disk, partition.state.id))
    this.dir.frontier.forget(partition.topicId, index)
    clearDir(disk, doomed).catch((error: unknown) => logger.warn({ doomed, reason: String(error) }, "a deleted partition is still on disk"))
  }

  /**
   * Called once after `__cluster_metadata` was replayed: applies configs, creates what is missing, finishes interrupted deletions, and
   * moves directories that no spec claims to quarantine.
   */
  async reconcile(specs: Iterable<PartitionSpec>, deletedTopicIds: ReadonlySet<string> = new Set()): Promise<void> {
    const wanted = new Map([...specs].map((spec) => [partitionDir(spec.topic, spec.index), spec]))
    for (const [name, partition] of [...this.byName]) {
      const spec = wanted.get(name)
      if (spec?.topicId === partition.topicId) {
        partition.updateConfig(this.configOf(spec.topic, spec.config ?? {}))
        wanted.delete(name)
      } else if (spec === undefined && partition.topic === internalTopicNames[0]) continue
      else if (deletedTopicIds.has(partition.topicId)) await this.deletePartition(partition.topic, partition.index)
      else await this.setAside(partition)
    }
    for (const spec of wanted.values()) await this.createPartition(spec)
  }

  /** Runs retention on every partition now; also runs by itself. */
  async applyRetention(): Promise<number> {
    const nowMs = this.clockGuard.nowMs()
    let bytes = 0
    for (const partition of [...this.byName.values()])
      bytes += await partition.exclusively(() => applyRetention(partition, this.dir, nowMs))
    return bytes
  }

  /** Compacts every partition that is due now; also runs by itself. Answers how many bytes that saved. */
  async applyCompaction(): Promise<number> {
    const nowMs = this.clockGuard.nowMs()
    let bytes = 0
    for (const partition of [...this.byName.values()])
      if (partition.config.cleanupPolicy !== "delete") bytes += await partition.exclusively(() => this.compactor.compact(partition, nowMs))
    return bytes
  }

  /** Writes, flushes, checkpoints, `clean-shutdown` last, unlocks. Without a clean marker when something could not be made durable. */
  async close(): Promise<void> {
    if (this.isClosed) return
    this.isClosed = true
    for (const cancel of this.timers) cancel()
    this.checkpointTimer?.()
    await this.compactor.stop()
    this.dir.writer.writeAll()
    const partitions = [...this.byName.values()]
    for (const partition of partitions) {
      await partition.appender.settle()
      this.dir.flusher.markDirty(partition.appender)
    }
    await this.dir.flusher.drain()
    this.dir.flusher.stop()
    const marks: CleanMark[] = []
    // Each seal waits for the disk several times; together they take as long as the slowest few.
    for (let at = 0; at < partitions.length; at += sealsAtOnce) {
      const sealed = await Promise.all(partitions.slice(at, at + sealsAtOnce).map((partition) => this.sealForGood(partition)))
      marks.push(...sealed.filter((mark) => mark !== null))
    }
    await this.guard.stop()
    if (!this.dir.health.isReadOnly) await this.leaveClean(marks)
    await this.dir.files.close()
    await this.dir.frontier.close()
    await this.lock.release()
  }

  /** Null where something could not be made durable: the next start scans that partition. */
  private async sealForGood(partition: Partition): Promise<CleanMark | null> {
    const isSealed = await partition.appender.sealer.sealActive()
    const mark = isSealed && partition.state.durable === partition.state.written ? cleanMark(partition) : null
    partition.state.closed = new BrokerError("STOPPED", "the broker is stopping")
    partition.appender.dropStaged(partition.state.closed)
    await partition.appender.close()
    return mark
  }

  private async leaveClean(marks: CleanMark[]): Promise<void> {
    const { disk, clock, logger } = this.options
    try {
      await this.writeCheckpoint()
      if (marks.length === this.byName.size && !this.dir.frontier.hasNotes) {
        await writeCleanShutdown(disk, { wallMs: clock.wall(), partitions: marks })
      }
    } catch (error) {
      logger.warn({ reason: String(error) }, "could not leave the data directory clean; the next start checks it")
    }
  }

  private start(): void {
    this.guard.start()
    this.every(this.options.retentionCheckMs ?? 300_000, () => this.applyRetention())
    this.every(this.options.compactionCheckMs ?? 15_000, () => this.applyCompaction())
    this.scheduleCheckpoint()
  }

  private every(ms: number, run: () => Promise<unknown>): void {
    const cancel = this.options.clock.after(ms, () => {
      this.timers.delete(cancel)
      run()
        .catch((error: unknown) => this.options.logger.error({ reason: String(error) }, "background work of the log failed"))
        .finally(() => {
          if (!this.isClosed) this.every(ms, run)
        })
    })
    this.timers.add(cancel)
  }

  private scheduleCheckpoint(): void {
    if (this.isClosed || this.checkpointTimer !== null) return
    this.checkpointTimer = this.options.clock.after(checkpointMs, () => {
      this.checkpointTimer = null
      if (this.dir.health.isReadOnly) return
      this.writeCheckpoint().catch((error: unknown) => {
        this.options.logger.warn({ reason: String(error) }, "recovery points not written; the next start scans more")
      })
    })
  }

  private writeCheckpoint(): Promise<void> {
    const partitions = [...this.byName.values()].map(recoveryPoint)
    return writeRecoveryPoints(this.options.disk, { wallMs: this.options.clock.wall(), partitions })
  }

  private add(id: PartitionIdentity, made: { log: OpenedLog; config: LogConfig; path: string }): Partition {
    const partition = Partition.over(id, this.dir, made)
    this.byName.set(partitionDir(id.topic, id.index), partition)
    return partition
  }

  private async freshLog(path: string, base: number, lostEpoch: number): Promise<OpenedLog> {
    const segment = Segment.fresh(path, base, await this.options.disk.open(new Segment(path, base).path, "append"))
    const epochs = new LeaderEpochs()
    epochs.begin(base > 0 ? lostEpoch + 1 : 0, base)
    return {
      segments: [segment],
      logStart: base,
      end: base,
      epochs,
      producers: new ProducerStates(),
      corruptRanges: [],
      snapshots: new Map(),
    }
  }

  private reportLost({ topic, index, state }: Partition, end: number): void {
    const range = { topic, index, from: 0, to: end, file: state.dir, position: 0, reason: "the partition's directory is missing" }
    this.recovery.corruptions.push(range)
    this.options.logger.error(range, "acknowledged data is missing")
  }

  private async retire(partition: Partition): Promise<void> {
    this.byName.delete(partitionDir(partition.topic, partition.index))
    partition.state.closed = new BrokerError("PARTITION_UNKNOWN", `${partition.state.name} was deleted`)
    partition.appender.dropStaged(partition.state.closed)
    // Whatever works on its files ends before their names can mean another topic.
    await partition.exclusively(() => partition.appender.close())
    for (const segment of partition.state.segments) {
      this.dir.files.drop(segment.path)
      this.dir.indexes.drop(segment)
    }
  }

  private async setAside(partition: Partition): Promise<void> {
    await this.retire(partition)
    await this.opened.quarantine.move(partition.state.dir)
    this.recovery.quarantined.push(partition.state.dir)
    this.options.logger.warn({ directory: partition.state.dir }, "no topic claims this directory, set aside in quarantine")
  }

  /** A change of the directory that fails for want of space may be tried again; anything else ends writing. */
  private async changing<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      if (isDiskFull(error)) this.dir.health.fill(what)
      else this.dir.health.fail(what, error)
      throw this.dir.health.error()
    }
  }

  private healthChanged({ state }: StorageHealth): void {
    if (state !== "read-only") return
    for (const partition of this.byName.values()) partition.appender.dropStaged()
  }

  private configOf(topic: string, config: Partial<LogConfig>): LogConfig {
    const { defaults, internalTopics = internalTopicNames } = this.options
    const merged = { ...defaultLogConfig, ...defaults, ...config }
    // What the broker writes for itself is its memory: no limit of age or size may ever take a part of it.
    if (!internalTopics.includes(topic)) return merged
    const cleanupPolicy = topic === internalTopicNames[0] ? "delete" : "compact"
    return { ...merged, durability: "fsync", retentionMs: -1, retentionBytes: -1, cleanupPolicy }
  }
}

function recoveryPoint({ topicId, index, state }: Partition): PartitionMark {
  const firstOpen = state.segments.find((segment) => !segment.isSealed) ?? state.active
  return { topicId, index, offset: firstOpen.baseOffset }
}

function cleanMark({ topicId, index, state }: Partition): CleanMark {
  return { topicId, index, offset: state.written, activeBytes: state.active.sizeBytes, segments: state.segments.length }
}

/** What the disk says at start becomes one error that names the directory. */
async function usable<T>(disk: Disk, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (cause instanceof BrokerError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new BrokerError("DATA_DIR_UNUSABLE", `the data directory ${disk.name} cannot be used: ${why}`, { cause, path: disk.name })
  }
}
