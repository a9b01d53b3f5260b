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

/** Behind an index entry at most this much precedes the wanted batch (`index.interval.bytes` of its default). */
const skipBytes = 4_096
const smallestRead = 512

interface Bounds {
  offset: number
  /** Bytes of this file from this position on are not batches that may be served. */
  wall: { file: string; position: number } | null
  maxBytes: number
  minOneBatch: boolean
  /** Exclusive. */
  upTo: number
}

/** Where the wanted batches lie in a slab, or the size that the slab needs to hold the first of them. */
type Found = { from: number; to: number; nextOffset: number } | { needs: number; at: number } | "nothing" | "bad"

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
  const position = offsets.floor(bounds.offset - segment.baseOffset)
  return withSegment(segment, dir, (file) => readSlab(file, dir, { bounds, segment, position, end }))
}

/** The active segment's own file, or a leased one. */
export async function withSegment<T>(segment: Segment, dir: LogDir, use: (file: DiskFile) => Promise<T>): Promise<T> {
  const lease = segment.lend() ?? (await dir.files.acquire(segment.path))
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
}

async function readSlab(file: DiskFile, dir: LogDir, { bounds, segment, position, end }: SlabRead): Promise<ReadResult> {
  let at = position
  let size = Math.min(end - at, Math.max(smallestRead, bounds.maxBytes + skipBytes))
  for (;;) {
    const slab = dir.slabs.take(Math.max(size, 1))
    const answer = await fill(slab, file, { at, size, bounds })
    if (answer !== "bad" && answer !== "nothing" && "from" in answer) return batches(slab, answer)
    slab.release()
    if (answer === "nothing" || answer === "bad") {
      return answer === "nothing" ? nothingAt(bounds.offset) : corruptAnswer(bounds.offset, segment.nextOffset)
    }
    at += answer.at
    if (at + answer.needs > end) return nothingAt(bounds.offset)
    size = Math.min(end - at, Math.max(smallestRead, answer.needs))
  }
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
    if (place === "short") return { needs: batchHeaderBytes, at }
    if (place.lastOffset >= bounds.offset) {
      if (place.baseOffset >= bounds.upTo || (!bounds.minOneBatch && place.sizeBytes > bounds.maxBytes)) return "nothing"
      if (at + place.sizeBytes > bytes.length) return { needs: place.sizeBytes, at }
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
