// Our codes, the one error class, and the one table that maps them to tRPC's.
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server"

const toTrpc = {
  /** No session, or one that ran out. */
  NOT_SIGNED_IN: "UNAUTHORIZED",
  /** `can` said no; the message names the verb. */
  DENIED: "FORBIDDEN",
  BAD_INPUT: "BAD_REQUEST",
  NOT_FOUND: "NOT_FOUND",
  /** The snapshot of a list's cursor is gone: start again without it. */
  CURSOR_EXPIRED: "PRECONDITION_FAILED",
  /** The confirmation does not hold: wrong typed name, or a plan that cannot be applied. */
  NOT_CONFIRMED: "PRECONDITION_FAILED",
  TOO_MANY_REQUESTS: "TOO_MANY_REQUESTS",
  /** A source failed while nothing older was known. */
  SOURCE_FAILED: "BAD_GATEWAY",
  SOURCE_TIMEOUT: "GATEWAY_TIMEOUT",
  /** The broker answered with an error of its own; the message carries its code. */
  BROKER_FAILED: "BAD_GATEWAY",
  /** The write may or may not have happened: read before trying again. */
  OUTCOME_UNKNOWN: "GATEWAY_TIMEOUT",
  DRAINING: "SERVICE_UNAVAILABLE",
  INTERNAL: "INTERNAL_SERVER_ERROR",
} as const satisfies Record<string, TRPC_ERROR_CODE_KEY>

export type ApiErrorCode = keyof typeof toTrpc

export interface ApiErrorOptions {
  cause?: unknown
  /** Which part of the input: `topic`, `draft.yaml`. */
  path?: string
  /** Safe to show to the person; the message when absent. */
  userMessage?: string
}

export class ApiError extends Error {
  override readonly name = "ApiError"
  readonly code: ApiErrorCode
  readonly path: string
  readonly userMessage: string

  constructor(code: ApiErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.path = options.path ?? ""
    this.userMessage = options.userMessage ?? message
  }

  get trpcCode(): TRPC_ERROR_CODE_KEY {
    return toTrpc[this.code]
  }
}

/** What the browser gets of an error, under `data.rivven`. */
export interface ErrorView {
  code: ApiErrorCode
  /** Safe to show. Of an unknown failure: that it happened and its request id, nothing else. */
  message: string
  path: string
  /** Finds the line in the server's log. */
  requestId: string
  /** Trying the same again may help. */
  isRetriable: boolean
  /** Fields of the input that were not accepted. */
  fields: { path: string; message: string }[]
}

export const retriableCodes: ReadonlySet<ApiErrorCode> = new Set([
  "SOURCE_FAILED",
  "SOURCE_TIMEOUT",
  "BROKER_FAILED",
  "TOO_MANY_REQUESTS",
  "DRAINING",
])
