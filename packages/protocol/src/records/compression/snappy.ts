/**
 * Snappy, raw (librdkafka) and in xerial's framing (Java, kafkajs): 16 bytes of header, then u32 length + raw block, repeated.
 * Compression is WASM. Decompression is our own: the WASM module leaks its memory whenever its input is corrupt.
 */
import { snappyCompress as compressRaw } from "@platformatic/wasm-utils"
import { BoundedOutput, corrupt, tooLarge } from "./bounds.ts"

const xerialMagic = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]
const xerialHeaderBytes = 16

export function compressSnappy(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === 0 ? Buffer.from([0]) : compressRaw(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

export function decompressSnappy(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  if (!isXerial(bytes))
    return decodeRaw(bytes, new BoundedOutput(maxOutputBytes, announcedSize(bytes, maxOutputBytes)), maxOutputBytes).finish()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out = new BoundedOutput(maxOutputBytes, bytes.byteLength * 2)
  for (let at = xerialHeaderBytes; at < bytes.byteLength; ) {
    if (bytes.byteLength - at < 4) throw corrupt("snappy", "a block length is cut")
    const size = view.getUint32(at)
    if (size > bytes.byteLength - at - 4) throw corrupt("snappy", "a block is cut")
    decodeRaw(bytes.subarray(at + 4, at + 4 + size), out, maxOutputBytes)
    at += 4 + size
  }
  return out.finish()
}

function isXerial(bytes: Uint8Array): boolean {
  return bytes.byteLength >= xerialHeaderBytes && xerialMagic.every((byte, index) => bytes[index] === byte)
}

/** The length in front of a raw block. No block grows more than 22 times, so a larger promise is a lie and never allocated. */
function announcedSize(bytes: Uint8Array, maxOutputBytes: number): number {
  const { value } = preamble(bytes)
  if (value > maxOutputBytes) throw tooLarge(maxOutputBytes)
  if (value > bytes.byteLength * 22 + 64) throw corrupt("snappy", "the announced length cannot come from so few bytes")
  return value
}

function preamble(bytes: Uint8Array): { value: number; at: number } {
  let value = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = bytes[at]
    if (byte === undefined) break
    value += (byte & 127) * 2 ** (7 * at)
    if (byte < 128) return { value, at: at + 1 }
  }
  throw corrupt("snappy", "the length in front is cut")
}

function decodeRaw(bytes: Uint8Array, out: BoundedOutput, maxOutputBytes: number): BoundedOutput {
  const size = announcedSize(bytes, maxOutputBytes)
  const base = out.at
  out.reserve(size)
  let { at } = preamble(bytes)
  while (at < bytes.byteLength) {
    const tag = bytes[at] as number
    at = (tag & 3) === 0 ? literal(bytes, at, out) : copy({ bytes, at, out, base })
    if (out.at - base > size) throw corrupt("snappy", "more output than announced")
  }
  if (out.at - base !== size) throw corrupt("snappy", "less output than announced")
  return out
}

function literal(bytes: Uint8Array, at: number, out: BoundedOutput): number {
  const code = (bytes[at] as number) >> 2
  const extra = code < 60 ? 0 : code - 59
  const size = (extra === 0 ? code : littleEndian(bytes, at + 1, extra)) + 1
  const start = at + 1 + extra
  if (size > bytes.byteLength - start) throw corrupt("snappy", "a literal is cut")
  out.append(bytes, start, size)
  return start + size
}

function copy({ bytes, at, out, base }: { bytes: Uint8Array; at: number; out: BoundedOutput; base: number }): number {
  const tag = bytes[at] as number
  const kind = tag & 3
  const extra = kind === 3 ? 4 : kind
  const offset = kind === 1 ? ((tag >> 5) << 8) + littleEndian(bytes, at + 1, 1) : littleEndian(bytes, at + 1, extra)
  if (offset === 0 || offset > out.at - base) throw corrupt("snappy", "a copy points before the start")
  out.repeat(offset, kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1)
  return at + 1 + extra
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  if (size > bytes.byteLength - at) throw corrupt("snappy", "a tag is cut")
  let value = 0
  for (let index = size - 1; index >= 0; index -= 1) value = value * 256 + (bytes[at + index] as number)
  return value
}
