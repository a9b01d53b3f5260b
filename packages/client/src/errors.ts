/**
 * Every failure of this package is a value: `{ ok: false, error }` with a closed set of codes. A code is either one of Kafka's (what the
 * broker said) or one of `localCodes` (what happened on this side). Only misuse that types already forbid throws.
 */
import { type ErrorName, errorName, errors } from "@rivven/protocol"

/** What can go wrong on this side of the wire; `true` when trying again may help. */
export const localCodes = {
  ABORTED: false,
  BAD_INPUT: false,
  BAD_ANSWER: false,
  BUFFER_FULL: true,
  CLOSED: false,
  CONNECT_FAILED: true,
  CONNECTION_LOST: true,
  CORRUPT_BATCH: false,
  LOG_TRUNCATED: false,
  NO_BROKER: true,
  NO_LEADER: true,
  NOT_A_MEMBER: false,
  TIMEOUT: true,
  UNTRUSTED_BROKER: false,
  UNKNOWN_BROKER: true,
  UNSUPPORTED_BY_CLUSTER: false,
} as const

export type LocalCode = keyof typeof localCodes
export type ErrorCode = LocalCode | ErrorName

/** One failure. `path` says which item of the call it belongs to, for example `/topics/0/partitions/3`; empty for the whole call. */
export type ItemError = { code: ErrorCode; message: string; path: string; retriable: boolean }

export type Ok<T> = { ok: true; value: T }
export type Failed = { ok: false; error: ItemError }
export type Result<T> = Ok<T> | Failed

/** An item error as an exception, for callers that prefer `unwrap(result)`. */
export class ClientError extends Error {
  override readonly name = "ClientError"
  readonly code: ErrorCode
  readonly path: string
  readonly retriable: boolean

  constructor(error: ItemError) {
    super(error.path === "" ? error.message : `${error.path}: ${error.message}`)
    this.code = error.code
    this.path = error.path
    this.retriable = error.retriable
  }
}

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value })

export function failed(code: LocalCode, message: string, path = ""): Failed {
  return { ok: false, error: { code, message, path, retriable: localCodes[code] } }
}

/** What the broker answered for one item: its code as a value. Code 0 must have been handled before. */
export function brokerFailed(code: number, message: string | null | undefined, path = ""): Failed {
  const name = errorName(code)
  const text = message === null || message === undefined || message === "" ? `the broker answered ${name}` : `${name}: ${message}`
  return { ok: false, error: { code: name, message: text, path, retriable: errors[name].retriable } }
}

export const at = (failure: Failed, path: string): Failed => ({ ok: false, error: { ...failure.error, path } })

/** The value, or a thrown `ClientError`. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new ClientError(result.error)
}
