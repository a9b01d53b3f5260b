// What a browser of ours never sends. Each check stands alone; authorisation does not rely on them.
import type { IncomingMessage } from "node:http"

export interface Refusal {
  status: number
  message: string
  headers?: Record<string, string>
}

/** Mutations and plans: same-origin JSON POSTs that carry our own header, which no form and no simple request can send. */
export function refuseWrite(request: IncomingMessage, origin: string): Refusal | undefined {
  const site = request.headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin") return { status: 403, message: "cross-site requests are refused" }
  if (request.headers.origin !== origin) return { status: 403, message: "the Origin header is not this console's" }
  if (request.headers["x-rivven"] !== "1") return { status: 403, message: "the header x-rivven: 1 is missing" }
  if (!isJson(request.headers["content-type"])) return { status: 415, message: "the body must be application/json" }
  if (request.headers["content-encoding"] !== undefined) return { status: 415, message: "the body must not be compressed" }
  return undefined
}

/** Reads: a link, a form, an image or a frame of a foreign page gets nothing. */
export function refuseRead(request: IncomingMessage, origin: string): Refusal | undefined {
  const { "sec-fetch-site": site, "sec-fetch-mode": mode, origin: from } = request.headers
  if (site !== undefined && site !== "same-origin") return { status: 403, message: "cross-site requests are refused" }
  if (mode === "navigate") return { status: 403, message: "this address is not a page" }
  if (from !== undefined && from !== origin) return { status: 403, message: "the Origin header is not this console's" }
  return undefined
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(contentType ?? "")
}
