/**
 * LZ4 frames (magic 04 22 4D 18). Compression is WASM. Decompression is our own: the WASM module leaks its memory whenever its input is
 * corrupt. Linked and independent blocks, stored blocks, checksums and concatenated frames are read; dictionaries are refused.
 */
import { lz4Compress as compressFrame } from "@platformatic/wasm-utils"
import { BoundedOutput, corrupt, tooLarge } from "./bounds.ts"
import { xxh32 } from "./xxh32.ts"

const magic = 0x184d_2204
/** Header, end mark: what a frame of nothing is. */
const emptyFrame = Buffer.from("04224d1860408200000000", "hex")

export function compressLz4(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === 0 ? emptyFrame : compressFrame(asBuffer(bytes))
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function decompressLz4(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  const source = new Source(bytes)
  const out = new BoundedOutput(maxOutputBytes, Math.min(bytes.byteLength * 3, maxOutputBytes))
  do decodeFrame(source, out, maxOutputBytes)
  while (source.left > 0)
  return out.finish()
}

class Source {
  readonly bytes: Uint8Array
  readonly view: DataView
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.bytes.byteLength - this.at
  }

  take(size: number): number {
    if (size > this.left) throw corrupt("lz4", "the frame is cut")
    this.at += size
    return this.at - size
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true)
  }
}

interface FrameHeader {
  readonly hasLinkedBlocks: boolean
  readonly hasBlockChecksums: boolean
  readonly hasContentChecksum: boolean
  readonly contentSize: number | undefined
  readonly maxBlockBytes: number
}

function readHeader(source: Source, maxOutputBytes: number): FrameHeader {
  if (source.uint32() !== magic) throw corrupt("lz4", "the frame does not start with 04 22 4D 18")
  const start = source.at
  const flags = source.view.getUint8(source.take(1))
  const block = source.view.getUint8(source.take(1))
  if (flags >> 6 !== 1) throw corrupt("lz4", "the frame version is not 1")
  if (flags & 1) throw corrupt("lz4", "dictionaries are not supported")
  const sizeClass = (block >> 4) & 7
  if (sizeClass < 4) throw corrupt("lz4", "the block size is not one of 4 to 7")
  const contentSize = flags & 8 ? Number(source.view.getBigUint64(source.take(8), true)) : undefined
  if (contentSize !== undefined && contentSize > maxOutputBytes) throw tooLarge(maxOutputBytes)
  const sum = (xxh32(source.bytes.subarray(start, source.at)) >>> 8) & 255
  if (source.view.getUint8(source.take(1)) !== sum) throw corrupt("lz4", "the header checksum does not fit")
  return {
    hasLinkedBlocks: (flags & 32) === 0,
    hasBlockChecksums: (flags & 16) !== 0,
    hasContentChecksum: (flags & 4) !== 0,
    contentSize,
    maxBlockBytes: 1 << (8 + 2 * sizeClass),
  }
}

function decodeFrame(source: Source, out: BoundedOutput, maxOutputBytes: number): void {
  const header = readHeader(source, maxOutputBytes)
  const start = out.at
  for (let size = source.uint32(); size !== 0; size = source.uint32()) decodeBlock({ source, out, header, size, start })
  if (header.contentSize !== undefined && out.at - start !== header.contentSize) throw corrupt("lz4", "the content size does not fit")
  if (header.hasContentChecksum && source.uint32() !== xxh32(out.bytes.subarray(start, out.at))) {
    throw corrupt("lz4", "the content checksum does not fit")
  }
}

function decodeBlock(block: { source: Source; out: BoundedOutput; header: FrameHeader; size: number; start: number }): void {
  const { source, out, header } = block
  const isStored = block.size >= 2 ** 31
  const size = isStored ? block.size - 2 ** 31 : block.size
  const at = source.take(size)
  const bytes = source.bytes.subarray(at, at + size)
  if (header.hasBlockChecksums && source.uint32() !== xxh32(bytes)) throw corrupt("lz4", "a block checksum does not fit")
  const before = out.at
  if (isStored) out.append(bytes, 0, size)
  else decodeSequences(bytes, out, header.hasLinkedBlocks ? block.start : before)
  if (out.at - before > header.maxBlockBytes) throw corrupt("lz4", "a block is larger than the frame allows")
}

/** Sequences of literals and matches. A match may reach back to `base`, the start of the block or of the frame. */
function decodeSequences(bytes: Uint8Array, out: BoundedOutput, base: number): void {
  const end = bytes.byteLength
  let at = 0
  for (;;) {
    if (at >= end) throw corrupt("lz4", "a block ends within a sequence")
    const token = bytes[at] as number
    at += 1
    let literals = token >> 4
    if (literals === 15) {
      const start = at
      at = endOfLength(bytes, at)
      literals += lengthBetween(bytes, start, at)
    }
    if (literals > end - at) throw corrupt("lz4", "literals are cut")
    out.append(bytes, at, literals)
    at += literals
    if (at === end) return
    const offset = matchOffset(bytes, at, out.at - base)
    at += 2
    let size = (token & 15) + 4
    if (size === 19) {
      const start = at
      at = endOfLength(bytes, at)
      size += lengthBetween(bytes, start, at)
    }
    out.repeat(offset, size)
  }
}

/** How far back the match at `at` reaches, at most `reach` bytes. */
function matchOffset(bytes: Uint8Array, at: number, reach: number): number {
  if (bytes.byteLength - at < 2) throw corrupt("lz4", "a match offset is cut")
  const offset = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
  if (offset === 0 || offset > reach) throw corrupt("lz4", "a match points before the start")
  return offset
}

/** A long length is a row of 255s and the byte that ends it. */
function endOfLength(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.byteLength; at += 1) if (bytes[at] !== 255) return at + 1
  throw corrupt("lz4", "a length is cut")
}

function lengthBetween(bytes: Uint8Array, start: number, end: number): number {
  return (end - start - 1) * 255 + (bytes[end - 1] as number)
}
