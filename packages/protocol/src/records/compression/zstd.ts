/** zstd by `node:zlib`, capped by `maxOutputLength`. Frames of producers carry no content size; this decoder does not need it. */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import { capped } from "./bounds.ts"

export function compressZstd(bytes: Uint8Array, level = 3): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } })
}

export function decompressZstd(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  return capped("zstd", maxOutputBytes, (maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }))
}
