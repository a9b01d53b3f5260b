/** gzip and zstd by `node:zlib`, capped by `maxOutputLength`. Frames of zstd producers carry no content size; the decoder does not need it. */
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import { type CompressionError, corrupt, tooLarge } from "./bounds.ts"

type Inflate = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer

export function compressGzip(bytes: Uint8Array, level = 1): Uint8Array {
  return gzipSync(bytes, { level })
}

export function decompressGzip(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  return capped("gzip", gunzipSync, { bytes, maxOutputBytes })
}

export function compressZstd(bytes: Uint8Array, level = 3): Uint8Array {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } })
}

export function decompressZstd(bytes: Uint8Array, maxOutputBytes: number): Uint8Array {
  return capped("zstd", zstdDecompressSync, { bytes, maxOutputBytes })
}

function capped(format: string, inflate: Inflate, { bytes, maxOutputBytes }: { bytes: Uint8Array; maxOutputBytes: number }): Uint8Array {
  try {
    return inflate(bytes, { maxOutputLength: maxOutputBytes })
  } catch (error) {
    throw asCompressionError(format, error, maxOutputBytes)
  }
}

function asCompressionError(format: string, error: unknown, maxOutputBytes: number): CompressionError {
  const { code, message } = error as { code?: string; message?: string }
  return code === "ERR_BUFFER_TOO_LARGE" ? tooLarge(maxOutputBytes) : corrupt(format, message ?? "unreadable")
}
