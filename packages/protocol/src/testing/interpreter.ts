/**
 * The reference for the compiled codec: walks the definition for every value, knows nothing of the compiler, takes no short cut.
 * Decoding throws a plain Error on anything illegal, so that a test can compare outcomes; it has no memory limit.
 */
import type { Field, Fields } from "../schema/infer.ts"

export interface Version {
  readonly version: number
  readonly flexible: boolean
}

type Value = Record<string, unknown>

export function interpretDecode(fields: Fields, at: Version, bytes: Uint8Array): { value: Value; rest: number } {
  const input = new Input(Buffer.from(bytes))
  return { value: decodeStruct(fields, at, input), rest: input.left }
}

/** Where a length or a number of tags stands in a message, for tests that lie about it. */
export interface LengthMark {
  readonly at: number
  readonly size: number
  readonly kind: "int16" | "int32" | "uvarint"
}

/** Every length of a legal message, those inside of tags too. */
export function lengthMarks(fields: Fields, at: Version, bytes: Uint8Array): readonly LengthMark[] {
  const input = new Input(Buffer.from(bytes))
  decodeStruct(fields, at, input)
  return input.marks
}

export function interpretEncode(fields: Fields, at: Version, value: Value): Buffer {
  return encodeStruct(fields, at, value)
}

class Input {
  private readonly bytes: Buffer
  private readonly origin: number
  readonly marks: LengthMark[]
  private at = 0

  constructor(bytes: Buffer, origin = 0, marks: LengthMark[] = []) {
    this.bytes = bytes
    this.origin = origin
    this.marks = marks
  }

  /** The next `size` bytes, which may have lengths of their own. */
  section(size: number): Input {
    const origin = this.origin + this.at
    return new Input(this.take(size), origin, this.marks)
  }

  length(kind: LengthMark["kind"]): number {
    const at = this.at
    const value = kind === "uvarint" ? this.uvarint() : kind === "int32" ? this.take(4).readInt32BE() : this.take(2).readInt16BE()
    this.marks.push({ at: this.origin + at, size: this.at - at, kind })
    return value
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  take(size: number): Buffer {
    if (size < 0 || size > this.left) throw new Error("cut")
    this.at += size
    return this.bytes.subarray(this.at - size, this.at)
  }

  uvarint(): number {
    let value = 0n
    for (let index = 0; index < 5; index += 1) {
      const byte = this.take(1).readUInt8()
      value |= BigInt(byte & 127) << BigInt(7 * index)
      if (byte < 128) {
        if (value > 0xffff_ffffn) throw new Error("varint")
        return Number(value)
      }
    }
    throw new Error("varint")
  }
}

function exists(field: Field, { version }: Version): boolean {
  return version >= (field.options.since ?? 0) && version <= (field.options.until ?? 32_767)
}

function mayBeNull(field: Field, { version }: Version): boolean {
  return field.options.nullableSince !== undefined && version >= field.options.nullableSince
}

export function defaultOf(field: Field): unknown {
  if (field.options.default !== undefined) return field.options.default
  if (field.kind === "struct") return Object.fromEntries(Object.entries(field.fields!).map(([name, inner]) => [name, defaultOf(inner)]))
  if (field.kind === "array") return []
  if (field.kind === "bytes" || field.kind === "records") return Buffer.alloc(0)
  if (field.kind === "string") return ""
  if (field.kind === "uuid") return "A".repeat(22)
  if (field.kind === "bool") return false
  return field.kind === "int64Big" ? 0n : 0
}

function decodeStruct(fields: Fields, at: Version, input: Input): Value {
  const value: Value = {}
  for (const [name, field] of Object.entries(fields)) {
    const inOrder = exists(field, at) && field.options.tag === undefined
    value[name] = inOrder ? decodeValue(field, at, input) : defaultOf(field)
  }
  if (at.flexible) decodeTags(fields, at, { input, value })
  return value
}

function decodeTags(fields: Fields, at: Version, { input, value }: { input: Input; value: Value }): void {
  for (let count = input.length("uvarint"); count > 0; count -= 1) {
    const tag = input.uvarint()
    const section = input.section(input.length("uvarint"))
    const known = Object.entries(fields).find(([, field]) => field.options.tag === tag && exists(field, at))
    if (!known) continue
    value[known[0]] = decodeValue(known[1], at, section)
    if (section.left > 0) throw new Error("tag")
  }
}

function decodeLength(at: Version, wide: boolean, input: Input): number {
  const length = at.flexible ? input.length("uvarint") - 1 : input.length(wide ? "int32" : "int16")
  if (length < -1) throw new Error("length")
  return length
}

function decodeValue(field: Field, at: Version, input: Input): unknown {
  switch (field.kind) {
    case "bool":
      return input.take(1).readInt8() !== 0
    case "int8":
      return input.take(1).readInt8()
    case "int16":
      return input.take(2).readInt16BE()
    case "uint16":
      return input.take(2).readUInt16BE()
    case "int32":
      return input.take(4).readInt32BE()
    case "int64":
      return Number(input.take(8).readBigInt64BE())
    case "int64Big":
      return input.take(8).readBigInt64BE()
    case "float64":
      return input.take(8).readDoubleBE()
    case "uuid":
      return input.take(16).toString("base64url")
    case "struct":
      if (field.options.nullableSince !== undefined && input.take(1).readInt8() < 0) return null
      return decodeStruct(field.fields!, at, input)
    default:
      return decodeSized(field, at, input)
  }
}

function decodeSized(field: Field, at: Version, input: Input): unknown {
  const length = decodeLength(at, field.kind !== "string", input)
  if (length < 0) {
    if (!mayBeNull(field, at)) throw new Error("null")
    return null
  }
  if (field.kind === "string" && length > 32_767) throw new Error("long string")
  if (field.kind === "string") return input.take(length).toString("utf8")
  if (field.kind !== "array") return Buffer.from(input.take(length))
  const values: unknown[] = []
  for (let index = 0; index < length; index += 1) values.push(decodeValue(field.element!, at, input))
  return values
}

function encodeUvarint(value: number): Buffer {
  const out: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128)
  return Buffer.from([...out, rest])
}

