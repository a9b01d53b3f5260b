/** Request and response headers, and the messages behind them. A frame here is what follows the four bytes of length. */
import { Reader } from "./bytes/reader.ts"
import { Writer } from "./bytes/writer.ts"
import { EncodeError } from "./codec-error.ts"
import { apiByKey } from "./messages/index.ts"
import { type Api, isFlexible, type RequestInput, type RequestOf, type ResponseInput, type ResponseOf, supports } from "./schema/api.ts"
import { decodeFields, encodeFields } from "./schema/compile.ts"
import type { Fields, InputOf } from "./schema/infer.ts"

export interface RequestHeader {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
  /** Where the body starts in the frame. */
  readonly bodyOffset: number
}

const apiVersionsKey = 18

/**
 * Reads request header 1, or 2 where the API is flexible at that version; the client id is a classic string in both (KIP-482).
 * Versions and keys that nobody knows are read too, so that the caller can refuse them by name.
 */
export function decodeRequestHeader(frame: Uint8Array): RequestHeader {
  const reader = new Reader(frame)
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  const clientId = reader.nullableString()
  const api = apiByKey(apiKey)
  if (api && isFlexible(api, apiVersion)) reader.skipTags()
  return { apiKey, apiVersion, correlationId, clientId, bodyOffset: reader.at }
}

/** Bytes behind the last field are ignored, as Kafka does. Throws `DecodeError` only. */
// biome-ignore lint/complexity/useMaxParams: called for every request; an options object would be garbage
export function decodeRequest<A extends Api>(api: A, version: number, frame: Uint8Array, bodyOffset: number): RequestOf<A> {
  const reader = new Reader(frame, bodyOffset)
  if (!supports(api, version)) reader.fail(`${api.name} has no version ${version}`)
  return decodeFields(api.request, { version, flexible: isFlexible(api, version) }, reader) as RequestOf<A>
}

export interface RequestMeta {
  readonly correlationId: number
  readonly clientId: string | null
}

/** Answers the whole frame, its length included. Throws `EncodeError` only. */
// biome-ignore lint/complexity/useMaxParams: the same order as encodeResponse
export function encodeRequest<A extends Api>(api: A, version: number, meta: RequestMeta, body: RequestInput<A>): Uint8Array {
  const flexible = isFlexible(api, version)
  const writer = open(api, version)
  writer.int16(api.key)
  writer.int16(version)
  writer.int32(meta.correlationId)
  writer.nullableString(meta.clientId)
  if (flexible) writer.uvarint(0)
  encodeFields(api.request, { version, flexible }, { writer, value: body as InputOf<Fields> })
  return joined(writer)
}

/** Answers the whole frame, its length included. */
// biome-ignore lint/complexity/useMaxParams: called for every response; an options object would be garbage
export function encodeResponse<A extends Api>(api: A, version: number, correlationId: number, body: ResponseInput<A>): Uint8Array {
  const writer = open(api, version)
  writeResponse(writer, { api, version, correlationId, body })
  return joined(writer)
}

/** As `encodeResponse`, in parts to be written one after the other: record batches of 1 KiB and more leave as the slices they came as. */
// biome-ignore lint/complexity/useMaxParams: the same order as encodeResponse
export function encodeResponseParts<A extends Api>(api: A, version: number, correlationId: number, body: ResponseInput<A>): Uint8Array[] {
  const writer = open(api, version, true)
  writeResponse(writer, { api, version, correlationId, body })
  seal(writer)
  const parts = writer.parts()
  writer.release()
  return parts
}

/** Reads response header 0, or 1 where the API is flexible; ApiVersions always answers with header 0 (KIP-511). */
export function decodeResponse<A extends Api>(api: A, version: number, frame: Uint8Array): { correlationId: number; body: ResponseOf<A> } {
  const reader = new Reader(frame)
  if (!supports(api, version)) reader.fail(`${api.name} has no version ${version}`)
  const flexible = isFlexible(api, version)
  const correlationId = reader.int32()
  if (flexible && api.key !== apiVersionsKey) reader.skipTags()
  return { correlationId, body: decodeFields(api.response, { version, flexible }, reader) as ResponseOf<A> }
}

function writeResponse(writer: Writer, response: { api: Api; version: number; correlationId: number; body: unknown }): void {
  const { api, version } = response
  const flexible = isFlexible(api, version)
  writer.int32(response.correlationId)
  if (flexible && api.key !== apiVersionsKey) writer.uvarint(0)
  encodeFields(api.response, { version, flexible }, { writer, value: response.body as InputOf<Fields> })
}

function open(api: Api, version: number, slicing = false): Writer {
  if (!supports(api, version)) throw new EncodeError({ reason: `${api.name} has no version ${version}` })
  const writer = new Writer({ slicing })
  writer.reserve(4)
  return writer
}

function seal(writer: Writer): void {
  writer.view.setInt32(0, writer.length - 4)
}

function joined(writer: Writer): Uint8Array {
  seal(writer)
  const frame = writer.finish()
  writer.release()
  return frame
}
