// A web Response onto a Node response: gzip where it pays, back-pressure, and a cap on what one request may answer.
import type { ServerResponse } from "node:http"
import { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { constants, createGzip } from "node:zlib"

export interface SendOptions {
  acceptsGzip: boolean
  /** An answer that grows beyond it is cut off; streams of events have no end and no cap. */
  maxBytes: number
  headers: Record<string, string>
}

/** Resolves when the answer is out; rejects when the browser went away or the cap was hit. */
export async function sendResponse(answer: Response, response: ServerResponse, options: SendOptions): Promise<void> {
  const isEventStream = answer.headers.get("content-type")?.startsWith("text/event-stream") === true
  const isCompressed = options.acceptsGzip && !isEventStream && answer.body !== null
  response.writeHead(answer.status, {
    ...Object.fromEntries(answer.headers),
    ...options.headers,
    ...(isCompressed ? { "content-encoding": "gzip" } : {}),
  })
  if (!answer.body) {
    response.end()
    return
  }
  if (isEventStream) response.flushHeaders()
  const source = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0])
  if (isEventStream) await pipeline(source, response)
  else if (isCompressed) await pipeline(source, capped(options.maxBytes), gzipByChunk(), response)
  else await pipeline(source, capped(options.maxBytes), response)
}

function capped(maxBytes: number): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      size += chunk.byteLength
      if (size > maxBytes) done(new Error(`an answer is longer than ${maxBytes} bytes`))
      else done(null, chunk)
    },
  })
}

/** Small windows: an answer is short, and a compressor of full size costs 256 kB. A flush per chunk, because answers of a batch come one by one. */
function gzipByChunk(): Transform {
  return createGzip({ level: 3, windowBits: 13, memLevel: 6, flush: constants.Z_SYNC_FLUSH })
}
