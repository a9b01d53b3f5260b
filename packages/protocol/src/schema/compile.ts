/**
 * One decoder and one encoder per (definition, version), compiled with `new Function` on first use and kept for ever. The source comes from
 * the definitions in this package only. A failure runs once more through the traced variant, which knows the path.
 */
import { Reader } from "../bytes/reader.ts"
import { Writer } from "../bytes/writer.ts"
import { DecodeError, EncodeError } from "../codec-error.ts"
import { emitDecoder } from "./emit-decoder.ts"
import { emitEncoder } from "./emit-encoder.ts"
import type { Fields, InputOf, OutputOf } from "./infer.ts"
import type { Shape } from "./plan.ts"

export interface Codec {
  read(reader: Reader): unknown
  write(writer: Writer, value: unknown): void
}

const emptyBytes = Buffer.alloc(0)
const compiled = new WeakMap<Fields, (Codec | undefined)[]>()

export function codecOf(fields: Fields, shape: Shape, traced = false): Codec {
  const slot = shape.version * 2 + (traced ? 1 : 0)
  const known = compiled.get(fields)
  const codec = known?.[slot]
  if (codec) return codec
  const variants = known ?? []
  const made = new CompiledCodec(fields, { ...shape, traced })
  variants[slot] = made
  compiled.set(fields, variants)
  return made
}

/** Builds each half when it is first needed: a broker never encodes requests. */
class CompiledCodec implements Codec {
  read: Codec["read"]
  write: Codec["write"]

  constructor(fields: Fields, options: Shape & { traced: boolean }) {
    this.read = (reader) => {
      this.read = build(emitDecoder(fields, options)) as Codec["read"]
      return this.read(reader)
    }
    this.write = (writer, value) => {
      this.write = build(emitEncoder(fields, options)) as Codec["write"]
      this.write(writer, value)
    }
  }
}

/** The only use of `new Function`. Names are checked by `struct`; everything else in the source is a constant of ours. */
function build(source: string): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval
  return new Function("EMPTY", source)(emptyBytes)
}

/** Decodes from `reader.at` on and leaves the reader behind the last field. */
export function decodeFields<F extends Fields>(fields: F, shape: Shape, reader: Reader): OutputOf<F> {
  const start = reader.at
  try {
    return codecOf(fields, shape).read(reader) as OutputOf<F>
  } catch (error) {
    if (error instanceof DecodeError) throw locate(fields, shape, { error, bytes: reader.buf, start })
    throw error
  }
}

function locate(fields: Fields, shape: Shape, failed: { error: DecodeError; bytes: Uint8Array; start: number }): DecodeError {
  const reader = new Reader(failed.bytes, failed.start)
  try {
    codecOf(fields, shape, true).read(reader)
  } catch (error) {
    if (error instanceof DecodeError) return new DecodeError({ reason: error.reason, offset: error.offset, path: pathOf(reader.path) })
  }
  return failed.error
}

/** Throws `EncodeError` only, also where JavaScript itself refuses a value (arithmetic with a bigint). */
export function encodeFields<F extends Fields>(fields: F, shape: Shape, { writer, value }: { writer: Writer; value: InputOf<F> }): void {
  try {
    codecOf(fields, shape).write(writer, value)
  } catch (error) {
    writer.release()
    throw locateValue(fields, shape, { error, value })
  }
}

function locateValue(fields: Fields, shape: Shape, failed: { error: unknown; value: unknown }): EncodeError {
  const writer = new Writer()
  try {
    codecOf(fields, shape, true).write(writer, failed.value)
  } catch (error) {
    const reason = error instanceof EncodeError ? error.reason : String(error)
    return new EncodeError({ reason, path: pathOf(writer.path) })
  } finally {
    writer.release()
  }
  return new EncodeError({ reason: String(failed.error) })
}

function pathOf(segments: readonly (string | number)[]): string {
  return segments.map((segment) => `/${segment}`).join("")
}
