/** Messages that are stored or carried as opaque bytes: an int16 version, then the fields. */
import { Reader } from "./bytes/reader.ts"
import { Writer } from "./bytes/writer.ts"
import { EncodeError } from "./codec-error.ts"
import type { RecordFormat } from "./schema/api.ts"
import { decodeFields, encodeFields } from "./schema/compile.ts"
import type { Fields, InputOf, OutputOf } from "./schema/infer.ts"

export interface Stored<F extends Fields> {
  /** As written, which a forward compatible format may not know. */
  readonly version: number
  readonly value: OutputOf<F>
}

export function decodeRecord<F extends Fields>(format: RecordFormat<F>, bytes: Uint8Array): Stored<F> {
  const reader = new Reader(bytes)
  const version = reader.int16()
  const [first, last] = format.versions
  if (version < first || (version > last && !format.forwardCompatible)) {
    reader.fail(`${format.name} has version ${version}, ${first} to ${last} are known`, 0)
  }
  const known = Math.min(version, last)
  return { version, value: decodeFields(format.fields, { version: known, flexible: isFlexible(format, known) }, reader) }
}

export function encodeRecord<F extends Fields>(format: RecordFormat<F>, version: number, value: InputOf<F>): Uint8Array {
  const [first, last] = format.versions
  if (version < first || version > last) throw new EncodeError({ reason: `${format.name} has no version ${version}` })
  const writer = new Writer()
  writer.int16(version)
  encodeFields(format.fields, { version, flexible: isFlexible(format, version) }, { writer, value })
  const out = writer.finish()
  writer.release()
  return out
}

function isFlexible(format: RecordFormat, version: number): boolean {
  return format.flexible !== undefined && version >= format.flexible
}
