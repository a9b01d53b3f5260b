/**
 * The writing side of one partition. `append` judges and stages a batch in one synchronous stretch; at the end of the tick everything
 * staged goes into the active segment with one positioned write, and only then does it count. While a segment rolls or a failed write
 * is cut back, batches stay staged. Owns the active segment; nobody else writes to the partition's files.
 */
import { parseBatchHeader, rewriteAppendTime, rewriteBaseOffset, rewriteLeaderEpoch } from "@rivven/protocol/records"
import type { Cancel } from "../ports.ts"
import { isDiskFull, ShortWrite } from "../storage/disk.ts"
import { checkBatch, refused } from "./batch-checks.ts"
import type { Flushable } from "./flush.ts"
import type { LogDir } from "./log-dir.ts"
import type { Appended, AppendOptions, AppendResult } from "./model.ts"
import { flushIntervalMs, type PartitionState } from "./partition-state.ts"
import { markerOf, type PlacedBatch } from "./producer-state.ts"
import { Sealer } from "./sealer.ts"
import { Segment } from "./segment.ts"
import type { StagingLog } from "./tick-writer.ts"
import type { OffsetWaiters } from "./waiters.ts"

interface StagedBatch extends PlacedBatch {
  readonly bytes: Uint8Array
}

const maxPosition = 0x7fff_ffff

export class Appender implements StagingLog, Flushable {
  readonly sealer: Sealer
  private readonly state: PartitionState
  private readonly dir: LogDir
  private staged: StagedBatch[] = []
  private stagedEnd: number
  private stagedBytes = 0
  /** Written, and no sync that covers it has started yet. */
  private unsyncedBytes = 0
  /** A roll or a repair: writes wait for it. */
  private busy: Promise<void> | null = null
  private flushing: Promise<void> | null = null
  private flushTimer: Cancel | null = null

  constructor(state: PartitionState, dir: LogDir) {
    this.state = state
    this.dir = dir
    this.stagedEnd = state.written
    this.sealer = new Sealer(state, dir)
  }

  append(batch: Uint8Array, options: AppendOptions = {}): AppendResult {
    const { state, dir } = this
    const origin = options.origin ?? "client"
    const refusal = dir.health.refusal(origin)
    if (state.closed !== null) return refused("UNKNOWN_TOPIC_OR_PARTITION", state.closed.message)
    if (refusal !== null) return refused("KAFKA_STORAGE_ERROR", refusal)
    const nowMs = dir.clock.wall()
    const checked = checkBatch(batch, { config: state.config, nowMs, origin, isInTransaction: options.isInTransaction })
    if (!checked.ok) return checked
    const verdict = state.producers.check(checked.header)
    if (verdict.kind === "refused") return verdict.answer
    const isStamped = state.config.timestampType === "LogAppendTime"
    if (verdict.kind === "duplicate") {
      const { lastOffset, offsetDelta, timestamp } = verdict.mark
      return appended({ baseOffset: lastOffset - offsetDelta, lastOffset, logAppendTimeMs: isStamped ? timestamp : -1, duplicate: true })
    }
    return this.stage(batch, isStamped ? nowMs : -1)
  }

  /** Rejects at once for an offset that no batch has: its write failed before anybody waited. */
  waitFor(waiters: OffsetWaiters, lastOffset: number): Promise<void> {
    if (this.state.closed !== null) return Promise.reject(this.state.closed)
    if (lastOffset >= this.stagedEnd || this.dir.health.isReadOnly) return Promise.reject(this.dir.health.error())
    return waiters.wait(lastOffset)
  }

  writeStaged(): void {
    if (this.busy !== null || this.staged.length === 0) return
    const count = this.countFitting()
    if (count > 0 && !this.writeRun(this.staged.splice(0, count))) return
    if (this.staged.length > 0) this.become(this.roll())
  }

  async flush(): Promise<number> {
    const { state } = this
    const { file } = state.active
    if (file === null || state.written === state.durable) return 0
    const [end, bytes] = [state.written, this.takeUnsynced()]
    const flushing = file.datasync()
    this.flushing = flushing
    await flushing
    if (this.flushing === flushing) this.flushing = null
    this.makeDurable(end, bytes)
    return bytes
  }

