/** Sizes of variable-length integers, and zigzag: what records and compact lengths count with. */

/** Bytes of an unsigned LEB128 of at most 32 bits. */
export function uvarintSize(value: number): number {
  if (value < 128) return 1
  return value < 16_384 ? 2 : value < 2_097_152 ? 3 : value < 268_435_456 ? 4 : 5
}

/** Maps a signed integer of 32 bits to an unsigned one: 0, -1, 1, -2, … become 0, 1, 2, 3, … */
export function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0
}

export function unzigzag(raw: number): number {
  return (raw >>> 1) ^ -(raw & 1)
}

/** The same for integers up to ±2^52, by arithmetic instead of shifts. */
export function zigzagLong(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}

export function varintSize(value: number): number {
  return uvarintSize(zigzag(value))
}

export function varlongSize(value: number): number {
  if ((value | 0) === value) return varintSize(value)
  let size = 1
  for (let raw = zigzagLong(value); raw > 127; raw = Math.floor(raw / 128)) size += 1
  return size
}
