/**
 * One partition's log, as handlers, groups and topics see it. Knows offsets and bytes; what a client may do is decided before.
 * Its state is owned by the event loop: `append` and the getters are synchronous and see each other's effects at once.
 */
import { Appender } from "./appender.ts"
import type { LogDir } from "./log-dir.ts"
import type { AppendOptions, AppendResult, CorruptRange, LogConfig, ReadRequest, ReadResult, Refused, TimestampOffset } from "./model.ts"
import type { AbortedTransaction } from "./open-transactions.ts"
import { type PartitionIdentity, PartitionState } from "./partition-state.ts"
import type { ProducerEntry } from "./producer-state.ts"
import { readBatches } from "./reader.ts"
import type { OpenedLog } from "./recovery.ts"
import { findByTimestamp, findMaxTimestamp } from "./timestamps.ts"

export class Partition {
  /** For the log manager and retention; nobody else touches it. */
  readonly state: PartitionState
  readonly appender: Appender
  private readonly dir: LogDir
  private maintenance: Promise<unknown> = Promise.resolve()

  constructor(state: PartitionState, dir: LogDir) {
    this.state = state
    this.dir = dir
    this.appender = new Appender(state, dir)
  }

  /** A log that was recovered, or a new one; caches of its closed segments follow in the background. */
  static over(id: PartitionIdentity, dir: LogDir, { log, config, path }: { log: OpenedLog; config: LogConfig; path: string }): Partition {
    const partition = new Partition(new PartitionState(id, path, { log, config }), dir)
    partition.appender.sealer.sealRecovered(log.snapshots)
    return partition
  }

  get topic(): string {
    return this.state.id.topic
  }

  get topicId(): string {
    return this.state.id.topicId
  }

  get index(): number {
    return this.state.id.index
  }

  get config(): Readonly<LogConfig> {
    return this.state.config
  }

  get logStartOffset(): number {
    return this.state.logStart
  }

  /** Behind the last written record. Staged batches are not in the log yet. */
  get logEndOffset(): number {
    return this.state.written
  }

  get highWatermark(): number {
    return this.state.highWatermark
  }

  /** Everything below is decided: what read_committed readers may see. */
  get lastStableOffset(): number {
    return this.state.producers.transactions.lastStable(this.state.highWatermark)
  }

  /** Transactions of which a reader of [from, to) may have to drop a part, by first offset. */
  abortedTransactions({ from, to }: { from: number; to: number }): AbortedTransaction[] {
    return this.state.producers.transactions.abortedBetween(from, to)
  }

  /** First offset of a producer's open transaction, staged batches included. */
  openTransactionOf(producerId: number): number | null {
    return this.state.producers.latest(producerId)?.openSince ?? null
  }

  /** -1 for a producer that is not known. */
  producerEpochOf(producerId: number): number {
    return this.state.producers.latest(producerId)?.epoch ?? -1
  }

  producers(): Iterable<ProducerEntry> {
    return this.state.producers.entries()
  }

  get leaderEpoch(): number {
    return this.state.leaderEpoch
  }

  get sizeBytes(): number {
    return this.state.sizeBytes
  }

  get producerCount(): number {
    return this.state.producers.size
  }

  /** Damaged acknowledged data: a fetch that starts inside gets CORRUPT_MESSAGE. */
  get corruptRanges(): readonly CorruptRange[] {
    return this.state.corruptRanges
  }

  /** Stages a batch and rewrites its base offset and leader epoch in place; the bytes must stay as they are until it is written. */
  append(batch: Uint8Array, options?: AppendOptions): AppendResult {
    return this.appender.append(batch, options)
  }

  /** The page cache has it. Call the three waits in the same synchronous stretch as the append; they reject with a `BrokerError`. */
  whenWritten(lastOffset: number): Promise<void> {
    return lastOffset < this.state.written ? Promise.resolve() : this.appender.waitFor(this.state.writtenWaiters, lastOffset)
  }

