/**
 * Reads whole batches: segment by binary search, index floor, one positioned read into a pooled slab, then headers are walked in memory.
 * Nothing is decompressed. Reads see what is written up to the bound the caller gives, never what is staged.
 */
import { batchHeaderBytes } from "@rivven/protocol/records"
import type { DiskFile } from "../ports.ts"
import { refused } from "./batch-checks.ts"
import { placeAt, viewOf } from "./batch-walk.ts"
import type { LogDir } from "./log-dir.ts"
import type { ReadBatches, ReadRequest, ReadResult, Refused } from "./model.ts"
import type { PartitionState } from "./partition-state.ts"
import type { Segment } from "./segment.ts"
import type { Slab } from "./slabs.ts"

const smallestRead = 4_096
/** More than this is not read only to be skipped: the walk starts with a small read then. */
const longestSkip = 65_536

interface Bounds {
  offset: number
  /** Bytes of this file from this position on are not batches that may be served. */
  wall: { file: string; position: number } | null
  maxBytes: number
  minOneBatch: boolean
  /** Exclusive. */
  upTo: number
}

/** Where the wanted batches lie in a slab, or from where on how much has to be read to go on. */
type Found = { from: number; to: number; nextOffset: number } | { from: number; needs: number } | "nothing" | "bad"

export async function readBatches(state: PartitionState, dir: LogDir, request: ReadRequest): Promise<ReadResult> {
  const { offset, maxBytes, minOneBatch = true } = request
  const upTo = Math.min(request.upTo ?? state.highWatermark, state.written)
  if (state.closed !== null) return refused("UNKNOWN_TOPIC_OR_PARTITION", state.closed.message)
  if (offset < state.logStart || offset > state.written) {
    return refused("OFFSET_OUT_OF_RANGE", `offset ${offset}, the log holds ${state.logStart} to ${state.written}`)
  }
  const corrupt = state.corruptRanges.find((range) => range.from <= offset && offset < range.to)
  if (corrupt !== undefined) return corruptAnswer(corrupt.from, corrupt.to)
  if (offset >= upTo) return nothingAt(offset)
  const wall = state.corruptRanges.find((range) => range.from > offset) ?? null
  try {
    return await readFrom(state, dir, { offset, maxBytes, minOneBatch, upTo: Math.min(upTo, wall?.from ?? upTo), wall })
  } catch (error) {
    if (state.closed !== null) return refused("UNKNOWN_TOPIC_OR_PARTITION", state.name)
    dir.logger.error({ partition: state.name, offset, reason: String(error) }, "read failed")
    return refused("KAFKA_STORAGE_ERROR", `reading ${state.name} failed`)
  }
}

async function readFrom(state: PartitionState, dir: LogDir, bounds: Bounds): Promise<ReadResult> {
  const segment = state.segmentAt(bounds.offset)
  if (segment === undefined) return nothingAt(bounds.offset)
  const end = bounds.wall?.file === segment.path ? Math.min(segment.sizeBytes, bounds.wall.position) : segment.sizeBytes
  const { offsets } = await dir.indexes.of(segment)
  const located = offsets.locate(bounds.offset - segment.baseOffset, end)
  return withSegment(segment, dir, async (file) => {
    const isThere = located.isProbable && (await beginsAtOrBefore(file, located.latest, bounds.offset))
    const position = isThere ? located.latest : located.position
    return readSlab(file, dir, { bounds, segment, position, end, skip: isThere ? 0 : located.latest - position })
  })
}

async function beginsAtOrBefore(file: DiskFile, position: number, offset: number): Promise<boolean> {
  const header = new Uint8Array(batchHeaderBytes)
  await file.read(header, position)
  const place = placeAt(viewOf(header), 0)
  return typeof place !== "string" && place.baseOffset <= offset
}

