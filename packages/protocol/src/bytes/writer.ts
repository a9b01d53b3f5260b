/**
 * Growing buffer for one message. `finish` copies the result out of a scratch buffer that all writers reuse, so
 * encoding is synchronous and never re-entered. `slices` keeps record bytes out of the copy: they leave as parts.
 */
import { EncodeError, shapeOf } from "../codec-error.ts"
import { maxStringBytes } from "./reader.ts"
import { uvarintSize } from "./varint.ts"

/** Larger messages get a buffer of their own, which is given back to the collector. */
const keepBytes = 1_048_576
/** Records below this size are cheaper to copy than to write as a part of their own. */
const partBytes = 1_024

let scratch: Buffer | undefined = Buffer.allocUnsafeSlow(65_536)

export class Writer {
  buf: Buffer
  view: DataView
  at = 0
  /** Segments of the field being written; only the traced variant of an encoder maintains it. */
  readonly path: (string | number)[] = []
  private readonly cuts: { at: number; bytes: Uint8Array }[] = []
  private readonly slicing: boolean
  private cutBytes = 0

  constructor({ slicing = false }: { slicing?: boolean } = {}) {
    this.buf = scratch ?? Buffer.allocUnsafeSlow(65_536)
    scratch = undefined
    this.view = new DataView(this.buf.buffer, this.buf.byteOffset, this.buf.byteLength)
    this.slicing = slicing
  }

  fail(reason: string): never {
    throw new EncodeError({ reason })
  }

  /** Gives the scratch buffer back. Every writer ends here, after `finish` or after an error. */
  release(): void {
    if (this.buf.byteLength <= keepBytes) scratch = this.buf
  }

  /** Makes room for `size` bytes, steps over them and answers where they start. */
  reserve(size: number): number {
    const at = this.at
    if (at + size > this.buf.byteLength) this.grow(at + size)
    this.at = at + size
    return at
  }

