// One error class for both sides of the wire: what an API server says in a Status, and what happens before or instead of an answer.
// The code is Kubernetes' `reason`; the HTTP status follows from it, once, in the table below.

/** Reasons of a Status, with the HTTP status each one travels under. */
export const statusReasons = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  Gone: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
  ServerTimeout: 504,
  Unknown: 500,
} as const

/** What has no HTTP status, because no answer of an API server stands behind it. */
export const localCodes = [
  "Unreachable",
  "BadAnswer",
  "UnknownKind",
  "Stopped",
  "StorageFailed",
  "StorageDamaged",
  "Locked",
  "BadCrd",
] as const

export type StatusReason = keyof typeof statusReasons
export type KubeErrorCode = StatusReason | (typeof localCodes)[number]

export type StatusCause = { reason?: string; message?: string; field?: string }

export type StatusDetails = {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

export type Status = {
  kind: "Status"
  apiVersion: "v1"
  metadata: Record<string, unknown>
  status: "Success" | "Failure"
  message?: string
  reason?: string
  details?: StatusDetails
  code?: number
}

const retriableCodes: ReadonlySet<KubeErrorCode> = new Set<KubeErrorCode>([
  "TooManyRequests",
  "InternalError",
  "ServiceUnavailable",
  "Timeout",
  "ServerTimeout",
  "Unreachable",
])

export type KubeErrorOptions = { details?: StatusDetails; cause?: unknown; httpStatus?: number }

export class KubeError extends Error {
  override readonly name = "KubeError"
  readonly code: KubeErrorCode
  readonly httpStatus: number
  readonly details: StatusDetails

  constructor(code: KubeErrorCode, message: string, options: KubeErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
    this.httpStatus = options.httpStatus ?? (code in statusReasons ? statusReasons[code as StatusReason] : 500)
  }

  get retriable(): boolean {
    return retriableCodes.has(this.code)
  }

  /** Field-wise causes: of an invalid object its fields, of an apply conflict the fields and who owns them. */
  get causes(): readonly StatusCause[] {
    return this.details.causes ?? []
  }

  get retryAfterMs(): number | undefined {
    return this.details.retryAfterSeconds === undefined ? undefined : this.details.retryAfterSeconds * 1000
  }

  /** Fields of a 409 that other field managers own; empty for a 409 about resourceVersion. */
  get fieldConflicts(): { field: string; manager: string }[] {
    return this.causes
      .filter((cause) => cause.reason === "FieldManagerConflict")
      .map((cause) => ({ field: cause.field ?? "", manager: /^conflict with "([^"]*)"/.exec(cause.message ?? "")?.[1] ?? "" }))
  }

  toStatus(): Status {
    const { code, httpStatus, message } = this
    const reason = code in statusReasons ? { reason: code === "Unknown" ? "" : code } : { reason: "InternalError" }
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      ...reason,
      details: this.details,
      code: httpStatus,
    }
  }

  static fromStatus(body: unknown, httpStatus: number): KubeError {
    const status = (typeof body === "object" && body !== null ? body : {}) as Partial<Status>
    const message = status.message ?? (typeof body === "string" && body !== "" ? body.slice(0, 500) : `HTTP status ${httpStatus}`)
    const reason =
      status.reason !== undefined && status.reason in statusReasons ? (status.reason as StatusReason) : reasonOf(httpStatus, status)
    return new KubeError(reason, message, { details: status.details ?? {}, httpStatus })
  }
}

function reasonOf(httpStatus: number, status: Partial<Status>): StatusReason {
  // A Status without a reason is a refusal that the server has no word for, such as a configuration that its schema does not allow.
  if (httpStatus === 500 && status.kind === "Status") return "Unknown"
  const found = Object.entries(statusReasons).find(([, status]) => status === httpStatus)?.[0] as StatusReason | undefined
  if (httpStatus === 409) return "Conflict"
  return found ?? (httpStatus >= 500 ? "InternalError" : "BadRequest")
}

export function isKubeError(error: unknown, code?: KubeErrorCode): error is KubeError {
  return error instanceof KubeError && (code === undefined || error.code === code)
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: KubeError }

/** Turns the expected failures of a call into a value; anything else stays a throw. */
export async function attempt<T>(call: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await call() }
  } catch (error) {
    if (error instanceof KubeError) return { ok: false, error }
    throw error
  }
}
