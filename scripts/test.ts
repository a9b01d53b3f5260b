// `npm test`: checks, unit, integration, end-to-end and compat suites in that order, whatever failed before, with one last line of counts.
// `npm test -- unit it` runs the named stages only.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { provideTools } from "./tools.ts"

const root = dirname(import.meta.dirname)
const reports = mkdtempSync(join(tmpdir(), "rivven-test-"))

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const stages: Record<string, () => Counts> = { tools, check, unit, it: integration, e2e: endToEnd, compat }
const named = process.argv.slice(2)
const unknown = named.find((name) => !(name in stages))
if (unknown) {
  process.stderr.write(`unknown stage ${unknown}: expected ${Object.keys(stages).join(", ")}\n`)
  process.exit(1)
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const lines: string[] = []
for (const [name, stage] of Object.entries(stages)) {
  if (named.length > 0 && !named.includes(name)) continue
  process.stdout.write(`\n── ${name}\n`)
  const started = performance.now()
  const counts = stage()
  for (const key of ["passed", "failed", "skipped"] as const) total[key] += counts[key]
  lines.push(
    `${name.padEnd(8)} ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped, ${Math.round((performance.now() - started) / 1000)} s`,
  )
}
rmSync(reports, { recursive: true, force: true })
process.stdout.write(`\n${lines.join("\n")}\n\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

/** One command, counted as one test. */
function command(title: string, args: readonly string[]): Counts {
  const [file = "", ...rest] = args
  const result = spawnSync(file, rest, { cwd: root, stdio: ["ignore", "inherit", "inherit"] })
  const isPassed = result.status === 0
  process.stdout.write(`${isPassed ? "ok" : "FAILED"}  ${title}\n`)
  return { passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1, skipped: 0 }
}

function sum(all: readonly Counts[]): Counts {
  return all.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }), {
    passed: 0,
    failed: 0,
    skipped: 0,
  })
}

function tools(): Counts {
  const missing = provideTools()
  for (const { name, remedy } of missing) process.stderr.write(`FAILED  ${name} is missing. Install it with: ${remedy}\n`)
  return { passed: missing.length === 0 ? 1 : 0, failed: missing.length, skipped: 0 }
}

function check(): Counts {
  return sum([
    command("node is 24", ["node", "-e", "if (!process.version.startsWith('v24.')) { console.error(process.version); process.exit(1) }"]),
    command("types", ["tsc", "--noEmit", "-p", "."]),
    command("types of the console", ["tsc", "--noEmit", "-p", "apps/console"]),
    command("biome", ["biome", "check", "."]),
    command("oxlint", ["oxlint", "--type-aware"]),
    command("boundaries", ["node", "scripts/check-boundaries.ts"]),
    command("docs", ["node", "scripts/check-docs.ts"]),
    command("generated files are current (npm run generate)", ["node", "scripts/generate.ts", "--check"]),
  ])
}

function vitest(name: string, projects: readonly string[]): Counts {
  const report = join(reports, `${name}.json`)
  const args = [
    "run",
    ...projects.flatMap((project) => ["--project", project]),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]
  const result = spawnSync("vitest", args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] })
  return fromReport(result.status, () => {
    const json = JSON.parse(readFileSync(report, "utf8"))
    return {
      passed: json.numPassedTests,
      failed: Math.max(json.numFailedTests, json.success ? 0 : 1),
      skipped: json.numPendingTests + json.numTodoTests,
    }
  })
}

/** A runner that died without a report, or that failed without a failed test, counts as one failure. */
function fromReport(status: number | null, read: () => Counts): Counts {
  try {
    const counts = read()
    return status === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function unit(): Counts {
  return vitest("unit", ["unit", "dom"])
}

function integration(): Counts {
  return vitest("it", ["it"])
}

function endToEnd(): Counts {
  const report = join(reports, "e2e.json")
  const result = spawnSync("playwright", ["test", "-c", "e2e/playwright.config.ts", "--reporter=list,json"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  })
  return fromReport(result.status, () => {
    const { stats } = JSON.parse(readFileSync(report, "utf8"))
    return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped }
  })
}

function compat(): Counts {
  const report = join(reports, "compat.json")
  const result = spawnSync("node", ["scripts/compat.ts", "--report", report], { cwd: root, stdio: ["ignore", "inherit", "inherit"] })
  return fromReport(result.status, () => JSON.parse(readFileSync(report, "utf8")))
}