  private grow(needed: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(needed, this.buf.byteLength * 2))
    this.buf.copy(next, 0, 0, this.at)
    this.buf = next
    this.view = new DataView(next.buffer, next.byteOffset, next.byteLength)
  }

  /** Bytes of the message so far, parts included. */
  get length(): number {
    return this.at + this.cutBytes
  }

  bool(value: unknown): void {
    if (typeof value !== "boolean") this.wrong("a boolean", value)
    this.buf[this.reserve(1)] = value ? 1 : 0
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) this.wrong("an integer of 8 bits", value)
    this.view.setInt8(this.reserve(1), value)
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) this.wrong("an integer of 16 bits", value)
    const at = this.reserve(2)
    this.view.setInt16(at, value)
  }

  uint16(value: number): void {
    if ((value & 65_535) !== value) this.wrong("an unsigned integer of 16 bits", value)
    const at = this.reserve(2)
    this.view.setUint16(at, value)
  }

  int32(value: number): void {
    if ((value | 0) !== value) this.wrong("an integer of 32 bits", value)
    const at = this.reserve(4)
    this.view.setInt32(at, value)
  }

  /** Takes any integer up to ±2^63; 2^63 itself, which is how 2^63-1 arrives, is written as 2^63-1. */
  int64(value: number): void {
    const at = this.reserve(8)
    this.putInt64(at, value)
  }

  putInt64(at: number, value: number): void {
    if ((value | 0) === value) {
      this.view.setInt32(at, value >> 31)
      this.view.setInt32(at + 4, value)
      return
    }
    if (Number.isSafeInteger(value)) {
      const high = Math.floor(value / 4_294_967_296)
      this.view.setInt32(at, high)
      this.view.setUint32(at + 4, value - high * 4_294_967_296)
    } else this.putLarge(at, value)
  }

  private putLarge(at: number, value: number): void {
    if (!Number.isInteger(value) || value < -(2 ** 63) || value > 2 ** 63) this.wrong("an integer of 64 bits", value)
    this.view.setBigInt64(at, value === 2 ** 63 ? 0x7fff_ffff_ffff_ffffn : BigInt(value))
  }

  int64Big(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) this.wrong("a bigint of 64 bits", value)
    const at = this.reserve(8)
    this.view.setBigInt64(at, value)
  }

  float64(value: number): void {
    if (typeof value !== "number") this.wrong("a number", value)
    const at = this.reserve(8)
    this.view.setFloat64(at, value)
  }

  uuid(value: string): void {
    const at = this.reserve(16)
    if (typeof value !== "string" || value.length !== 22 || this.buf.write(value, at, 16, "base64url") !== 16) {
      this.wrong("a UUID of 22 base64url characters", value)
    }
  }

  uvarint(value: number): void {
    let rest = value
    let at = this.reserve(5)
    while (rest > 127) {
      this.buf[at] = (rest & 127) | 128
      at += 1
      rest >>>= 7
    }
    this.buf[at] = rest
    this.at = at + 1
  }

  string(value: string | null): void {
    if (typeof value !== "string") this.wrong("a string", value)
    const at = this.reserve(2 + value.length * 3) + 2
    const size = this.put(value, at)
    this.checkText(size)
    this.view.setInt16(at - 2, size)
    this.at = at + size
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1)
    else this.string(value)
  }

  compactString(value: string | null): void {
    if (typeof value !== "string") this.wrong("a string", value)
    // Up to 42 characters take at most 126 bytes, so their length takes one byte and the text may be written first.
    if (value.length > 42) {
      this.longCompactString(value)
      return
    }
    const at = this.reserve(1 + value.length * 3) + 1
    const size = this.put(value, at)
    this.buf[at - 1] = size + 1
    this.at = at + size
  }

  private longCompactString(value: string): void {
    const size = Buffer.byteLength(value)
    this.checkText(size)
    this.uvarint(size + 1)
    const at = this.reserve(size)
    this.buf.write(value, at, size, "utf8")
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.uvarint(0)
    else this.compactString(value)
  }

  private checkText(size: number): void {
    if (size > maxStringBytes) this.fail(`string of ${size} bytes, at most ${maxStringBytes} are possible`)
  }

  /** Writes the text where room was reserved and answers its bytes. */
  private put(value: string, at: number): number {
    const { length } = value
    if (length > 24) return this.buf.write(value, at, length * 3, "utf8")
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index)
      if (code > 127) return this.buf.write(value, at, length * 3, "utf8")
      this.buf[at + index] = code
    }
    return length
  }

  bytes(value: Uint8Array | null): void {
    if (!(value instanceof Uint8Array)) this.wrong("bytes", value)
    this.int32(value.byteLength)
    this.raw(value)
  }

  nullableBytes(value: Uint8Array | null): void {
    if (value === null) this.int32(-1)
    else this.bytes(value)
  }

  compactBytes(value: Uint8Array | null): void {
    if (!(value instanceof Uint8Array)) this.wrong("bytes", value)
    this.uvarint(value.byteLength + 1)
    this.raw(value)
  }

  compactNullableBytes(value: Uint8Array | null): void {
    if (value === null) this.uvarint(0)
    else this.compactBytes(value)
  }

  /** Record batches: one slice, or several that follow each other. */
  records(value: Uint8Array | readonly Uint8Array[]): void {
    const slices = this.slicesOf(value)
    this.int32(sizeOf(slices))
    for (const slice of slices) this.part(slice)
  }

  compactRecords(value: Uint8Array | readonly Uint8Array[]): void {
    const slices = this.slicesOf(value)
    this.uvarint(sizeOf(slices) + 1)
    for (const slice of slices) this.part(slice)
  }

  private slicesOf(value: unknown): readonly Uint8Array[] {
    if (value instanceof Uint8Array) return [value]
    if (Array.isArray(value) && value.every((slice) => slice instanceof Uint8Array)) return value
    return this.wrong("bytes or a list of bytes", value)
  }

  private part(slice: Uint8Array): void {
    if (this.slicing && slice.byteLength >= partBytes) {
      this.cuts.push({ at: this.at, bytes: slice })
      this.cutBytes += slice.byteLength
    } else this.raw(slice)
  }

  raw(bytes: Uint8Array): void {
    const at = this.reserve(bytes.byteLength)
    this.buf.set(bytes, at)
  }

  /** Opens a tag whose size is not known yet; `close` writes it. */
  open(): number {
    return this.reserve(1)
  }

  close(start: number): void {
    const size = this.at - start - 1
    if (size < 128) {
      this.buf[start] = size
      return
    }
    const more = uvarintSize(size) - 1
    this.reserve(more)
    this.buf.copyWithin(start + 1 + more, start + 1, start + 1 + size)
    const end = this.at
    this.at = start
    this.uvarint(size)
    this.at = end
  }

  wrong(expected: string, value: unknown): never {
    return this.fail(`expects ${expected}, not ${shapeOf(value)}`)
  }

  finish(): Uint8Array {
    const out = Buffer.allocUnsafe(this.at)
    this.buf.copy(out, 0, 0, this.at)
    return out
  }

  /** The message in order: copied headers, and the record slices as they were given. */
  parts(): Uint8Array[] {
    const all = this.finish()
    const parts: Uint8Array[] = []
    let from = 0
    for (const cut of this.cuts) {
      if (cut.at > from) parts.push(all.subarray(from, cut.at))
      parts.push(cut.bytes)
      from = cut.at
    }
    if (from < all.byteLength || parts.length === 0) parts.push(all.subarray(from))
    return parts
  }
}

function sizeOf(slices: readonly Uint8Array[]): number {
  let size = 0
  for (const slice of slices) size += slice.byteLength
  return size
}
