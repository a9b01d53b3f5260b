// The only initTRPC. `procedure({ kind, verb, scope, effect })` is the only way to make one: every procedure says which permission it needs,
// and anonymous is refused before the input is even parsed. Nothing relies on what the HTTP layer checked before.
import { initTRPC, TRPCError } from "@trpc/server"
import { ZodError } from "zod"
import { can, type Kind, type Verb } from "./access.ts"
import type { Context } from "./context.ts"
import { ApiError, type ApiErrorCode, type ErrorView, retriableCodes } from "./errors.ts"

/** Fields of an input that name the object of a request. Their schemas do not transform, so that what is checked is what is used. */
export type ScopedInput = { cluster?: string; topic?: string; group?: string }

export interface Permission {
  kind: Kind
  verb: Verb
  /** Which object the request is about; undefined parts mean "all, filtered on the way out". */
  scope: (input: ScopedInput) => { cluster: string | undefined; name: string | undefined }
  /** `plan` is a POST without effect; `destroy` also needs the typed name. */
  effect: "none" | "plan" | "write" | "destroy"
}

const t = initTRPC
  .context<Context>()
  .meta<Permission>()
  .create({
    isDev: false,
    sse: { maxDurationMs: 5 * 60_000, ping: { enabled: true, intervalMs: 10_000 }, client: { reconnectAfterInactivityMs: 25_000 } },
    errorFormatter: ({ shape, error, ctx }) => {
      const rivven = viewError(error, ctx?.caller.requestId ?? "")
      return {
        code: shape.code,
        message: rivven.message,
        data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path, rivven },
      }
    },
  })

export const router = t.router

export function procedure(permission: Permission) {
  return t.procedure.meta(permission).use(async ({ ctx, getRawInput, next, path, type, signal }) => {
    const startedAt = ctx.deps.clock.monotonic()
    authorize(ctx, permission, await getRawInput())
    const caller = signal ? { ...ctx.caller, signal } : ctx.caller
    const result = await next({ ctx: { ...ctx, caller } })
    const durationMs = Math.round(ctx.deps.clock.monotonic() - startedAt)
    if (result.ok) {
      ctx.deps.logger.debug({ path, type, durationMs, requestId: ctx.caller.requestId }, "answered")
      return result
    }
    logFailure(ctx, result.error, { path, type, durationMs })
    const own = apiErrorOf(result.error)
    // What our functions throw carries our code; the status of the answer follows from it.
    if (own) throw new TRPCError({ code: own.trpcCode, message: own.message, cause: own })
    return result
  })
}

function authorize({ caller }: Context, { kind, verb, scope }: Permission, raw: unknown): void {
  if (caller.subject.kind === "anonymous")
    throw new TRPCError({ code: "UNAUTHORIZED", cause: new ApiError("NOT_SIGNED_IN", "sign in first") })
  const { cluster, name } = scope(scopedInput(raw))
  if (can(caller.subject, verb, { kind, cluster, name })) return
  const message = `this needs the permission ${kind}:${verb}${name === undefined ? "" : ` on ${name}`}`
  throw new TRPCError({ code: "FORBIDDEN", cause: new ApiError("DENIED", message) })
}

function scopedInput(raw: unknown): ScopedInput {
  if (typeof raw !== "object" || raw === null) return {}
  const text = (name: string): string | undefined => {
    const value: unknown = Object.hasOwn(raw, name) ? Reflect.get(raw, name) : undefined
    return typeof value === "string" ? value : undefined
  }
  return { cluster: text("cluster"), topic: text("topic"), group: text("group") }
}

/** Our error of a tRPC error: thrown as it is, or as the cause of what tRPC made of it. */
export function apiErrorOf(error: TRPCError): ApiError | undefined {
  return error.cause instanceof ApiError ? error.cause : undefined
}

function viewError(error: TRPCError, requestId: string): ErrorView {
  const own = apiErrorOf(error)
  if (own) {
    const { code, userMessage, path } = own
    return { code, message: userMessage, path, requestId, isRetriable: retriableCodes.has(code), fields: [] }
  }
  if (error.cause instanceof ZodError && error.code === "BAD_REQUEST") {
    const fields = error.cause.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }))
    const message = fields.map((field) => `${field.path || "input"}: ${field.message}`).join("; ")
    return { code: "BAD_INPUT", message, path: fields[0]?.path ?? "", requestId, isRetriable: false, fields }
  }
  const code = fromTrpc[error.code] ?? "INTERNAL"
  const message = code === "INTERNAL" ? `Something failed here. Request ${requestId} is in the server's log.` : error.message
  return { code, message, path: "", requestId, isRetriable: retriableCodes.has(code), fields: [] }
}

/** Codes that tRPC itself answers with. */
const fromTrpc: Partial<Record<TRPCError["code"], ApiErrorCode>> = {
  BAD_REQUEST: "BAD_INPUT",
  PARSE_ERROR: "BAD_INPUT",
  UNSUPPORTED_MEDIA_TYPE: "BAD_INPUT",
  METHOD_NOT_SUPPORTED: "BAD_INPUT",
  PAYLOAD_TOO_LARGE: "BAD_INPUT",
  NOT_FOUND: "NOT_FOUND",
  UNAUTHORIZED: "NOT_SIGNED_IN",
  FORBIDDEN: "DENIED",
}

function logFailure({ deps, caller }: Context, error: TRPCError, about: { path: string; type: string; durationMs: number }): void {
  const fields = { ...about, requestId: caller.requestId, code: apiErrorOf(error)?.code ?? error.code }
  if (fields.code === "INTERNAL_SERVER_ERROR" || fields.code === "INTERNAL")
    deps.logger.error({ ...fields, err: error.cause ?? error }, "request failed")
  else deps.logger.warn({ ...fields, reason: error.message }, "request refused")
}