  /** The disk has it. In a durability other than `fsync` that may take until the next flush or roll. */
  whenDurable(lastOffset: number): Promise<void> {
    return lastOffset < this.state.durable ? Promise.resolve() : this.appender.waitFor(this.state.durableWaiters, lastOffset)
  }

  /** `whenDurable` or `whenWritten`, as the partition's durability says. */
  whenAcked(lastOffset: number): Promise<void> {
    return this.state.isSynced ? this.whenDurable(lastOffset) : this.whenWritten(lastOffset)
  }

  /** The disk has everything up to an offset, whatever the durability; without one, everything that is appended. Call it as the waits above. */
  async makeDurable(lastOffset = this.appender.lastOffset): Promise<void> {
    if (lastOffset < this.state.durable) return
    await this.whenWritten(lastOffset)
    const durable = this.whenDurable(lastOffset)
    this.appender.flushSoon()
    await durable
  }

  read(request: ReadRequest): Promise<ReadResult> {
    return readBatches(this.state, this.dir, request)
  }

  /** Bytes of log from an offset to the end, as far as the indexes in memory tell: an estimate for long polls. */
  readableBytes(offset: number, upTo = this.state.highWatermark): number {
    if (offset >= upTo) return 0
    const behind = upTo < this.state.highWatermark ? this.bytesFrom(upTo) : 0
    return Math.max(1, this.bytesFrom(offset) - behind)
  }

  private bytesFrom(offset: number): number {
    const { state } = this
    const first = state.segmentAt(offset)
    if (first === undefined) return 0
    const behind = state.segments.slice(state.segments.indexOf(first) + 1)
    const position = first.indexes?.offsets.floor(offset - first.baseOffset) ?? 0
    return behind.reduce((sum, segment) => sum + segment.sizeBytes, first.sizeBytes - position)
  }

  /** The first record at or after a time below the high watermark; null when there is none. */
  offsetForTimestamp(timestamp: number): Promise<TimestampOffset | null | Refused> {
    return findByTimestamp(this.state, this.dir, timestamp)
  }

  maxTimestampOffset(): Promise<TimestampOffset | null | Refused> {
    return findMaxTimestamp(this.state, this.dir)
  }

  onHighWatermark(listener: (highWatermark: number) => void): () => void {
    return this.state.onHighWatermark(listener)
  }

  /** Epoch in force at an offset, -1 when unknown. */
  epochAt(offset: number): number {
    return this.state.epochs.at(offset)
  }

  /** KIP-101: the greatest known epoch <= the asked one and its exclusive end; null for a future or forgotten epoch. */
  endOffsetForEpoch(epoch: number): { epoch: number; endOffset: number } | null {
    return this.state.epochs.endOffset(epoch, this.state.written)
  }

  /**
   * Moves the log start; durable when it resolves, and so is everything below: a log never ends before it starts. -1 means the high
   * watermark. Whole segments below go with retention.
   */
  async deleteRecordsBefore(offset: number): Promise<number> {
    const { state, dir } = this
    const target = offset === -1 ? state.highWatermark : Math.min(offset, state.highWatermark)
    await this.makeDurable(target - 1)
    if (target > state.logStart) {
      state.logStart = target
      dir.flusher.noteDurable(state.frontierEntry())
    }
    // Also where nothing moves: whoever moved it may still wait for the disk.
    await dir.flusher.syncFrontier()
    if (dir.health.current.state !== "ok" && dir.frontier.hasNotes) throw dir.health.error()
    return state.logStart
  }

  /** Retention and compaction change closed segments one after the other. */
  exclusively<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.maintenance.then(run)
    this.maintenance = turn.catch(() => {})
    return turn
  }

  /** Holds for batches appended from now on. */
  updateConfig(config: Partial<LogConfig>): void {
    const { durability } = this.state.config
    this.state.config = { ...this.state.config, ...config }
    if (this.state.config.durability !== durability) this.appender.durabilityChanged()
  }
}