  /** Ends with everything that was staged before the call written or refused. */
  async settle(): Promise<void> {
    this.writeStaged()
    while (this.busy !== null) await this.busy
  }

  /** Closes the active segment and starts an empty one, so that retention may drop the old. */
  async rollNow(): Promise<void> {
    await this.settle()
    if (this.state.active.isEmpty || this.dir.health.isReadOnly) return
    this.become(this.roll())
    await this.settle()
  }

  /** Everything staged is given up; nothing of it was applied. */
  dropStaged(reason = this.dir.health.error()): void {
    const { state, dir } = this
    dir.pressure.remove(this.stagedBytes)
    this.stagedBytes = 0
    this.staged = []
    this.stagedEnd = state.written
    state.producers.clearStaged()
    state.writtenWaiters.reject(state.written, reason)
    state.durableWaiters.reject(dir.health.isReadOnly || state.closed !== null ? state.durable : state.written, reason)
  }

  /** After a change of durability. */
  durabilityChanged(): void {
    this.flushTimer?.()
    this.flushTimer = null
    this.state.raiseHighWatermark()
    if (this.state.durable === this.state.written) return
    this.markDirty()
    this.dir.flusher.kick()
  }

  /** Of what is staged too; -1 below an empty log. */
  get lastOffset(): number {
    return this.stagedEnd - 1
  }

  /** Takes part in the next round, whatever the durability. */
  flushSoon(): void {
    if (this.state.durable === this.state.written) return
    this.dir.flusher.markDirty(this)
    this.dir.flusher.kick()
  }

  async close(): Promise<void> {
    this.flushTimer?.()
    await this.settle()
    await this.flushing?.catch(ignore)
    await this.sealer.idle()
    await this.state.active.closeFile()
  }

  private stage(batch: Uint8Array, logAppendTimeMs: number): Appended {
    const { state } = this
    const baseOffset = this.stagedEnd
    rewriteBaseOffset(batch, baseOffset)
    rewriteLeaderEpoch(batch, state.leaderEpoch)
    if (logAppendTimeMs >= 0) rewriteAppendTime(batch, logAppendTimeMs)
    const header = parseBatchHeader(batch)
    const lastOffset = header.lastOffset
    const staged = { bytes: batch, header, baseOffset, lastOffset, marker: markerOf(header, batch) }
    state.producers.stage(staged)
    this.staged.push(staged)
    this.stagedEnd = lastOffset + 1
    this.stagedBytes += batch.length
    this.dir.pressure.add(batch.length)
    this.dir.writer.schedule(this)
    return appended({ baseOffset, lastOffset, logAppendTimeMs, duplicate: false })
  }

  /** How many of the staged batches still go into the active segment. */
  private countFitting(): number {
    const { active, config } = this.state
    const indexIsFull = (active.indexes?.offsets.sizeBytes ?? 0) + 8 > config.segmentIndexBytes
    const limit = Math.min(config.segmentBytes, maxPosition)
    let size = active.sizeBytes
    let count = 0
    for (const { bytes, header, lastOffset } of this.staged) {
      const isTooOld = active.firstTimestamp >= 0 && header.maxTimestamp - active.firstTimestamp > config.segmentMs
      const needsNext = isTooOld || indexIsFull || size + bytes.length > limit || lastOffset - active.baseOffset > maxPosition
      if (size > 0 && needsNext) break
      size += bytes.length
      count++
    }
    return count
  }

  private writeRun(run: StagedBatch[]): boolean {
    const { active } = this.state
    const wanted = run.reduce((sum, { bytes }) => sum + bytes.length, 0)
    try {
      if (active.file === null) throw new Error("the active segment is not open")
      const count = active.file.write(
        run.map(({ bytes }) => bytes),
        active.sizeBytes,
      )
      if (count !== wanted) throw new ShortWrite(active.path, wanted, count)
    } catch (error) {
      this.staged.unshift(...run)
      this.writeFailed(error)
      return false
    }
    this.applyRun(run)
    return true
  }

