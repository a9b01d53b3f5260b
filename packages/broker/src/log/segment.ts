/**
 * One segment: a file of batches, its two indexes, and what is known of it. The appender owns the last segment of a partition and keeps
 * its file open; files of the others come from `OpenFiles`, their indexes are loaded when a read needs them.
 */
import type { DiskFile } from "../ports.ts"
import { OffsetIndex } from "./offset-index.ts"
import { TimeIndex } from "./time-index.ts"

export interface Indexes {
  offsets: OffsetIndex
  times: TimeIndex
}

export interface BatchFacts {
  baseOffset: number
  lastOffset: number
  sizeBytes: number
  maxTimestamp: number
}

export class Segment {
  readonly dir: string
  readonly baseOffset: number
  /** Exclusive end of what is written. */
  nextOffset: number
  sizeBytes = 0
  /** -1 while no record has a timestamp. */
  maxTimestamp = -1
  maxTimestampOffset = -1
  /** Timestamp of the first batch, from which `segment.ms` counts; -1 while empty. */
  firstTimestamp = -1
  /** Of the active segment always, of others while cached. */
  indexes: Indexes | null = null
  /** Open for writing while the segment is active. */
  file: DiskFile | null = null
  /** Index files and snapshot behind this segment are on disk. */
  isSealed = false
  isDeleted = false
  /** Another file has its name now: who still reads it uses `file`. */
  isReplaced = false
  private unindexedBytes = 0
  private borrowers = 0
  private whenReturned: (() => void) | null = null

  constructor(dir: string, baseOffset: number) {
    this.dir = dir
    this.baseOffset = baseOffset
    this.nextOffset = baseOffset
  }

  get path(): string {
    return segmentFile(this.dir, this.baseOffset, "log")
  }

  get isEmpty(): boolean {
    return this.sizeBytes === 0
  }

  /** A new, empty, active segment. */
  static fresh(dir: string, baseOffset: number, file: DiskFile): Segment {
    const segment = new Segment(dir, baseOffset)
    segment.indexes = { offsets: new OffsetIndex(), times: new TimeIndex() }
    segment.file = file
    return segment
  }

  /** Takes note of a batch that lies at `position`; positions only rise. `force` writes an index entry in any case. */
  note(batch: BatchFacts, position: number, options: { intervalBytes: number; force?: boolean }): void {
    if (this.firstTimestamp < 0) this.firstTimestamp = batch.maxTimestamp
    if (batch.maxTimestamp > this.maxTimestamp) {
      this.maxTimestamp = batch.maxTimestamp
      this.maxTimestampOffset = batch.lastOffset
    }
    if (this.indexes !== null && (options.force === true || this.unindexedBytes > options.intervalBytes)) {
      const { baseOffset: first, lastOffset: last } = batch
      this.indexes.offsets.append({ first: first - this.baseOffset, last: last - this.baseOffset, position })
      if (this.maxTimestamp >= 0) this.indexes.times.append(this.maxTimestamp, this.maxTimestampOffset - this.baseOffset)
      this.unindexedBytes = 0
    }
    this.unindexedBytes += batch.sizeBytes
    this.sizeBytes = position + batch.sizeBytes
    this.nextOffset = batch.lastOffset + 1
  }

  /** The open file, for as long as the borrower needs it; null when the segment is not open. */
  lend(): { file: DiskFile; release(): void } | null {
    const { file } = this
    if (file === null) return null
    this.borrowers++
    let isOut = true
    return {
      file,
      release: () => {
        if (!isOut) return
        isOut = false
        this.borrowers--
        if (this.borrowers === 0) this.whenReturned?.()
      },
    }
  }

  /** Nobody new gets the file; it closes when the last borrower has returned it. */
  async closeFile(): Promise<void> {
    const { file } = this
    if (file === null) return
    this.file = null
    if (this.borrowers > 0) {
      await new Promise<void>((returned) => {
        this.whenReturned = returned
      })
    }
    await file.close()
  }

  /** The largest timestamp is always the time index's last entry, so that a start need not scan for it. */
  finishTimes(): void {
    if (this.maxTimestamp >= 0) this.indexes?.times.append(this.maxTimestamp, this.maxTimestampOffset - this.baseOffset)
  }
}

export type SegmentFileKind = "log" | "index" | "timeindex" | "txnindex" | "snapshot"

export function segmentFile(dir: string, offset: number, kind: SegmentFileKind): string {
  return `${dir}/${segmentName(offset)}.${kind}`
}

export const segmentName = (offset: number): string => String(offset).padStart(20, "0")

const filePattern = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot)$/

/** What a name in a partition's directory stands for, or null. */
export function parseSegmentFile(name: string): { offset: number; kind: SegmentFileKind } | null {
  const match = filePattern.exec(name)
  return match === null ? null : { offset: Number(match[1]), kind: match[2] as SegmentFileKind }
}
