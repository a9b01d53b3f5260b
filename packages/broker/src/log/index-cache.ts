/**
 * Indexes of cold segments, within a bound of memory. What cannot be loaded is rebuilt from the segment, so a missing or damaged index
 * file costs time and nothing else.
 */
import type { Disk, DiskFile } from "../ports.ts"
import { readFile } from "../storage/disk.ts"
import { placeAt, viewOf } from "./batch-walk.ts"
import { OffsetIndex } from "./offset-index.ts"
import type { OpenFiles } from "./open-files.ts"
import { type Indexes, type Segment, segmentFile } from "./segment.ts"
import { TimeIndex } from "./time-index.ts"

export class IndexCache {
  private readonly held = new Set<Segment>()
  private heldBytes = 0
  private readonly disk: Disk
  private readonly files: OpenFiles
  private readonly maxBytes: number

  constructor({ disk, files, maxBytes }: { disk: Disk; files: OpenFiles; maxBytes: number }) {
    this.disk = disk
    this.files = files
    this.maxBytes = maxBytes
  }

  async of(segment: Segment): Promise<Indexes> {
    const present = segment.indexes
    if (present !== null) {
      if (this.held.delete(segment)) this.held.add(segment)
      return present
    }
    const loaded = (await loadIndexes(this.disk, segment)) ?? (await this.rebuild(segment))
    segment.indexes ??= loaded
    this.hold(segment)
    return segment.indexes
  }

  /** A sealed segment's indexes may be let go from now on. */
  hold(segment: Segment): void {
    if (segment.indexes === null || this.held.has(segment)) return
    this.held.add(segment)
    this.heldBytes += bytesOf(segment.indexes)
    for (const oldest of this.held) {
      if (this.heldBytes <= this.maxBytes || oldest === segment) break
      this.drop(oldest)
    }
  }

  drop(segment: Segment): void {
    if (!this.held.delete(segment) || segment.indexes === null) return
    this.heldBytes -= bytesOf(segment.indexes)
    segment.indexes = null
  }

  /** Stays with its segment, whatever the bound: its files are about to go. */
  async pin(segment: Segment): Promise<void> {
    const { indexes } = segment
    if (indexes === null) {
      await this.of(segment)
      return this.pin(segment)
    }
    if (this.held.delete(segment)) this.heldBytes -= bytesOf(indexes)
  }

  private async rebuild(segment: Segment): Promise<Indexes> {
    const lease = await this.files.acquire(segment.path)
    try {
      return await scanIndexes(lease.file, segment)
    } finally {
      lease.release()
    }
  }
}

const bytesOf = (indexes: Indexes): number => indexes.offsets.sizeBytes + indexes.times.sizeBytes

/** Null when a file is missing or cannot belong to this segment. */
export async function loadIndexes(disk: Disk, segment: Segment): Promise<Indexes | null> {
  const offsetBytes = await readFile(disk, segmentFile(segment.dir, segment.baseOffset, "index"))
  const timeBytes = await readFile(disk, segmentFile(segment.dir, segment.baseOffset, "timeindex"))
  if (offsetBytes === null || timeBytes === null) return null
  const [offsets, times] = [OffsetIndex.decode(offsetBytes, segment.sizeBytes), TimeIndex.decode(timeBytes)]
  return offsets === null || times === null ? null : { offsets, times }
}

const stepBytes = 4_096

/** One header per batch, nothing else is read or checked: recovery has judged this segment before. */
async function scanIndexes(file: DiskFile, segment: Segment): Promise<Indexes> {
  const indexes = { offsets: new OffsetIndex(), times: new TimeIndex() }
  const header = new Uint8Array(61)
  let [unindexed, maxTimestamp, maxTimestampOffset] = [0, -1, -1]
  for (let position = 0; position < segment.sizeBytes; ) {
    await file.read(header, position)
    const place = placeAt(viewOf(header), 0)
    if (typeof place === "string") break
    if (place.maxTimestamp > maxTimestamp) {
      maxTimestamp = place.maxTimestamp
      maxTimestampOffset = place.lastOffset
    }
    if (unindexed > stepBytes) {
      const [first, last] = [place.baseOffset - segment.baseOffset, place.lastOffset - segment.baseOffset]
      indexes.offsets.append({ first, last, position })
      if (maxTimestamp >= 0) indexes.times.append(maxTimestamp, maxTimestampOffset - segment.baseOffset)
      unindexed = 0
    }
    unindexed += place.sizeBytes
    position += place.sizeBytes
  }
  if (maxTimestamp >= 0) indexes.times.append(maxTimestamp, maxTimestampOffset - segment.baseOffset)
  return indexes
}
