/**
 * Single records inside a batch: zigzag varints all the way. Keys, values and headers decode to slices of the (decompressed) batch.
 */
import { unzigzag, varintSize, varlongSize, zigzag, zigzagLong } from "../bytes/varint.ts"
import { DecodeError } from "../codec-error.ts"

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

export interface KafkaRecord {
  readonly offset: number
  /** Milliseconds. With timestamp type `append` it is the batch's. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[]
}

/** Cursor over the records of one batch; every length is checked against the end of its record. */
export class RecordReader {
  private readonly bytes: Buffer
  private at = 0
  private end: number
  /** Where `bytes` starts in the batch, for error messages; 0 once decompressed. */
  private readonly origin: number

  constructor(bytes: Uint8Array, origin: number) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.end = bytes.byteLength
    this.origin = origin
  }

  get left(): number {
    return this.end - this.at
  }

  read(baseOffset: number, baseTimestamp: number): KafkaRecord {
    const whole = this.end
    const size = this.varint()
    if (size < 0 || size > this.left) this.fail(`record of ${size} bytes, ${this.left} are left`)
    this.end = this.at + size
    this.take(1)
    const timestamp = baseTimestamp + this.varlong()
    const offset = baseOffset + this.varint()
    const record = { offset, timestamp, key: this.bytesOrNull(), value: this.bytesOrNull(), headers: this.headers() }
    if (this.at !== this.end) this.fail(`record has ${this.left} bytes too many`)
    this.end = whole
    return record
  }

  private headers(): RecordHeader[] {
    const count = this.varint()
    if (count < 0 || count * 2 > this.left) this.fail(`${count} headers do not fit into ${this.left} bytes`)
    const headers: RecordHeader[] = []
    for (let index = 0; index < count; index += 1) headers.push({ key: this.text(), value: this.bytesOrNull() })
    return headers
  }

  private text(): string {
    const size = this.varint()
    if (size < 0) this.fail("header without a key")
    const at = this.take(size)
    return this.bytes.toString("utf8", at, at + size)
  }

  private bytesOrNull(): Uint8Array | null {
    const size = this.varint()
    if (size < 0) return null
    const at = this.take(size)
    return this.bytes.subarray(at, at + size)
  }

  private take(size: number): number {
    if (size > this.left) this.fail(`needs ${size} bytes, ${this.left} are left`)
    this.at += size
    return this.at - size
  }

  private byte(): number {
    return this.bytes[this.take(1)] as number
  }

  private varint(): number {
    let raw = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      raw |= (byte & 127) << shift
      if (byte < 128) return unzigzag(raw)
    }
    return this.fail("varint is longer than 5 bytes")
  }

  /** Exact to ±2^53, which every sane timestamp delta is. */
  private varlong(): number {
    let [low, high] = [0, 0]
    for (let index = 0; index < 10; index += 1) {
      const byte = this.byte()
      if (index < 4) low += (byte & 127) * 2 ** (7 * index)
      else high += (byte & 127) * 2 ** (7 * (index - 4))
      if (byte < 128) return unzigzagLong(low, high)
    }
    return this.fail("varlong is longer than 10 bytes")
  }

  private fail(reason: string): never {
    throw new DecodeError({ reason, path: "/records", offset: this.origin + this.at })
  }
}

/** `low` holds 28 bits, `high` the rest. */
function unzigzagLong(low: number, high: number): number {
  const half = Math.floor((high * 2 ** 28 + low) / 2)
  return low % 2 === 0 ? half : -half - 1
}

/** What may be encoded: text is written as UTF-8. */
export interface RecordInput {
  /** Milliseconds. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers?: readonly RecordHeader[]
  /** Offset relative to the batch; its index when absent. Compacted batches have gaps. */
  readonly offsetDelta?: number
}

/** Growing buffer for the records of one batch, which starts behind room for the header. */
export class RecordWriter {
  private buf: Buffer
  at: number

  constructor(start: number, expectedBytes: number) {
    this.buf = Buffer.allocUnsafe(start + expectedBytes)
    this.at = start
  }

  write(record: RecordInput, offsetDelta: number, timestampDelta: number): void {
    const headers = record.headers ?? []
    const keys = headers.map((header) => Buffer.from(header.key))
    const size =
      1 +
      varlongSize(timestampDelta) +
      varintSize(offsetDelta) +
      sizeOf(record.key) +
      sizeOf(record.value) +
      varintSize(headers.length) +
      headers.reduce((sum, header, index) => sum + sizeOf(keys[index] ?? null) + sizeOf(header.value), 0)
    this.reserve(size + 5)
    this.varint(size)
    this.buf[this.at++] = 0
    this.varlong(timestampDelta)
    this.varint(offsetDelta)
    this.bytes(record.key)
    this.bytes(record.value)
    this.varint(headers.length)
    headers.forEach((header, index) => {
      this.bytes(keys[index] ?? null)
      this.bytes(header.value)
    })
  }

  finish(): Buffer {
    return this.buf.subarray(0, this.at)
  }

  private reserve(size: number): void {
    if (this.at + size <= this.buf.byteLength) return
    const next = Buffer.allocUnsafe(Math.max(this.at + size, this.buf.byteLength * 2))
    this.buf.copy(next, 0, 0, this.at)
    this.buf = next
  }

  private bytes(value: Uint8Array | null): void {
    this.varint(value === null ? -1 : value.byteLength)
    if (value === null) return
    this.buf.set(value, this.at)
    this.at += value.byteLength
  }

  private varint(value: number): void {
    let raw = zigzag(value)
    for (; raw > 127; raw >>>= 7) this.buf[this.at++] = (raw & 127) | 128
    this.buf[this.at++] = raw
  }

  private varlong(value: number): void {
    let raw = zigzagLong(value)
    for (; raw > 127; raw = Math.floor(raw / 128)) this.buf[this.at++] = (raw % 128) | 128
    this.buf[this.at++] = raw
  }
}

function sizeOf(value: Uint8Array | null): number {
  return value === null ? 1 : varintSize(value.byteLength) + value.byteLength
}
