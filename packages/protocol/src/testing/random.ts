/** Seeded randomness and random messages of any definition. Everything derives from the seed, which failing tests print. */
import type { Field, Fields } from "../schema/infer.ts"

export type Random = () => number

/** Mulberry32: small, fast, good enough for tests. */
export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

/** A value of all fields that exist at `version`; the others are left out, as most callers leave them. */
export function randomMessage(fields: Fields, version: number, random: Random): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const { since = 0, until = 32_767 } = field.options
    if (version >= since && version <= until) value[name] = randomValue(field, version, random)
    else if (!isOptional(field)) value[name] = zeroOf(field)
  }
  return value
}

function isOptional({ options }: Field): boolean {
  return options.default !== undefined || options.tag !== undefined || options.ignorable === true || options.until !== undefined
}

function zeroOf(field: Field): unknown {
  switch (field.kind) {
    case "array":
      return []
    case "string":
      return ""
    case "uuid":
      return "AAAAAAAAAAAAAAAAAAAAAA"
    case "bool":
      return false
    case "bytes":
    case "records":
      return Buffer.alloc(0)
    case "struct":
      return randomMessage(field.fields ?? {}, -1, () => 0)
    default:
      return 0
  }
}

function randomValue(field: Field, version: number, random: Random): unknown {
  const { nullableSince } = field.options
  if (nullableSince !== undefined && version >= nullableSince && random() < 0.25) return null
  if (field.kind === "struct") return randomMessage(field.fields ?? {}, version, random)
  if (field.kind === "array" && field.element) {
    const { element } = field
    return Array.from({ length: below(random, 4) }, () => randomValue(element, version, random))
  }
  return randomScalar(field, random)
}

const bits: Partial<Record<Field["kind"], number>> = { int8: 8, int16: 16, int32: 32, int64: 54 }

function randomScalar(field: Field, random: Random): unknown {
  switch (field.kind) {
    case "bool":
      return random() < 0.5
    case "uint16":
      return below(random, 65_536)
    case "int64Big":
      return BigInt.asIntN(64, BigInt(below(random, 2 ** 32)) * BigInt(below(random, 2 ** 32)) * 3n)
    case "float64":
      return random() * 1e9
    case "string":
      return randomText(random)
    case "uuid":
      return randomBytes(random, 16).toString("base64url")
    case "bytes":
    case "records":
      return randomBytes(random, below(random, 40))
    default:
      return randomInteger(random, bits[field.kind] ?? 32)
  }
}

function randomInteger(random: Random, width: number): number {
  const choice = random()
  if (choice < 0.2) return -1
  if (choice < 0.3) return width === 54 ? Number.MAX_SAFE_INTEGER : 2 ** (width - 1) - 1
  if (choice < 0.4) return width === 54 ? Number.MIN_SAFE_INTEGER : -(2 ** (width - 1))
  return Math.round((random() - 0.5) * 2 ** (width - 1))
}

const alphabet = ["a", "topic", "-", "9", "é", "€", "𝄞", " ", "long-name-of-something-that-needs-room"]

function randomText(random: Random): string {
  let text = ""
  for (let length = below(random, 8); length > 0; length -= 1) text += alphabet[below(random, alphabet.length)]
  return text
}

export function randomBytes(random: Random, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < size; index += 1) bytes[index] = below(random, 256)
  return bytes
}
