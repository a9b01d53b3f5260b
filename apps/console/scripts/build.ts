// Builds the exported shell into out/ and writes .br and .gz beside each asset. Fails when a chunk carries what no client may load.
//   node apps/console/scripts/build.ts
import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"
import { readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { brotliCompress, constants, gzip } from "node:zlib"
import { firstLoads, forbiddenChunks } from "./check-output.ts"

const app = dirname(import.meta.dirname)
const out = join(app, "out")

await rm(out, { recursive: true, force: true })
const next = fileURLToPath(import.meta.resolve("next/dist/bin/next"))
const build = spawnSync("env", ["NEXT_TELEMETRY_DISABLED=1", "NODE_ENV=production", process.execPath, next, "build"], {
  cwd: app,
  stdio: ["ignore", "inherit", "inherit"],
})
if (build.status !== 0) process.exit(build.status ?? 1)

const problems = forbiddenChunks(out)
for (const problem of problems) process.stderr.write(`${problem}\n`)
for (const { route, gzipBytes, budgetBytes } of firstLoads(out)) {
  const mark = gzipBytes > budgetBytes ? "over its budget of" : "of"
  process.stdout.write(`${route.padEnd(16)} first load ${Math.round(gzipBytes / 1000)} kB ${mark} ${budgetBytes / 1000} kB\n`)
}

// HTML is compressed per request, because each answer carries its own nonce.
const assets = globSync("**/*.{js,css,txt,svg,json,ico}", { cwd: out })
await Promise.all(assets.map((file) => compress(join(out, file))))
process.stdout.write(`console: ${assets.length} assets compressed\n`)
process.exitCode = problems.length === 0 ? 0 : 1

async function compress(file: string): Promise<void> {
  const bytes = await readFile(file)
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
    promisify(gzip)(bytes, { level: 9 }),
  ])
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)])
}
