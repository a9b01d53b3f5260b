/**
 * LZ4 frames (magic 04 22 4D 18). Compression is WASM. Decompression is our own, because the WASM module leaks its memory whenever its input
 * is corrupt: a walk over all blocks proves them sound and adds up their sizes, then the output is allocated and filled.
 * Linked and independent blocks, stored blocks, all checksums and concatenated frames are read; dictionaries are refused.
 */

import { corrupt, Output, Source, tooLarge } from "./bounds.ts"
import { wasmUtils } from "./wasm.ts"
import { xxh32 } from "./xxh32.ts"

const magic = 0x184d_2204
/** Header, end mark: what a frame of nothing is. The module does not take nothing. */
const emptyFrame = Buffer.from("04224d1860408200000000", "hex")

export function compressLz4(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === 0 ? emptyFrame : wasmUtils().lz4Compress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

export function decompressLz4(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  const frames = readFrames(new Source(bytes), maxOutputBytes)
  const out = new Output(frames.reduce((sum, frame) => sum + frame.sizeBytes, 0))
  for (const frame of frames) fillFrame(frame, out)
  return out.finish()
}

interface Block {
  readonly source: Source
  readonly isStored: boolean
}

interface Frame {
  readonly blocks: readonly Block[]
  readonly sizeBytes: number
  /** xxHash of the frame's output. */
  readonly contentChecksum: number | undefined
}

interface FrameHeader {
  readonly hasLinkedBlocks: boolean
  readonly hasBlockChecksums: boolean
  readonly hasContentChecksum: boolean
  readonly contentSize: number | undefined
  readonly maxBlockBytes: number
}

class Cursor {
  readonly source: Source
  at = 0

  constructor(source: Source) {
    this.source = source
  }

  get left(): number {
    return this.source.bytes.byteLength - this.at
  }

  take(size: number): number {
    if (size > this.left) throw corrupt("lz4", "the frame is cut")
    this.at += size
    return this.at - size
  }

  uint8(): number {
    return this.source.view.getUint8(this.take(1))
  }

  uint32(): number {
    return this.source.view.getUint32(this.take(4), true)
  }
}

function readFrames(source: Source, maxOutputBytes: number): Frame[] {
  const cursor = new Cursor(source)
  const frames: Frame[] = []
  let total = 0
  do {
    const frame = readFrame(cursor, maxOutputBytes - total, maxOutputBytes)
    frames.push(frame)
    total += frame.sizeBytes
  } while (cursor.left > 0)
  return frames
}

function readFrame(cursor: Cursor, allowedBytes: number, maxOutputBytes: number): Frame {
  const header = readHeader(cursor)
  if ((header.contentSize ?? 0) > allowedBytes) throw tooLarge(maxOutputBytes)
  const blocks: Block[] = []
  let sizeBytes = 0
  for (let word = cursor.uint32(); word !== 0; word = cursor.uint32()) {
    const block = readBlock(cursor, word, header)
    const size = block.isStored ? block.source.bytes.byteLength : checkedSize(block.source.bytes, header.hasLinkedBlocks ? sizeBytes : 0)
    if (size > header.maxBlockBytes) throw corrupt("lz4", "a block is larger than the frame allows")
    sizeBytes += size
    if (sizeBytes > allowedBytes) throw tooLarge(maxOutputBytes)
    blocks.push(block)
  }
  if (header.contentSize !== undefined && sizeBytes !== header.contentSize) throw corrupt("lz4", "the content size does not fit")
  return { blocks, sizeBytes, contentChecksum: header.hasContentChecksum ? cursor.uint32() : undefined }
}

function readHeader(cursor: Cursor): FrameHeader {
  if (cursor.uint32() !== magic) throw corrupt("lz4", "the frame does not start with 04 22 4D 18")
  const start = cursor.at
  const flags = cursor.uint8()
  const sizeClass = (cursor.uint8() >> 4) & 7
  if (flags >> 6 !== 1) throw corrupt("lz4", "the frame version is not 1")
  if (flags & 1) throw corrupt("lz4", "dictionaries are not supported")
  if (sizeClass < 4) throw corrupt("lz4", "the block size is not one of 4 to 7")
  const contentSize = flags & 8 ? Number(cursor.source.view.getBigUint64(cursor.take(8), true)) : undefined
  const sum = (xxh32(cursor.source.bytes.subarray(start, cursor.at)) >>> 8) & 255
  if (cursor.uint8() !== sum) throw corrupt("lz4", "the header checksum does not fit")
  return {
    hasLinkedBlocks: (flags & 32) === 0,
    hasBlockChecksums: (flags & 16) !== 0,
    hasContentChecksum: (flags & 4) !== 0,
    contentSize,
    maxBlockBytes: 1 << (8 + 2 * sizeClass),
  }
}

/** The word in front holds the size and, in its highest bit, whether the block is stored as it is. */
function readBlock(cursor: Cursor, word: number, header: FrameHeader): Block {
  const isStored = word >= 2 ** 31
  const size = isStored ? word - 2 ** 31 : word
  const at = cursor.take(size)
  const bytes = cursor.source.bytes.subarray(at, at + size)
  if (header.hasBlockChecksums && cursor.uint32() !== xxh32(bytes)) throw corrupt("lz4", "a block checksum does not fit")
  return { source: new Source(bytes), isStored }
}

/** Output of a block whose matches may reach `before` bytes beyond its start, after proving every sequence sound. */
function checkedSize(bytes: Uint8Array, before: number): number {
  const end = bytes.byteLength
  let size = 0
  for (let at = 0; at < end; ) {
    const token = bytes[at] as number
    const literals = lengthAt(bytes, at + 1, token >> 4)
    at += 1 + lengthBytes(bytes, at + 1, token >> 4)
    if (literals > end - at) throw corrupt("lz4", "literals are cut")
    at += literals
    size += literals
    if (at === end) return size
    checkOffset(bytes, at, size + before)
    at += 2
    size += 4 + lengthAt(bytes, at, token & 15)
    at += lengthBytes(bytes, at, token & 15)
  }
  throw corrupt("lz4", "a block ends within a sequence")
}

function checkOffset(bytes: Uint8Array, at: number, reach: number): void {
  if (bytes.byteLength - at < 2) throw corrupt("lz4", "a match offset is cut")
  const offset = offsetAt(bytes, at)
  if (offset === 0 || offset > reach) throw corrupt("lz4", "a match points before the start")
}

function fillFrame(frame: Frame, out: Output): void {
  const start = out.at
  for (const { source, isStored } of frame.blocks) {
    if (isStored) out.literal(source, 0, source.bytes.byteLength)
    else fillBlock(source, out)
  }
  if (frame.contentChecksum !== undefined && frame.contentChecksum !== xxh32(out.bytes.subarray(start, out.at))) {
    throw corrupt("lz4", "the content checksum does not fit")
  }
}

/** The same walk, on a block that is known to be sound. */
function fillBlock(source: Source, out: Output): void {
  const { bytes } = source
  const end = bytes.byteLength
  let at = 0
  for (;;) {
    const token = bytes[at] as number
    const literals = lengthAt(bytes, at + 1, token >> 4)
    at += 1 + lengthBytes(bytes, at + 1, token >> 4)
    out.literal(source, at, literals)
    at += literals
    if (at === end) return
    const offset = offsetAt(bytes, at)
    at += 2
    out.match(offset, 4 + lengthAt(bytes, at, token & 15))
    at += lengthBytes(bytes, at, token & 15)
  }
}

function offsetAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
}

/** A nibble of 15 goes on in a row of 255s and the byte that ends it; this is how many bytes those are. */
function lengthBytes(bytes: Uint8Array, start: number, nibble: number): number {
  if (nibble < 15) return 0
  let at = start
  while (bytes[at] === 255) at += 1
  return at + 1 - start
}

/** The nibble and the sum of those bytes. */
function lengthAt(bytes: Uint8Array, start: number, nibble: number): number {
  if (nibble < 15) return nibble
  const size = lengthBytes(bytes, start, nibble)
  const last = bytes[start + size - 1]
  if (last === undefined) throw corrupt("lz4", "a length is cut")
  return 15 + (size - 1) * 255 + last
}
