// Bundles the `rivven` command into apps/rivven/dist: starting from several hundred TypeScript files costs hundreds of milliseconds and
// megabytes that one stripped, shaken file does not. Packages that carry native code or load parts of themselves at run time stay outside.
import { rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { rolldown } from "rolldown"

const app = join(dirname(import.meta.dirname), "apps", "rivven")
const outside = [/^node:/, "@node-rs/crc32", "@platformatic/wasm-utils", "undici", "pino"]

rmSync(join(app, "dist"), { recursive: true, force: true })
const bundle = await rolldown({
  input: { main: join(app, "src", "main.ts") },
  platform: "node",
  external: outside,
  cwd: app,
  logLevel: "warn",
})
await bundle.write({
  dir: join(app, "dist"),
  format: "esm",
  sourcemap: true,
  entryFileNames: "[name].mjs",
  chunkFileNames: "[name]-[hash].mjs",
})
await bundle.close()
