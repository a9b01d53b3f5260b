// Bytes of a record for reading: what they most likely are, cut at a size. Everything here is hostile input; the answer is text and nothing else.
import type { ConsumedRecord } from "@rivven/client"
import { formatJson } from "./format-json.ts"
import type { Message, Payload } from "./schema.ts"

export function viewRecord(record: ConsumedRecord, maxBytes: number): Message {
  const { partition, offset, timestamp, key, value, headers } = record
  const headerBytes = headers.reduce((sum, header) => sum + Buffer.byteLength(header.key) + (header.value?.byteLength ?? 0), 0)
  return {
    partition,
    offset,
    timestampMs: timestamp,
    timestampType: "create",
    key: key && decode(key, maxBytes),
    value: value && decode(value, maxBytes),
    headers: headers.map(({ key: name, value: content }) => ({ name, value: content && decode(content, maxBytes) })),
    sizeBytes: (key?.byteLength ?? 0) + (value?.byteLength ?? 0) + headerBytes,
  }
}

export function decode(bytes: Uint8Array, maxBytes: number): Payload {
  const sizeBytes = bytes.byteLength
  if (sizeBytes === 0) return { format: "empty", text: "", sizeBytes, isTruncated: false }
  const isTruncated = sizeBytes > maxBytes
  const text = textOf(bytes, maxBytes)
  if (text === undefined) return binary(bytes, maxBytes)
  if (isTruncated) return { format: looksLikeJson(text) ? "json" : "text", text, sizeBytes, isTruncated }
  const json = looksLikeJson(text) ? formatJson(text) : undefined
  return { format: json === undefined ? "text" : "json", text: json ?? text, sizeBytes, isTruncated }
}

const decoder = new TextDecoder("utf-8", { fatal: true })
const tolerant = new TextDecoder("utf-8")

/** Undefined when the bytes are no text: invalid UTF-8, or control characters that no text has. */
function textOf(bytes: Uint8Array, maxBytes: number): string | undefined {
  const isCut = bytes.byteLength > maxBytes
  let text: string
  try {
    // A cut may go through a character; its rest is dropped.
    text = isCut ? tolerant.decode(bytes.subarray(0, maxBytes), { stream: true }) : decoder.decode(bytes)
  } catch {
    return undefined
  }
  if (isCut) tolerant.decode()
  if (isCut && text.includes("\ufffd")) return undefined
  return hasBinaryControls(text) ? undefined : text
}

function hasBinaryControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d && code !== 0x1b) return true
  }
  return false
}

function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text)
}

/** Fixed sizes that mean something: an integer, a UUID; hex else. */
function binary(bytes: Uint8Array, maxBytes: number): Payload {
  const sizeBytes = bytes.byteLength
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (sizeBytes === 4) return { format: "integer", text: String(view.getInt32(0)), sizeBytes, isTruncated: false }
  if (sizeBytes === 8) return { format: "integer", text: String(view.getBigInt64(0)), sizeBytes, isTruncated: false }
  if (sizeBytes === 16 && isUuid(bytes)) return { format: "uuid", text: uuidText(bytes), sizeBytes, isTruncated: false }
  return { format: "hex", text: hex(bytes.subarray(0, maxBytes)), sizeBytes, isTruncated: sizeBytes > maxBytes }
}

/** Version 1 to 8 and the usual variant. */
function isUuid(bytes: Uint8Array): boolean {
  const version = (bytes[6] ?? 0) >> 4
  return version >= 1 && version <= 8 && (bytes[8] ?? 0) >> 6 === 0b10
}

function uuidText(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes).toString("hex")
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-")
}

/** "0a 1b 2c" */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/..(?=.)/g, "$& ")
}
