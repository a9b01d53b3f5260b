import type { ServerResponse } from "node:http"
import { closedPolicy } from "./headers.ts"
import type { Refusal } from "./request-checks.ts"

export interface JsonAnswer {
  status: number
  body: unknown
  headers?: Record<string, string>
}

export function sendJson(response: ServerResponse, { status, body, headers = {} }: JsonAnswer): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`)
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": bytes.byteLength,
    "cache-control": "no-store",
    "content-security-policy": closedPolicy,
    ...headers,
  })
  response.end(bytes)
}

/** A refusal by the HTTP layer. The connection closes, so that what is left of a refused body is never read. */
export function refuse(response: ServerResponse, { status, message, headers = {} }: Refusal): void {
  sendJson(response, { status, body: { error: { message } }, headers: { connection: "close", ...headers } })
}