  private applyRun(run: StagedBatch[]): void {
    const { state } = this
    const options = { intervalBytes: state.config.indexIntervalBytes }
    const from = state.active.sizeBytes
    let position = from
    for (const batch of run) {
      const { bytes, baseOffset, lastOffset } = batch
      const { maxTimestamp } = batch.header
      state.active.note({ baseOffset, lastOffset, sizeBytes: bytes.length, maxTimestamp }, position, options)
      state.producers.apply(batch)
      position += bytes.length
    }
    this.stagedBytes -= position - from
    this.unsyncedBytes += position - from
    state.written = state.active.nextOffset
    if (this.staged.length === 0) state.producers.clearStaged()
    state.writtenWaiters.advance(state.written)
    if (!state.isSynced) state.raiseHighWatermark()
    this.markDirty()
  }

  private markDirty(): void {
    const interval = flushIntervalMs(this.state.config.durability)
    if (interval === 0) this.dir.flusher.markDirty(this)
    else this.dir.pressure.remove(this.takeUnsynced())
    if (interval === null || interval === 0 || this.flushTimer !== null) return
    this.flushTimer = this.dir.clock.after(interval, () => {
      this.flushTimer = null
      this.dir.flusher.markDirty(this)
      this.dir.flusher.kick()
    })
  }

  private makeDurable(end: number, bytes: number): void {
    const { state, dir } = this
    dir.pressure.remove(bytes)
    if (end <= state.durable || dir.health.isReadOnly) return
    state.durable = end
    dir.flusher.noteDurable(state.frontierEntry())
    state.raiseHighWatermark()
    state.durableWaiters.advance(end)
  }

  private writeFailed(error: unknown): void {
    const { state, dir } = this
    const file = state.active.file
    if (!isDiskFull(error) || file === null) {
      this.giveUp(`writing ${state.active.path}`, error)
      return
    }
    dir.health.fill(error instanceof Error ? error.message : "no space left")
    this.dropStaged()
    this.become(file.truncate(state.active.sizeBytes).catch((cause: unknown) => this.giveUp(`cutting back ${state.active.path}`, cause)))
  }

  private giveUp(what: string, error: unknown): void {
    const { closed } = this.state
    if (closed === null) this.dir.health.fail(what, error)
    this.dropStaged(closed ?? undefined)
  }

  /** The old file is durable, the new one exists durably, and only then is anything written to the new one. */
  private async roll(): Promise<void> {
    const { state, dir } = this
    const old = state.active
    const [end, bytes] = [state.written, this.takeUnsynced()]
    try {
      await old.file?.datasync()
      this.makeDurable(end, bytes)
    } catch (error) {
      this.giveUp(`fdatasync of ${old.path}`, error)
      return
    }
    const fresh = await this.createSegment(end)
    if (fresh === null) return
    state.segments.push(fresh)
    this.sealer.seal(old, this.flushing)
    void dir.flusher.syncFrontier()
  }

  private async createSegment(baseOffset: number): Promise<Segment | null> {
    const { state, dir } = this
    const { path } = new Segment(state.dir, baseOffset)
    try {
      const file = await dir.disk.open(path, "create")
      await dir.disk.syncDir(state.dir)
      return Segment.fresh(state.dir, baseOffset, file)
    } catch (error) {
      if (!isDiskFull(error)) this.giveUp(`creating ${path}`, error)
      else {
        dir.health.fill(`creating ${path}`)
        this.dropStaged()
      }
      return null
    }
  }

  private become(work: Promise<void>): void {
    this.busy = work.finally(() => {
      this.busy = null
      this.writeStaged()
      this.dir.flusher.kick()
    })
  }

  private takeUnsynced(): number {
    const bytes = this.unsyncedBytes
    this.unsyncedBytes = 0
    return bytes
  }
}

const appended = (facts: Omit<Appended, "ok">): Appended => ({ ok: true, ...facts })

/** Whoever waits for that flush has been told already. */
function ignore(): void {}
