// `npm run compat`: other people's clients against a Rivven node on a free port. Every case that a client's tests.allow lists must pass; a case
// that is not listed runs too and must fail, so that the list only grows. `--against kafka` runs the same drivers against Apache Kafka.
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import { kafkaClasspath, startApacheKafka } from "@rivven/client/testing"
import { dumpLogSegments } from "../e2e/compat/dump-log-segments.ts"
import { startNode } from "../e2e/fixtures/node.ts"
import { franzGoTests } from "./franz-go.ts"
import { librdkafkaTests } from "./librdkafka.ts"
import { cacheDir, provideTools, pythonVenv } from "./tools.ts"

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { against: { type: "string", default: "rivven" }, report: { type: "string" } },
})
const clients = positionals.length > 0 ? positionals : ["kcat", "python", "java", "franz-go", "librdkafka"]
const compatDir = join(dirname(import.meta.dirname), "e2e", "compat")
const caseTimeoutMs = 240_000

for (const { name, remedy } of provideTools()) process.stderr.write(`${name} is missing. Install it with: ${remedy}\n`)
const counts = { passed: 0, failed: 0, skipped: 0 }
const folder = mkdtempSync(join(tmpdir(), "rivven-compat-"))
await using broker =
  flags.against === "kafka"
    ? await startApacheKafka({ properties: { "num.partitions": "4" } })
    : await startNode({ node: { data_dir: join(folder, "data") }, topics: { default_partitions: 4 } }, folder)
const env = {
  ...process.env,
  PYTHON: join(pythonVenv, "bin", "python"),
  KAFKA_CLASSPATH: await kafkaClasspath(),
  FRANZ_GO: franzGoTests(cacheDir),
  LIBRDKAFKA: librdkafkaTests(cacheDir),
}

for (const client of clients) {
  const driver = join(compatDir, client, "run.sh")
  const allowed = new Set(
    readFileSync(join(compatDir, client, "tests.allow"), "utf8")
      .split("\n")
      .filter((line) => /^[^#\s]/.test(line)),
  )
  const cases = spawnSync(driver, ["list"], { encoding: "utf8", env }).stdout.trim().split("\n")
  const missing = [...allowed].filter((name) => !cases.includes(name))
  for (const name of missing) say(false, `${client} ${name}: listed in tests.allow, but no such case exists`)
  for (const name of cases) await runCase({ client, driver, name, isAllowed: allowed.has(name) })
}
if ("stop" in broker && flags.against !== "kafka") {
  await broker.stop()
  const { files, complaints } = dumpLogSegments(join(folder, "data"), env.KAFKA_CLASSPATH)
  say(files > 0 && complaints.length === 0, `DumpLogSegments reads ${files} files\n${complaints.slice(0, 15).join("\n")}`.trimEnd())
}
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`)
if (flags.report) writeFileSync(flags.report, JSON.stringify(counts))
process.exitCode = counts.failed === 0 ? 0 : 1

interface Case {
  client: string
  driver: string
  name: string
  isAllowed: boolean
}

async function runCase({ client, driver, name, isAllowed }: Case): Promise<void> {
  const started = performance.now()
  const { code, output } = await execute(driver, [name, broker.bootstrap])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (code === 0 && isAllowed) say(true, `${client} ${name} (${seconds} s)`)
  else if (code === 0) say(false, `${client} ${name} passes: add it to tests.allow`)
  else if (isAllowed) say(false, `${client} ${name} (${seconds} s)\n${output.split("\n").slice(-15).join("\n")}`)
  else say(true, `${client} ${name} fails as FINDINGS.md says`)
}

function say(isPassed: boolean, text: string): void {
  counts[isPassed ? "passed" : "failed"]++
  process.stdout.write(`${isPassed ? "ok     " : "FAILED "} ${text}\n`)
}

function execute(file: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true })
    let output = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    const timer = setTimeout(() => child.pid && process.kill(-child.pid, "SIGKILL"), caseTimeoutMs)
    child.on("close", (code) => {
      clearTimeout(timer)
      resolve({ code, output })
    })
  })
}
