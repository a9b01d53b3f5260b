// Request bodies: bounded, JSON or YAML, with an error that says where it went wrong.
import type { IncomingMessage } from "node:http"
import { LineCounter, parseDocument } from "yaml"
import { KubeError } from "../../errors.ts"
import { findDuplicateKeys } from "./duplicate-keys.ts"
import { decodeProtobuf, protobufMediaType } from "./protobuf.ts"

export type Body = { value: unknown; duplicates: string[] }

const bodyLimitBytes = 3 * 1024 * 1024
const depthLimit = 200

export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? ""
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const declared = Number(request.headers["content-length"] ?? 0)
  if (declared > bodyLimitBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > bodyLimitBytes) throw tooLarge()
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): KubeError {
  return new KubeError("RequestEntityTooLarge", `the body of the request may have at most ${bodyLimitBytes} bytes`)
}

/** Throws `BadRequest` with the position, `UnsupportedMediaType` for what is neither JSON nor YAML. */
export function parseBody(bytes: Buffer, mediaType: string): Body {
  if (mediaType === protobufMediaType) return { value: decodeProtobuf(bytes), duplicates: [] }
  const text = bytes.toString("utf8")
  const body = isJson(mediaType, text) ? parseJson(text) : parseYaml(text)
  refuseStrange(body.value)
  return body
}

function isJson(mediaType: string, text: string): boolean {
  if (mediaType.endsWith("yaml")) return /^\s*[{[]/.test(text) && isParsable(text)
  if (mediaType === "" || mediaType.endsWith("json")) return true
  throw new KubeError(
    "UnsupportedMediaType",
    `the body has the media type ${JSON.stringify(mediaType)}; accepted: application/json, application/yaml`,
  )
}

/** Flow-style YAML looks like JSON and may not be. */
function isParsable(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    // Then it is read as YAML.
    return false
  }
}

function parseJson(text: string): Body {
  try {
    return { value: JSON.parse(text), duplicates: findDuplicateKeys(text) }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KubeError("BadRequest", `the body is not valid JSON: ${why}`, { cause })
  }
}

function parseYaml(text: string): Body {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, prettyErrors: false, logLevel: "silent" })
  const [error] = document.errors
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    throw new KubeError("BadRequest", `the body is not valid YAML: line ${line}, column ${col}: ${error.message}`)
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), duplicates: [] }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KubeError("BadRequest", `the body is not valid YAML: ${why}`, { cause })
  }
}

/** Keys that mean something to JavaScript itself, numbers that JSON cannot hold, and nesting that would exhaust the stack. */
function refuseStrange(value: unknown, depth = 0): void {
  if (depth > depthLimit) throw new KubeError("BadRequest", `the body is nested deeper than ${depthLimit} levels`)
  if (typeof value === "number" && !Number.isFinite(value)) throw new KubeError("BadRequest", `the body holds the number ${value}`)
  if (typeof value !== "object" || value === null) return
  if (Object.hasOwn(value, "__proto__")) throw new KubeError("BadRequest", 'the body has the field "__proto__", which is not allowed')
  for (const child of Object.values(value)) refuseStrange(child, depth + 1)
}
