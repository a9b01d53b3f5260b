/** How decompression fails, and the output that it fills. Sizes are known and checked before the output exists. */

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

/** Runs a decoder of `node:zlib` and names its failure: too much output, or anything else. */
export function capped(format: string, maxOutputBytes: number, inflate: (maxOutputLength: number) => Uint8Array): Uint8Array {
  try {
    return inflate(maxOutputBytes)
  } catch (error) {
    const { code, message = "unreadable" } = error as { code?: string; message?: string }
    throw code === "ERR_BUFFER_TOO_LARGE" ? tooLarge(maxOutputBytes) : corrupt(format, message)
  }
}

/** Short copies move eight bytes at a time and may write up to seven too many; what follows overwrites them. */
const slackBytes = 8
/** Longer copies are left to the runtime, whose calls cost more than they save below this. */
const longLiteral = 64
const longMatch = 128

export class Source {
  readonly bytes: Uint8Array
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

/** Exactly as large as the data that was announced by a walk over its tokens, so nothing is checked while it is filled. */
export class Output {
  readonly bytes: Buffer
  private readonly view: DataView
  at = 0

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size + slackBytes)
    this.view = new DataView(this.bytes.buffer)
  }

  literal(source: Source, from: number, size: number): void {
    if (size <= longLiteral && from + size + slackBytes <= source.bytes.byteLength)
      copyWords(this.view, this.at, { view: source.view, from, size })
    else this.bytes.set(source.bytes.subarray(from, from + size), this.at)
    this.at += size
  }

  /** Repeats what was written `offset` bytes ago. The ranges overlap when `size` is larger, which repeats a pattern. */
  match(offset: number, size: number): void {
    const { bytes, at } = this
    const from = at - offset
    if (offset >= slackBytes && size <= longMatch) copyWords(this.view, at, { view: this.view, from, size })
    else if (offset >= size) bytes.copyWithin(at, from, from + size)
    else for (let index = 0; index < size; index += 1) bytes[at + index] = bytes[from + index] as number
    this.at = at + size
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.at)
  }
}

function copyWords(to: DataView, at: number, { view, from, size }: { view: DataView; from: number; size: number }): void {
  for (let index = 0; index < size; index += 8) {
    to.setUint32(at + index, view.getUint32(from + index))
    to.setUint32(at + index + 4, view.getUint32(from + index + 4))
  }
}
