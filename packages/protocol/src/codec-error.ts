/** What `decode` and `encode` throw, and nothing else. Both name where in the message it happened. */

/** The bytes are not a legal message of that API and version. `path` is like `/topics/0/partitions/3/records`. */
export class DecodeError extends Error {
  override readonly name = "DecodeError"
  /** What was wrong, without path and offset. */
  readonly reason: string
  /** Field in the message, empty when the failure belongs to no field. */
  readonly path: string
  /** Byte at which reading failed, counted from the start of the decoded bytes. */
  readonly offset: number

  constructor({ reason, path = "", offset }: { reason: string; path?: string; offset: number }) {
    super(`${path === "" ? "message" : path} at byte ${offset}: ${reason}`)
    this.reason = reason
    this.path = path
    this.offset = offset
  }
}

/** The value cannot be written at that version: wrong type, out of range, null, or it would lose a field that matters. */
export class EncodeError extends Error {
  override readonly name = "EncodeError"
  readonly reason: string
  readonly path: string

  constructor({ reason, path = "" }: { reason: string; path?: string }) {
    super(`${path === "" ? "message" : path}: ${reason}`)
    this.reason = reason
    this.path = path
  }
}

/** Names the shape of a value, never its content: it may be a secret. */
export function shapeOf(value: unknown): string {
  if (typeof value === "number") return String(value)
  if (value === null) return "null"
  return Array.isArray(value) ? "an array" : typeof value
}
