// `npm run dev`: Rivven on its usual ports with a restart on every change of a server source, and `next dev` on port 3000 in front of it.
import { spawn } from "node:child_process"
import { dirname, join } from "node:path"

const root = dirname(import.meta.dirname)
const server = spawn(
  process.execPath,
  ["--watch", "--watch-preserve-output", join(root, "apps", "rivven", "src", "main.ts"), "up", ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
)
const pages = spawn("next", ["dev", "--port", "3000"], { cwd: join(root, "apps", "console"), stdio: "inherit" })
const children = [server, pages]
for (const child of children) child.on("exit", stopAll)
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {})

function stopAll(): void {
  for (const child of children) child.kill("SIGTERM")
}
