// tRPC over our HTTP server. The checks of this file guard the server; each procedure authorises by itself.
import type { IncomingMessage, ServerResponse } from "node:http"
import { fetchRequestHandler } from "@trpc/server/adapters/fetch"
import { anonymous } from "../access.ts"
import { whenSessionEnds } from "../auth/session-end.ts"
import type { Sessions } from "../auth/sessions.ts"
import type { Caller, Deps } from "../context.ts"
import { uuidV7 } from "../ids.ts"
import type { RateLimiter } from "../rate.ts"
import { appRouter } from "../root.ts"
import { readBody } from "./body.ts"
import { type CookiePolicy, readCookie } from "./cookies.ts"
import { closedPolicy } from "./headers.ts"
import type { Refusal } from "./request-checks.ts"
import { sendResponse } from "./response-stream.ts"
import { refuse } from "./send.ts"
import { accepts } from "./shell.ts"
import type { StreamSlots } from "./stream-slots.ts"

export const endpoint = "/api/trpc"

const maxBodyBytes = 1024 * 1024
const maxAnswerBytes = 8 * 1024 * 1024
const maxBatch = 20
const requestMs = 30_000

export interface TrpcHandler {
  deps: Deps
  sessions: Sessions
  cookie: CookiePolicy
  reads: RateLimiter
  writes: RateLimiter
  slots: StreamSlots
  /** Aborted when the server stops at once. */
  stopping: AbortSignal
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  origin: string
}

/** Origin and content type have been checked. */
export async function answerTrpc(handler: TrpcHandler, exchange: Exchange): Promise<void> {
  const { request, response } = exchange
  const url = new URL(request.url ?? "/", exchange.origin)
  const calls = callsOf(url)
  if (!calls) return refuse(response, { status: 400, message: "the address is not properly encoded" })
  if (calls.length > maxBatch) return refuse(response, { status: 413, message: `at most ${maxBatch} calls fit into one request` })
  const gone = new AbortController()
  response.on("close", () => gone.abort())
  const caller = callerOf(handler, request, AbortSignal.any([gone.signal, handler.stopping]))
  const tooFast = limit(handler, caller, { isWrite: request.method === "POST", count: calls.length })
  if (tooFast) return refuse(response, tooFast)
  const body = request.method === "POST" ? await readBody(request, maxBodyBytes) : undefined
  if (body?.ok === false) return refuse(response, { status: 413, message: `a body may have ${maxBodyBytes} bytes at most` })
  const isStream = request.headers.accept?.includes("text/event-stream") === true
  await (isStream ? answerStream : answerCalls)(handler, { ...exchange, url, caller, body: body?.bytes, calls })
}

function callsOf(url: URL): string[] | undefined {
  try {
    return decodeURIComponent(url.pathname.slice(endpoint.length + 1)).split(",")
  } catch {
    // A lone % or bytes that are no UTF-8.
    return undefined
  }
}

interface Call extends Exchange {
  url: URL
  caller: Caller
  body: Uint8Array<ArrayBuffer> | undefined
  calls: readonly string[]
}

async function answerCalls(handler: TrpcHandler, call: Call): Promise<void> {
  const late = new AbortController()
  const cancel = handler.deps.clock.after(requestMs, () => late.abort())
  const signal = AbortSignal.any([call.caller.signal, late.signal])
  try {
    await run(handler, { ...call, caller: { ...call.caller, signal } })
  } finally {
    cancel()
  }
}

async function answerStream(handler: TrpcHandler, call: Call): Promise<void> {
  const slot = handler.slots.take(`${call.caller.sessionId ?? call.caller.address} ${call.calls.join()}`)
  if (!slot.ok) return refuse(call.response, { status: 429, message: slot.message, headers: { "retry-after": "5" } })
  const { sessionId } = call.caller
  const end = sessionId === null ? undefined : whenSessionEnds({ sessions: handler.sessions, clock: handler.deps.clock }, sessionId)
  const signal = end ? AbortSignal.any([call.caller.signal, end.signal]) : call.caller.signal
  try {
    await run(handler, { ...call, caller: { ...call.caller, signal } })
  } finally {
    end?.release()
    slot.release()
  }
}

async function run(handler: TrpcHandler, { request, response, url, caller, body }: Call): Promise<void> {
  const answer = await fetchRequestHandler({
    endpoint,
    router: appRouter,
    req: new Request(url, { method: request.method ?? "GET", headers: webHeaders(request), body, signal: caller.signal }),
    createContext: () => ({ caller, deps: handler.deps }),
  })
  const headers = {
    "cache-control": "no-store",
    "content-security-policy": closedPolicy,
    "x-request-id": caller.requestId,
    vary: "accept-encoding",
  }
  const acceptsGzip = accepts(request.headers["accept-encoding"] ?? "", "gzip")
  try {
    await sendResponse(answer, response, { acceptsGzip, maxBytes: maxAnswerBytes, headers })
  } catch (error) {
    if (!caller.signal.aborted && !response.destroyed)
      handler.deps.logger.error({ err: error, requestId: caller.requestId }, "an answer was cut off")
    response.destroy()
  }
}

function callerOf(handler: TrpcHandler, request: IncomingMessage, signal: AbortSignal): Caller {
  const { clock, random } = handler.deps
  const secret = readCookie(request, handler.cookie)
  const session = secret === undefined ? undefined : handler.sessions.find(secret)
  return {
    subject: session ? { kind: "user", name: session.userName, role: "local-admin" } : anonymous,
    sessionId: session?.id ?? null,
    address: request.socket.remoteAddress ?? "",
    requestId: uuidV7(random, clock.wall()),
    signal,
  }
}

function limit(handler: TrpcHandler, caller: Caller, cost: { isWrite: boolean; count: number }): Refusal | undefined {
  const limiter = cost.isWrite ? handler.writes : handler.reads
  const taken = limiter.take(caller.sessionId ?? caller.address, cost.count)
  if (taken.ok) return undefined
  const seconds = Math.max(1, Math.ceil(taken.retryAfterMs / 1000))
  return { status: 429, message: `too many requests: try again in ${seconds} s`, headers: { "retry-after": String(seconds) } }
}

function webHeaders(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string" && /^(accept|content-type|last-event-id|trpc-.+|x-trpc-.+)$/.test(name)) headers.set(name, value)
  }
  return headers
}
