import type { IncomingMessage } from "node:http"

export type Body = { ok: true; bytes: Uint8Array<ArrayBuffer> } | { ok: false; reason: "too-large" | "aborted" }

/** Reads a body up to the limit. What is longer is refused before it is buffered. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return { ok: false, reason: "too-large" }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) return { ok: false, reason: "too-large" }
      chunks.push(chunk)
    }
  } catch {
    // The browser went away; there is nobody to tell.
    return { ok: false, reason: "aborted" }
  }
  return { ok: true, bytes: new Uint8Array(Buffer.concat(chunks)) }
}