/** The active segment's own file, or a leased one. */
export async function withSegment<T>(segment: Segment, dir: LogDir, use: (file: DiskFile) => Promise<T>): Promise<T> {
  const lent = segment.lend()
  if (lent === null && segment.isReplaced) throw new Error(`${segment.path} was replaced long ago`)
  const lease = lent ?? (await dir.files.acquire(segment.path))
  try {
    return await use(lease.file)
  } finally {
    lease.release()
  }
}

interface SlabRead {
  bounds: Bounds
  segment: Segment
  position: number
  end: number
  /** How much may lie before the wanted batch. */
  skip: number
}

async function readSlab(file: DiskFile, dir: LogDir, read: SlabRead): Promise<ReadResult> {
  const { bounds, segment, end, skip } = read
  let at = read.position
  let size = Math.min(end - at, Math.max(smallestRead, skip > longestSkip ? 0 : bounds.maxBytes + skip))
  for (;;) {
    const slab = dir.slabs.take(Math.max(size, 1))
    const found = await fill(slab, file, { at, size, bounds })
    if (typeof found !== "string" && "to" in found && (size - found.from >= bounds.maxBytes || at + size >= end))
      return batches(slab, found)
    slab.release()
    if (typeof found === "string") return found === "nothing" ? nothingAt(bounds.offset) : corruptAnswer(bounds.offset, segment.nextOffset)
    at += found.from
    if ("needs" in found && at + found.needs > end) return nothingAt(bounds.offset)
    size = Math.min(end - at, nextSize(found, bounds.maxBytes))
  }
}

/** The wanted batch is known to begin where the next read does, or headers in between are all that is needed. */
function nextSize(found: Exclude<Found, string>, maxBytes: number): number {
  if ("needs" in found && found.needs === batchHeaderBytes) return smallestRead
  return Math.max(smallestRead, maxBytes, "needs" in found ? found.needs : 0)
}

async function fill(slab: Slab, file: DiskFile, { at, size, bounds }: { at: number; size: number; bounds: Bounds }): Promise<Found> {
  try {
    const count = await file.read(slab.bytes.subarray(0, size), at)
    return find(slab.bytes.subarray(0, count), bounds)
  } catch (error) {
    slab.release()
    throw error
  }
}

function find(bytes: Uint8Array, bounds: Bounds): Found {
  const view = viewOf(bytes)
  let at = 0
  for (;;) {
    const place = placeAt(view, at)
    if (place === "bad") return "bad"
    if (place === "short") return { from: at, needs: batchHeaderBytes }
    if (place.lastOffset >= bounds.offset) {
      if (place.baseOffset >= bounds.upTo || (!bounds.minOneBatch && place.sizeBytes > bounds.maxBytes)) return "nothing"
      if (at + place.sizeBytes > bytes.length) return { from: at, needs: place.sizeBytes }
      return extend(view, at, bounds)
    }
    at += place.sizeBytes
  }
}

/** From the first wanted batch as far as whole batches, the byte limit and the offset bound go. */
function extend(view: DataView, from: number, { maxBytes, upTo, offset }: Bounds): Found {
  let to = from
  let nextOffset = offset
  for (;;) {
    const place = placeAt(view, to)
    if (typeof place === "string" || place.baseOffset >= upTo || to + place.sizeBytes > view.byteLength) break
    if (to > from && place.baseOffset < nextOffset) break
    if (to > from && to + place.sizeBytes - from > maxBytes) break
    to += place.sizeBytes
    nextOffset = place.lastOffset + 1
  }
  return { from, to, nextOffset }
}

function batches(slab: Slab, { from, to, nextOffset }: { from: number; to: number; nextOffset: number }): ReadBatches {
  return { ok: true, slices: [slab.bytes.subarray(from, to)], sizeBytes: to - from, nextOffset, release: () => slab.release() }
}

function nothingAt(offset: number): ReadBatches {
  return { ok: true, slices: [], sizeBytes: 0, nextOffset: offset, release: () => {} }
}

function corruptAnswer(from: number, to: number): Refused {
  return refused("CORRUPT_MESSAGE", `offsets ${from} to ${to - 1} are damaged on disk`)
}
