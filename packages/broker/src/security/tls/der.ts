// As much DER as certificates need: definite lengths, checked against what is there. Throws `RangeError` on anything else.

export interface Der {
  readonly tag: number
  readonly content: Uint8Array
  /** With tag and length. */
  readonly whole: Uint8Array
}

export const tags = { oid: 0x06, utf8: 0x0c, printable: 0x13, t61: 0x14, ia5: 0x16, universal: 0x1c, bmp: 0x1e, sequence: 0x30, set: 0x31 }

/** The one element at the start. */
export function readDer(bytes: Uint8Array): Der {
  const [element] = elements(bytes, 1)
  if (!element) throw new RangeError("nothing where an element should be")
  return element
}

export function readDerList(bytes: Uint8Array): Der[] {
  return elements(bytes, Number.POSITIVE_INFINITY)
}

function elements(bytes: Uint8Array, most: number): Der[] {
  const found: Der[] = []
  for (let at = 0; at < bytes.length && found.length < most; ) {
    const { length, from } = lengthAt(bytes, at + 1)
    const end = from + length
    if (end > bytes.length) throw new RangeError("an element is longer than what holds it")
    found.push({ tag: bytes[at] ?? 0, content: bytes.subarray(from, end), whole: bytes.subarray(at, end) })
    at = end
  }
  return found
}

function lengthAt(bytes: Uint8Array, at: number): { length: number; from: number } {
  const first = bytes[at]
  if (first === undefined) throw new RangeError("an element without a length")
  if (first < 0x80) return { length: first, from: at + 1 }
  const count = first & 0x7f
  if (count === 0 || count > 4 || at + count >= bytes.length) throw new RangeError("a length that is not definite")
  let length = 0
  for (let index = 1; index <= count; index++) length = length * 256 + (bytes[at + index] ?? 0)
  return { length, from: at + 1 + count }
}

export function oidText(content: Uint8Array): string {
  const parts: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    if (parts.length === 0) parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)))
    else parts.push(value)
    value = 0
  }
  return parts.join(".")
}
