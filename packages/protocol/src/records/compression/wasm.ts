/** The WASM compressors of snappy and lz4, loaded when the first record is compressed: a broker passes batches on and never needs them. */
import { createRequire } from "node:module"

type WasmUtils = Pick<typeof import("@platformatic/wasm-utils"), "snappyCompress" | "lz4Compress">

let loaded: WasmUtils | undefined

export function wasmUtils(): WasmUtils {
  loaded ??= createRequire(import.meta.url)("@platformatic/wasm-utils") as WasmUtils
  return loaded
}
