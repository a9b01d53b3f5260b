/** CRC-32C (Castagnoli), as record batches carry it. Native where the platform has the binary, else slice-by-16 in JavaScript. */
import { createRequire } from "node:module"

type Crc = (bytes: Uint8Array, seed?: number) => number

/** Value of the polynomial for each byte, and for that byte followed by 1 to 15 zero bytes. */
const tables = buildTables()

function buildTables(): Uint32Array {
  const all = new Uint32Array(16 * 256)
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1
    all[byte] = crc
  }
  for (let index = 256; index < all.length; index += 1) {
    const before = all[index - 256] ?? 0
    all[index] = (before >>> 8) ^ (all[before & 255] ?? 0)
  }
  return all
}

/** The fallback, about a sixth of the native speed. `seed` is the CRC of what came before. */
export function crc32cInJavaScript(bytes: Uint8Array, seed = 0): number {
  const t = tables
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let crc = ~seed
  let at = 0
  for (const end = bytes.byteLength - 16; at <= end; at += 16) {
    const a = view.getUint32(at, true) ^ crc
    const b = view.getUint32(at + 4, true)
    const c = view.getUint32(at + 8, true)
    const d = view.getUint32(at + 12, true)
    crc =
      lookUp(t, 3840 + (a & 255)) ^
      lookUp(t, 3584 + ((a >>> 8) & 255)) ^
      lookUp(t, 3328 + ((a >>> 16) & 255)) ^
      lookUp(t, 3072 + (a >>> 24)) ^
      lookUp(t, 2816 + (b & 255)) ^
      lookUp(t, 2560 + ((b >>> 8) & 255)) ^
      lookUp(t, 2304 + ((b >>> 16) & 255)) ^
      lookUp(t, 2048 + (b >>> 24)) ^
      lookUp(t, 1792 + (c & 255)) ^
      lookUp(t, 1536 + ((c >>> 8) & 255)) ^
      lookUp(t, 1280 + ((c >>> 16) & 255)) ^
      lookUp(t, 1024 + (c >>> 24)) ^
      lookUp(t, 768 + (d & 255)) ^
      lookUp(t, 512 + ((d >>> 8) & 255)) ^
      lookUp(t, 256 + ((d >>> 16) & 255)) ^
      lookUp(t, d >>> 24)
  }
  for (; at < bytes.byteLength; at += 1) crc = (crc >>> 8) ^ lookUp(t, (crc ^ view.getUint8(at)) & 255)
  return ~crc >>> 0
}

function lookUp(table: Uint32Array, index: number): number {
  return table[index] as number
}

/** The native module is a prebuilt binary per platform; without one for this platform it throws when it is loaded. */
function loadNative(): Crc | undefined {
  try {
    return (createRequire(import.meta.url)("@node-rs/crc32") as { crc32c: Crc }).crc32c
  } catch {
    return undefined
  }
}

const native = loadNative()

/** False when this platform computes CRCs in JavaScript; worth a line in the log. */
export const isCrcNative = native !== undefined

export function crc32c(bytes: Uint8Array, seed = 0): number {
  return native ? native(bytes, seed) : crc32cInJavaScript(bytes, seed)
}
