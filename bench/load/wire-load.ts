// The open-loop load generator of bench/load/wire, a Go program without modules; built once per version of its sources.
import { execFileSync, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { cacheDir } from "../../scripts/tools.ts"

const sources = join(import.meta.dirname, "wire")

/** Latencies in milliseconds. */
export interface Latencies {
  count: number
  rate: number
  p50_ms: number
  p99_ms: number
  p999_ms: number
  max_ms: number
  errors: number
}

function provideWireLoad(): string {
  const hash = createHash("sha256")
  for (const name of readdirSync(sources).sort()) hash.update(readFileSync(join(sources, name)))
  const program = join(cacheDir, `wire-load-${hash.digest("hex").slice(0, 12)}`)
  if (existsSync(program)) return program
  mkdirSync(cacheDir, { recursive: true })
  execFileSync("go", ["build", "-o", program, "."], { cwd: sources, stdio: ["ignore", "inherit", "inherit"] })
  return program
}

const argumentsOf = (flags: Record<string, string | number | boolean>): string[] =>
  Object.entries(flags).map(([name, value]) => `-${name}=${value}`)

/** One phase to its end. Throws with what the program said when anything went wrong. */
export function wireLoad<T>(flags: Record<string, string | number | boolean>): T {
  const output = execFileSync(provideWireLoad(), argumentsOf(flags), { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })
  return JSON.parse(output)
}

/** Active connections alone, then beside idle ones; `look` runs while the idle ones are open and nothing else happens. */
export async function wireLoadBeside(
  flags: Record<string, string | number | boolean>,
  look: (idle: number) => Promise<void> | void,
): Promise<Latencies[]> {
  const child = spawn(provideWireLoad(), argumentsOf({ mode: "idle", ...flags }), { stdio: ["pipe", "pipe", "inherit"] })
  const results: Latencies[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line)
    if (!("idle" in said)) results.push(said)
    else {
      await look(said.idle)
      child.stdin.write("\n")
    }
  }
  if (child.exitCode === null) await once(child, "exit")
  if (child.exitCode !== 0) throw new Error(`the load generator ended with ${child.exitCode}`)
  return results
}
