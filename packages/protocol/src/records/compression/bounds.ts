/** What decompression answers when it cannot: a value, because compressed bytes come from strangers. */

export class CompressionError extends Error {
  override readonly name = "CompressionError"
  /** `tooLarge`: the output would exceed the cap. `corrupt`: the bytes are not of that format. */
  readonly kind: "tooLarge" | "corrupt"

  constructor(kind: "tooLarge" | "corrupt", message: string) {
    super(message)
    this.kind = kind
  }
}

export function tooLarge(maxOutputBytes: number): CompressionError {
  return new CompressionError("tooLarge", `decompressed size exceeds ${maxOutputBytes} bytes`)
}

export function corrupt(format: string, reason: string): CompressionError {
  return new CompressionError("corrupt", `${format}: ${reason}`)
}

/** Output that grows as it is written and never beyond the cap. */
export class BoundedOutput {
  bytes: Buffer
  at = 0
  private readonly maxBytes: number

  constructor(maxBytes: number, expectedBytes: number) {
    this.maxBytes = maxBytes
    this.bytes = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(expectedBytes, 64)))
  }

  /** Makes room for `size` more bytes. Throws when that would exceed the cap. */
  reserve(size: number): void {
    const needed = this.at + size
    if (needed <= this.bytes.byteLength) return
    if (needed > this.maxBytes) throw tooLarge(this.maxBytes)
    const next = Buffer.allocUnsafe(Math.min(this.maxBytes, Math.max(needed, this.bytes.byteLength * 2)))
    this.bytes.copy(next, 0, 0, this.at)
    this.bytes = next
  }

  append(from: Uint8Array, start: number, size: number): void {
    this.reserve(size)
    const { bytes, at } = this
    if (size > 32) bytes.set(from.subarray(start, start + size), at)
    else for (let index = 0; index < size; index += 1) bytes[at + index] = from[start + index] as number
    this.at = at + size
  }

  /** Repeats what was written `offset` bytes ago; the ranges may overlap, which repeats a pattern. The caller has checked `offset`. */
  repeat(offset: number, size: number): void {
    this.reserve(size)
    const { bytes, at } = this
    const from = at - offset
    if (offset >= size && size > 32) bytes.copyWithin(at, from, from + size)
    else for (let index = 0; index < size; index += 1) bytes[at + index] = bytes[from + index] as number
    this.at = at + size
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.at)
  }
}
