/**
 * Snappy, raw (librdkafka) and in xerial's framing (Java, kafkajs): 16 bytes of header, then u32 length + raw block, repeated.
 * Compression is WASM. Decompression is our own, because the WASM module leaks its memory whenever its input is corrupt: a walk over the
 * tags proves the block sound, then its output is allocated and filled.
 */

import { corrupt, Output, Source, tooLarge } from "./bounds.ts"
import { wasmUtils } from "./wasm.ts"

const xerialMagic = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]
const xerialHeaderBytes = 16

export function compressSnappy(bytes: Uint8Array): Uint8Array {
  // The module does not take nothing.
  return bytes.byteLength === 0
    ? Buffer.from([0])
    : wasmUtils().snappyCompress(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

export function decompressSnappy(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  const blocks = isXerial(bytes) ? xerialBlocks(bytes) : [bytes]
  const sources = blocks.map((block) => new Source(block))
  const size = sources.reduce((sum, source) => sum + checkedSize(source, maxOutputBytes - sum, maxOutputBytes), 0)
  const out = new Output(size)
  for (const source of sources) fill(source, out)
  return out.finish()
}

function isXerial(bytes: Uint8Array): boolean {
  return bytes.byteLength >= xerialHeaderBytes && xerialMagic.every((byte, index) => bytes[index] === byte)
}

function xerialBlocks(bytes: Uint8Array): Uint8Array[] {
  const { view } = new Source(bytes)
  const blocks: Uint8Array[] = []
  for (let at = xerialHeaderBytes; at < bytes.byteLength; ) {
    if (bytes.byteLength - at < 4) throw corrupt("snappy", "a block length is cut")
    const size = view.getUint32(at)
    if (size > bytes.byteLength - at - 4) throw corrupt("snappy", "a block is cut")
    blocks.push(bytes.subarray(at + 4, at + 4 + size))
    at += 4 + size
  }
  return blocks
}

/** Size of a block's output, after proving that every tag is whole, points into the output and ends exactly at that size. */
function checkedSize({ bytes }: Source, allowedBytes: number, maxOutputBytes: number): number {
  const { size, at: start } = preamble(bytes)
  if (size > allowedBytes) throw tooLarge(maxOutputBytes)
  let written = 0
  for (let at = start; at < bytes.byteLength; ) {
    const tag = bytes[at] as number
    const extra = extraBytes[tag] as number
    if (extra >= bytes.byteLength - at) throw corrupt("snappy", "a tag is cut")
    const number = littleEndian(bytes, at + 1, extra)
    const length = lengthOf(tag, number)
    at += 1 + extra
    if ((tag & 3) !== 0) checkOffset(offsetOf(tag, number), written)
    else if (length > bytes.byteLength - at) throw corrupt("snappy", "a literal is cut")
    else at += length
    written += length
    if (written > size) throw corrupt("snappy", "more output than announced")
  }
  if (written !== size) throw corrupt("snappy", "less output than announced")
  return size
}

function checkOffset(offset: number, written: number): void {
  if (offset === 0 || offset > written) throw corrupt("snappy", "a copy points before the start")
}

function fill(source: Source, out: Output): void {
  const { bytes } = source
  for (let { at } = preamble(bytes); at < bytes.byteLength; ) {
    const tag = bytes[at] as number
    const extra = extraBytes[tag] as number
    const number = littleEndian(bytes, at + 1, extra)
    const length = lengthOf(tag, number)
    at += 1 + extra
    if ((tag & 3) === 0) {
      out.literal(source, at, length)
      at += length
    } else out.match(offsetOf(tag, number), length)
  }
}

/** The varint in front: size of the output. */
function preamble(bytes: Uint8Array): { size: number; at: number } {
  let size = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes[at]
    if (byte === undefined) break
    size += (byte & 127) * 2 ** (7 * at)
    if (byte < 128) return { size, at: at + 1 }
  }
  throw corrupt("snappy", "the length in front is cut")
}

/** Bytes that follow each tag: the length of a long literal, or (part of) the offset of a copy. */
const extraBytes = Uint8Array.from({ length: 256 }, (_, tag) => {
  if ((tag & 3) === 0) return tag >> 2 < 60 ? 0 : (tag >> 2) - 59
  return [0, 1, 2, 4][tag & 3] ?? 0
})

/** Bytes that a tag writes; `number` is what follows it. */
function lengthOf(tag: number, number: number): number {
  if ((tag & 3) === 1) return ((tag >> 2) & 7) + 4
  return tag >= 240 && (tag & 3) === 0 ? number + 1 : (tag >> 2) + 1
}

function offsetOf(tag: number, number: number): number {
  return (tag & 3) === 1 ? ((tag >> 5) << 8) + number : number
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let index = size - 1; index >= 0; index -= 1) value = value * 256 + (bytes[at + index] as number)
  return value
}
