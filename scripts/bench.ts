// `npm run bench`: every claim, or the named ones. Flags after them go to each: `npm run bench -- broker-start --smoke`.
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"

const bench = join(dirname(import.meta.dirname), "bench")
const claims = readdirSync(bench).filter((name) => existsSync(join(bench, name, "run.ts")))
const named = process.argv.slice(2).filter((argument) => !argument.startsWith("-"))
const flags = process.argv.slice(2).filter((argument) => argument.startsWith("-"))
const unknown = named.find((name) => !claims.includes(name))
if (unknown) {
  process.stderr.write(`unknown claim ${unknown}: expected ${claims.join(", ")}\n`)
  process.exit(1)
}
for (const claim of named.length > 0 ? named : claims) {
  const { status } = spawnSync(process.execPath, [join(bench, claim, "run.ts"), ...flags], { stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
}
