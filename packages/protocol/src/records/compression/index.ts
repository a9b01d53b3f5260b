/** The five codecs of record batches behind two functions. Synchronous: above 1 MiB call them from a worker. */
import type { Codec } from "../batch.ts"
import { compressGzip, decompressGzip } from "./gzip.ts"
import { compressLz4, decompressLz4 } from "./lz4.ts"
import { compressSnappy, decompressSnappy } from "./snappy.ts"
import { compressZstd, decompressZstd } from "./zstd.ts"

/** `max.decompressed.bytes`, 64 MiB. */
export const defaultMaxOutputBytes = 67_108_864

export interface CompressOptions {
  /** gzip 1-9 (1), zstd 1-22 (3); the others have none. */
  readonly level?: number
}

export function compress(codec: Codec, bytes: Uint8Array, { level }: CompressOptions = {}): Uint8Array {
  switch (codec) {
    case "none":
      return bytes
    case "gzip":
      return compressGzip(bytes, level)
    case "snappy":
      return compressSnappy(bytes)
    case "lz4":
      return compressLz4(bytes)
    case "zstd":
      return compressZstd(bytes, level)
  }
}

export interface DecompressOptions {
  /** More output than this is refused, as far as possible before it is allocated. */
  readonly maxOutputBytes?: number
}

/** Throws `CompressionError` only. */
export function decompress(
  codec: Codec,
  bytes: Uint8Array,
  { maxOutputBytes = defaultMaxOutputBytes }: DecompressOptions = {},
): Uint8Array {
  switch (codec) {
    case "none":
      return bytes
    case "gzip":
      return decompressGzip(bytes, maxOutputBytes)
    case "snappy":
      return decompressSnappy(bytes, maxOutputBytes)
    case "lz4":
      return decompressLz4(bytes, maxOutputBytes)
    case "zstd":
      return decompressZstd(bytes, maxOutputBytes)
  }
}
