/**
 * Splits a byte stream into frames (int32 length, payload). One reader per connection, owned by it.
 * A frame inside one chunk is a slice of that chunk; any other is copied once into a buffer of its own, which grows as its bytes arrive:
 * an announced length alone never costs more than `firstBytes`.
 */
import { DecodeError } from "./codec-error.ts"

/** Allocated at once for a frame that did not come whole, unless the reader is told otherwise. */
const defaultFirstBytes = 65_536
const none = Buffer.alloc(0)

export interface FrameReaderOptions {
  /** A longer frame is refused when its length is read. May be raised later, e.g. after authentication. */
  readonly maxFrameBytes: number
  /** Allocated at once for a frame that did not come whole; it doubles from there as bytes arrive. */
  readonly firstBytes?: number
}

export class FrameReader {
  maxFrameBytes: number
  firstBytes: number
  /** The frame being collected; its length is `expected`, its first `filled` bytes are there. */
  private partial: Buffer = none
  private filled = 0
  private expected = -1
  /** The length as far as it is read; after four bytes the shifts have pushed everything older out. */
  private head = 0
  private headFilled = 0
  private seen = 0

  constructor(options: FrameReaderOptions) {
    this.maxFrameBytes = options.maxFrameBytes
    this.firstBytes = options.firstBytes ?? defaultFirstBytes
  }

  /** Length announced by the frame that is not complete yet, 0 when there is none. */
  get announcedBytes(): number {
    return Math.max(this.expected, 0)
  }

  /** Memory held for a frame that is not complete yet. */
  get heldBytes(): number {
    return this.partial.byteLength
  }

  /**
   * Answers the frames that are complete now, without their lengths. They may be slices of `chunk`, so the caller must not reuse it.
   * Throws `DecodeError` on a negative or too large length; the stream cannot be read any further then.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = []
    let at = 0
    while (at < chunk.byteLength) at = this.expected < 0 ? this.readLength(chunk, at, frames) : this.fill(chunk, at, frames)
    this.seen += chunk.byteLength
    return frames
  }

  private readLength(chunk: Uint8Array, at: number, frames: Uint8Array[]): number {
    const missing = 4 - this.headFilled
    const next = at + Math.min(missing, chunk.byteLength - at)
    for (let index = at; index < next; index += 1) this.head = (this.head << 8) | (chunk[index] as number)
    this.headFilled += next - at
    if (this.headFilled < 4) return next
    const length = this.head
    this.headFilled = 0
    if (length < 0 || length > this.maxFrameBytes) {
      throw new DecodeError({ reason: `frame length ${length} is not within 0 and ${this.maxFrameBytes}`, offset: this.seen + next - 4 })
    }
    if (length > chunk.byteLength - next) return this.begin(length, next)
    frames.push(chunk.subarray(next, next + length))
    return next + length
  }

  private begin(length: number, at: number): number {
    this.expected = length
    this.filled = 0
    this.partial = none
    return at
  }

  private fill(chunk: Uint8Array, at: number, frames: Uint8Array[]): number {
    const size = Math.min(this.expected - this.filled, chunk.byteLength - at)
    this.makeRoom(this.filled + size)
    this.partial.set(chunk.subarray(at, at + size), this.filled)
    this.filled += size
    if (this.filled === this.expected) {
      frames.push(this.partial)
      this.expected = -1
      this.partial = none
    }
    return at + size
  }

  private makeRoom(needed: number): void {
    if (needed <= this.partial.byteLength) return
    const size = Math.min(this.expected, Math.max(needed, this.partial.byteLength * 2, this.firstBytes))
    const next = Buffer.allocUnsafeSlow(size)
    this.partial.copy(next, 0, 0, this.filled)
    this.partial = next
  }
}
