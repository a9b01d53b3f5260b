// The new file of a compacted segment, and its indexes. Offsets without records become empty batches, as few as leader epochs allow.
import { batchHeaderBytes } from "@rivven/protocol/records"
import type { DiskFile } from "../../ports.ts"
import { ShortWrite } from "../../storage/disk.ts"
import { type BatchPlace, placeAt, viewOf } from "../batch-walk.ts"
import { OffsetIndex } from "../offset-index.ts"
import { Segment } from "../segment.ts"
import { TimeIndex } from "../time-index.ts"
import { type Gap, placeholder } from "./clean-batch.ts"

const chunkBytes = 262_144
const epochAt = 12

export class SegmentWriter {
  readonly segment: Segment
  private readonly file: DiskFile
  private readonly path: string
  private readonly intervalBytes: number
  private gap: Gap | null = null
  private parts: Uint8Array[] = []
  private partBytes = 0
  private position = 0

  constructor({ old, file, path, intervalBytes }: { old: Segment; file: DiskFile; path: string; intervalBytes: number }) {
    this.segment = new Segment(old.dir, old.baseOffset)
    this.segment.indexes = { offsets: new OffsetIndex(), times: new TimeIndex() }
    this.file = file
    this.path = path
    this.intervalBytes = intervalBytes
  }

  /** The bytes are copied. */
  keep(bytes: Uint8Array): void {
    this.closeGap()
    this.add(Uint8Array.from(bytes))
  }

  /** The batch goes, its offsets stay. */
  drop(bytes: Uint8Array, { baseOffset, lastOffset, maxTimestamp }: BatchPlace): void {
    const epoch = viewOf(bytes).getInt32(epochAt)
    if (this.gap !== null && this.gap.epoch !== epoch) this.closeGap()
    const from = this.gap?.from ?? baseOffset
    this.gap = { from, to: lastOffset + 1, epoch, maxTimestamp: Math.max(this.gap?.maxTimestamp ?? -1, maxTimestamp) }
  }

  /** Everything is in the file and durable. */
  async finish(): Promise<void> {
    this.closeGap()
    this.flush()
    this.segment.finishTimes()
    await this.file.datasync()
  }

  private closeGap(): void {
    if (this.gap !== null) this.add(placeholder(this.gap))
    this.gap = null
  }

  private add(bytes: Uint8Array): void {
    const place = placeAt(viewOf(bytes), 0)
    if (typeof place === "string" || bytes.length < batchHeaderBytes) throw new RangeError("compaction made something that is no batch")
    this.segment.note(place, this.position + this.partBytes, { intervalBytes: this.intervalBytes })
    this.parts.push(bytes)
    this.partBytes += bytes.length
    if (this.partBytes >= chunkBytes) this.flush()
  }

  private flush(): void {
    if (this.parts.length === 0) return
    const count = this.file.write(this.parts, this.position)
    if (count !== this.partBytes) throw new ShortWrite(this.path, this.partBytes, count)
    this.position += count
    this.parts = []
    this.partBytes = 0
  }
}
