import { escapeHidden } from "../../format.ts"
import type { Payload } from "../../trpc/types.ts"

/** Without the white space between its parts; numbers stay as they are written, however big. */
function compactJson(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1")
}

/** A key or value in one line of a table. Hostile text: control and bidirectional characters are escaped. */
export function previewOf(payload: Payload | null): string {
  if (payload === null) return ""
  const oneLine = payload.format === "json" ? compactJson(payload.text) : payload.text
  return escapeHidden(oneLine.slice(0, 400)) + (payload.isTruncated || oneLine.length > 400 ? "…" : "")
}

/** Bytes in hex, as the server writes them, back to bytes. */
export function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  const digits = hex.replace(/[^0-9a-f]/gi, "")
  return Uint8Array.from({ length: digits.length >> 1 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16))
}

/** Offsets at the left, sixteen bytes, readable characters at the right. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)]
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
    const readable = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("")
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${readable}`)
  }
  return lines.join("\n")
}
