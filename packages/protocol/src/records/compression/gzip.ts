/** gzip by `node:zlib`, capped by `maxOutputLength`. */
import { gunzipSync, gzipSync } from "node:zlib"
import { capped } from "./bounds.ts"

/** Level 1 is several times faster than the usual 6 and packs batches nearly as well. */
export function compressGzip(bytes: Uint8Array, level = 1): Uint8Array {
  return gzipSync(bytes, { level })
}

export function decompressGzip(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  return capped("gzip", maxOutputBytes, (maxOutputLength) => gunzipSync(bytes, { maxOutputLength }))
}