function encodeStruct(fields: Fields, at: Version, value: Value): Buffer {
  const parts: Buffer[] = []
  const tags: { tag: number; bytes: Buffer }[] = []
  for (const [name, field] of Object.entries(fields)) {
    if (!exists(field, at)) continue
    const given = value[name] === undefined ? defaultOf(field) : value[name]
    const bytes = encodeValue(field, at, given)
    if (field.options.tag === undefined) parts.push(bytes)
    else if (!bytes.equals(encodeValue(field, at, defaultOf(field)))) tags.push({ tag: field.options.tag, bytes })
  }
  if (!at.flexible) return Buffer.concat(parts)
  tags.sort((a, b) => a.tag - b.tag)
  const section = tags.flatMap(({ tag, bytes }) => [encodeUvarint(tag), encodeUvarint(bytes.length), bytes])
  return Buffer.concat([...parts, encodeUvarint(tags.length), ...section])
}

function encodeLength(at: Version, wide: boolean, length: number): Buffer {
  if (at.flexible) return encodeUvarint(length + 1)
  return integer(wide ? 4 : 2, BigInt(length))
}

function integer(size: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes.subarray(8 - size)
}

function encodeValue(field: Field, at: Version, value: unknown): Buffer {
  switch (field.kind) {
    case "bool":
      return Buffer.from([value ? 1 : 0])
    case "int8":
      return integer(1, BigInt(value as number))
    case "int16":
    case "uint16":
      return integer(2, BigInt(value as number))
    case "int32":
      return integer(4, BigInt(value as number))
    case "int64":
    case "int64Big":
      return integer(8, BigInt(value as number | bigint))
    case "float64": {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleBE(value as number)
      return bytes
    }
    case "uuid":
      return Buffer.from(value as string, "base64url")
    case "struct":
      if (field.options.nullableSince === undefined) return encodeStruct(field.fields!, at, value as Value)
      if (value === null) return Buffer.from([255])
      return Buffer.concat([Buffer.from([1]), encodeStruct(field.fields!, at, value as Value)])
    default:
      return encodeSized(field, at, value)
  }
}

function encodeSized(field: Field, at: Version, value: unknown): Buffer {
  const wide = field.kind !== "string"
  if (value === null) return encodeLength(at, wide, -1)
  if (field.kind === "array") {
    const items = (value as unknown[]).map((item) => encodeValue(field.element!, at, item))
    return Buffer.concat([encodeLength(at, wide, items.length), ...items])
  }
  const bytes = field.kind === "string" ? Buffer.from(value as string) : Buffer.from(value as Uint8Array)
  return Buffer.concat([encodeLength(at, wide, bytes.length), bytes])
}
