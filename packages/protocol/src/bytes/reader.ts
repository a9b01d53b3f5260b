/**
 * Bounded cursor over one message. Compiled decoders call it for everything that has a length.
 * Every length is checked against the bytes left before anything is allocated, and what decoding may allocate is
 * counted: an array whose elements would cost more than 8 times the input is refused (`spend`).
 * Strings are copied out; `bytes` and `records` are slices of the input and keep it alive.
 */
import { DecodeError } from "../codec-error.ts"

/** Small inputs may cost this much more than 8 times their size: a fixed sum cannot exhaust anything. */
const freeBytes = 65_536

/** Strings have 16 bits of length, and Kafka keeps to that where compact lengths could hold more. */
export const maxStringBytes = 32_767

export class Reader {
  readonly buf: Buffer
  readonly view: DataView
  at: number
  end: number
  /** Segments of the field being read; only the traced variant of a decoder maintains it. */
  readonly path: (string | number)[] = []
  private budget: number

  constructor(bytes: Uint8Array, at = 0) {
    this.buf = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
    this.end = bytes.byteLength
    this.budget = freeBytes + 8 * bytes.byteLength
  }

  /** Throws; typed as a number so that an expression may end in it. */
  fail(reason: string, offset = this.at): never {
    throw new DecodeError({ reason, offset })
  }

  /** Steps over `size` bytes and answers where they start. */
  take(size: number): number {
    const at = this.at
    if (size > this.end - at) this.fail(`needs ${size} bytes, ${this.end - at} are left`)
    this.at = at + size
    return at
  }

  bool(): boolean {
    return this.buf[this.take(1)] !== 0
  }

  int8(): number {
    return this.view.getInt8(this.take(1))
  }

  int16(): number {
    return this.view.getInt16(this.take(2))
  }

  uint16(): number {
    return this.view.getUint16(this.take(2))
  }

  int32(): number {
    return this.view.getInt32(this.take(4))
  }

  /** Exact to ±2^53; larger values arrive rounded, so that a range check still refuses them. */
  int64(): number {
    const at = this.take(8)
    return this.view.getInt32(at) * 4_294_967_296 + this.view.getUint32(at + 4)
  }

  int64Big(): bigint {
    return this.view.getBigInt64(this.take(8))
  }

  float64(): number {
    return this.view.getFloat64(this.take(8))
  }

  /** 16 bytes as Kafka prints them: 22 characters of base64url. */
  uuid(): string {
    const at = this.take(16)
    return this.buf.toString("base64url", at, at + 16)
  }

  /** Unsigned LEB128 of at most 32 bits in at most 5 bytes. */
  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.view.getUint8(this.take(1))
      if (shift === 28 && byte > 15) break
      value |= (byte & 127) << shift
      if (byte < 128) return value >>> 0
    }
    return this.fail("varint is longer than 32 bits")
  }

  /** Length of a classic string, -1 for null. */
  private shortLength(): number {
    const length = this.int16()
    if (length < -1) this.fail(`length ${length} is negative`, this.at - 2)
    return length
  }

  /** Length of classic bytes, records or array, -1 for null. */
  private longLength(): number {
    const length = this.int32()
    if (length < -1) this.fail(`length ${length} is negative`, this.at - 4)
    return length
  }

  string(): string {
    const length = this.shortLength()
    return length < 0 ? this.fail("null where a string is required") : this.text(length)
  }

  nullableString(): string | null {
    const length = this.shortLength()
    return length < 0 ? null : this.text(length)
  }

  compactString(): string {
    const length = this.uvarint()
    return length === 0 ? this.fail("null where a string is required") : this.text(length - 1)
  }

  compactNullableString(): string | null {
    const length = this.uvarint()
    return length === 0 ? null : this.text(length - 1)
  }

  /** Short ASCII is cheaper to build here than to ask the runtime for (measured up to about 20 characters). */
  private text(length: number): string {
    if (length > maxStringBytes) this.fail(`string of ${length} bytes, at most ${maxStringBytes} are possible`)
    const at = this.take(length)
    if (length > 16) return this.buf.toString("utf8", at, at + length)
    let text = ""
    for (let index = at; index < at + length; index += 1) {
      const byte = this.view.getUint8(index)
      if (byte > 127) return this.buf.toString("utf8", at, at + length)
      text += String.fromCharCode(byte)
    }
    return text
  }

  bytes(): Uint8Array {
    return this.nullableBytes() ?? this.fail("null where bytes are required")
  }

  nullableBytes(): Uint8Array | null {
    return this.slice(this.longLength())
  }

  compactBytes(): Uint8Array {
    return this.compactNullableBytes() ?? this.fail("null where bytes are required")
  }

  compactNullableBytes(): Uint8Array | null {
    return this.slice(this.uvarint() - 1)
  }

  private slice(length: number): Uint8Array | null {
    if (length < 0) return null
    const at = this.take(length)
    return this.buf.subarray(at, at + length)
  }

  /** Element count of an array, -1 for null. `least` is the least encoded size of an element, `cost` what one takes in memory. */
  count(least: number, cost: number): number {
    return this.checkCount(this.longLength(), least, cost)
  }

  compactCount(least: number, cost: number): number {
    return this.checkCount(this.uvarint() - 1, least, cost)
  }

  private checkCount(count: number, least: number, cost: number): number {
    const left = this.end - this.at
    if (count * least > left) this.fail(`${count} elements of at least ${least} bytes do not fit into ${left} bytes`)
    this.budget -= count > 0 ? count * cost : 0
    if (this.budget < 0) this.fail(`${count} elements would take more memory than 8 times the input`)
    return count
  }

  notNull(count: number): number {
    return count < 0 ? this.fail("null where an array is required") : count
  }

  /** Narrows the readable range to a tag section and answers the old end for `leave`. */
  enter(): number {
    const size = this.uvarint()
    const end = this.end
    if (size > end - this.at) this.fail(`tag of ${size} bytes, ${end - this.at} are left`)
    this.end = this.at + size
    return end
  }

  leave(end: number): void {
    if (this.at !== this.end) this.fail(`tag has ${this.end - this.at} bytes too many`)
    this.end = end
  }

  /** Steps over a whole tag section, whatever it holds. */
  skipTags(): void {
    for (let left = this.uvarint(); left > 0; left -= 1) {
      this.uvarint()
      this.take(this.uvarint())
    }
  }
}
