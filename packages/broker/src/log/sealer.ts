/**
 * Writes the caches of closed segments: the indexes, the producer snapshot for the offset behind it, the epoch checkpoint. One segment
 * after the other, beside the appends. Only a sealed segment may lie below the recovery point.
 */
import { isDiskFull, removeFile, writeFile } from "../storage/disk.ts"
import type { LogDir } from "./log-dir.ts"
import type { PartitionState } from "./partition-state.ts"
import { encodeProducers } from "./producer-snapshot.ts"
import { type Segment, segmentFile } from "./segment.ts"
import { encodeAborted } from "./transaction-index.ts"

interface CacheFile {
  path: string
  bytes: Uint8Array
}

export class Sealer {
  private last: Promise<void> = Promise.resolve()
  private readonly state: PartitionState
  private readonly dir: LogDir

  constructor(state: PartitionState, dir: LogDir) {
    this.state = state
    this.dir = dir
  }

  /** Call it when the segment was just closed: the snapshot is taken now. `lastUse` is a sync that may still run on its file. */
  seal(segment: Segment, lastUse: Promise<void> | null): void {
    const files = this.cachesOf(segment, encodeProducers(this.state.producers))
    this.last = this.last.then(async () => {
      await lastUse?.catch(ignore)
      await segment.closeFile().catch(ignore)
      await this.write(segment, files)
    })
  }

  /** Closed segments that a recovery scanned; it kept the producer snapshots for where they end. */
  sealRecovered(snapshots: ReadonlyMap<number, Uint8Array>): void {
    for (const segment of this.state.segments.slice(0, -1)) {
      const snapshot = snapshots.get(segment.nextOffset)
      if (segment.isSealed || snapshot === undefined) continue
      const files = this.cachesOf(segment, snapshot)
      this.last = this.last.then(() => this.write(segment, files))
    }
  }

  /** For a clean stop: the active segment's caches, as if it were closed. False when some segment has none. */
  async sealActive(): Promise<boolean> {
    await this.idle()
    const { segments, active, producers } = this.state
    await this.write(active, this.cachesOf(active, encodeProducers(producers)))
    return segments.every((segment) => segment.isSealed)
  }

  idle(): Promise<void> {
    return this.last
  }

  private cachesOf(segment: Segment, snapshot: Uint8Array): CacheFile[] {
    const { dir, epochs, producers } = this.state
    segment.finishTimes()
    const { indexes } = segment
    if (indexes === null) return []
    return [
      { path: segmentFile(dir, segment.baseOffset, "index"), bytes: indexes.offsets.encode() },
      { path: segmentFile(dir, segment.baseOffset, "timeindex"), bytes: indexes.times.encode() },
      {
        path: segmentFile(dir, segment.baseOffset, "txnindex"),
        bytes: encodeAborted(producers.transactions.endedBetween(segment.baseOffset, segment.nextOffset)),
      },
      { path: segmentFile(dir, segment.nextOffset, "snapshot"), bytes: snapshot },
      { path: `${dir}/leader-epoch-checkpoint`, bytes: epochs.encode() },
    ]
  }

  private async write(segment: Segment, files: readonly CacheFile[]): Promise<void> {
    if (segment.isDeleted || this.dir.health.isReadOnly) return
    const { disk } = this.dir
    try {
      // By rename: a segment below the recovery point may be sealed again, and a half-written cache there would be trusted.
      for (const { path, bytes } of files) await writeFile(disk, `${path}.tmp`, bytes)
      for (const { path } of files) await disk.rename(`${path}.tmp`, path)
      await disk.syncDir(this.state.dir)
    } catch (error) {
      return this.couldNotWrite(files, error)
    }
    segment.isSealed = true
    if (segment !== this.state.active) this.dir.indexes.hold(segment)
    this.dir.onSealed()
  }

  /** Caches are worth nothing compared with records: a full disk leaves them out, and the next start scans more. */
  private async couldNotWrite(files: readonly CacheFile[], error: unknown): Promise<void> {
    const { disk, health, logger } = this.dir
    if (this.state.closed !== null) return
    if (!isDiskFull(error)) return health.fail(`writing index files of ${this.state.name}`, error)
    logger.warn({ partition: this.state.name }, "no space for index files; the next start scans this segment")
    for (const { path } of files) await removeFile(disk, `${path}.tmp`).catch(ignore)
  }
}

/** What fails here was on its way out already. */
function ignore(): void {}
