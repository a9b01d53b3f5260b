// Runs one claim: pairs of runs, ours and the peer's next to each other, the starting side alternating, noisy pairs repeated; prints one table
// and appends one line to bench/results/<claim>.jsonl.
import { execFileSync } from "node:child_process"
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import { type Calibration, calibrate, describeMachine, drift } from "./machine.ts"
import { median, pairRatios, summarise } from "./statistics.ts"

/** One measured run of one side. Throw when the work was not really done. */
export interface Run {
  /** The claim's number, in `unit`. */
  value: number
  cpuUsPerOperation?: number
  peakRssBytes?: number
  /** What the same run says about the claim's further measures, by name. */
  more?: Record<string, number>
}

/** What a claim is about. */
export interface Measure {
  unit: string
  /** Whether a larger or a smaller value is the better one. */
  better: "larger" | "smaller"
  /** The ratio ours / theirs that is wanted, or an absolute value of ours. */
  goal: { ratio: number } | { absolute: number } | undefined
}

export interface Side {
  name: string
  version: string
  /** Stored in full with the result. */
  config: Record<string, unknown>
  run(context: RunContext): Promise<Run>
}

export interface RunContext {
  /** A fresh folder, removed after the run. */
  dir: string
  smoke: boolean
}

export interface Claim extends Measure {
  claim: string
  /** What was done, one line. */
  load: string
  /** Further measures of the same runs; each is reported as a line of its own. */
  more?: Record<string, Measure>
  ours: Side
  /** Undefined when the peer cannot be obtained: the claim is then not made. */
  theirs: Side | undefined
}

const root = dirname(dirname(import.meta.dirname))
const maxRepeats = 0.3

export const flags = parseArgs({
  options: {
    smoke: { type: "boolean", default: false },
    pairs: { type: "string", default: "5" },
    gate: { type: "boolean", default: false },
  },
}).values

export async function runClaim(claim: Claim): Promise<void> {
  const pairs = flags.smoke ? 1 : Number(flags.pairs)
  const work = mkdtempSync(join(tmpdir(), "rivven-bench-"))
  process.stdout.write(`\n${claim.claim}: ${claim.load}\n`)
  try {
    const outcome = await runPairs({ claim, pairs, work })
    report({ claim, ...outcome, work })
    for (const [name, measure] of Object.entries(claim.more ?? {})) {
      const [ours, theirs] = [outcome.ours, outcome.theirs].map((runs) => runs.map((run) => ({ value: run.more?.[name] ?? Number.NaN })))
      process.stdout.write(`  ${name}:\n`)
      report({ ...outcome, claim: { ...claim, ...measure, load: `${claim.load}: ${name}` }, ours: ours ?? [], theirs: theirs ?? [], work })
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

interface Outcome {
  ours: Run[]
  theirs: Run[]
  repeated: number
  calibration: Calibration
}

async function runPairs({ claim, pairs, work }: { claim: Claim; pairs: number; work: string }): Promise<Outcome> {
  const outcome: Outcome = { ours: [], theirs: [], repeated: 0, calibration: calibrate(work) }
  const once = async (side: Side): Promise<Run> => {
    const dir = mkdtempSync(join(work, "run-"))
    try {
      return await side.run({ dir, smoke: flags.smoke })
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }
  while (outcome.ours.length < pairs) {
    const isOursFirst = outcome.ours.length % 2 === 0
    const before = calibrate(work)
    const first = isOursFirst || !claim.theirs ? await once(claim.ours) : await once(claim.theirs)
    const between = calibrate(work)
    const second = claim.theirs ? await once(isOursFirst ? claim.theirs : claim.ours) : undefined
    if (drift(before, between) > 0.15 && !flags.smoke && outcome.repeated < pairs * maxRepeats) {
      outcome.repeated++
      continue
    }
    outcome.ours.push(isOursFirst || !second ? first : second)
    if (second) outcome.theirs.push(isOursFirst ? second : first)
  }
  return outcome
}

interface Report extends Outcome {
  claim: Claim
  work: string
}

function report({ claim, ours, theirs, repeated, calibration, work }: Report): void {
  const values = { ours: ours.map((run) => run.value), theirs: theirs.map((run) => run.value) }
  const ratios = pairRatios(values.ours, values.theirs)
  const ratio = ratios.length > 0 ? median(ratios) : undefined
  const isNoisy = repeated > ours.length * maxRepeats
  const met = isNoisy ? undefined : isMet(claim, ratio, median(values.ours))
  const line = {
    claim: claim.claim,
    load: claim.load,
    ...commit(),
    at: new Date().toISOString(),
    smoke: flags.smoke,
    machine: describeMachine(work, calibration),
    unit: claim.unit,
    sides: [sideLine(claim.ours, ours), ...(claim.theirs ? [sideLine(claim.theirs, theirs)] : [])],
    pair_ratios: ratios,
    ratio,
    low: ratios.length > 0 ? Math.min(...ratios) : undefined,
    high: ratios.length > 0 ? Math.max(...ratios) : undefined,
    goal: claim.goal,
    met,
    noise: { repeated, verdict: isNoisy ? "noisy: no verdict" : "ok" },
  }
  for (const side of line.sides) {
    const cpu = side.cpu_us_per_op === undefined ? "" : `, ${side.cpu_us_per_op.toFixed(2)} µs CPU per operation`
    const rss = side.rss_peak === undefined ? "" : `, peak ${(side.rss_peak / 1048576).toFixed(0)} MiB`
    process.stdout.write(
      `  ${side.name.padEnd(24)} ${format(side.median)} ${claim.unit} (${format(side.p25)} to ${format(side.p75)}, ${side.runs.length} runs${cpu}${rss})\n`,
    )
  }
  if (ratio === undefined) process.stdout.write("  peer absent: no claim is made\n")
  else process.stdout.write(`  ratio ${ratio.toFixed(2)}x (${line.low?.toFixed(2)} to ${line.high?.toFixed(2)})\n`)
  if (claim.goal)
    process.stdout.write(
      `  goal ${goalText(claim)}: ${met === undefined ? "no verdict" : met ? "met" : "MISSED"}${flags.smoke ? " (smoke run, one short pair)" : ""}\n`,
    )
  mkdirSync(join(root, "bench", "results"), { recursive: true })
  if (!flags.smoke) appendFileSync(join(root, "bench", "results", `${claim.claim}.jsonl`), `${JSON.stringify(line)}\n`)
  if (flags.gate && met === false) process.exitCode = 1
}

function sideLine(side: Side, runs: readonly Run[]) {
  const cpu = runs.flatMap((run) => run.cpuUsPerOperation ?? [])
  const rss = runs.flatMap((run) => run.peakRssBytes ?? [])
  const values = runs.map((run) => run.value)
  return {
    name: side.name,
    version: side.version,
    config: side.config,
    runs: values,
    ...summarise(values),
    cpu_us_per_op: cpu.length > 0 ? median(cpu) : undefined,
    rss_peak: rss.length > 0 ? Math.max(...rss) : undefined,
  }
}

function isMet({ goal, better }: Claim, ratio: number | undefined, ours: number): boolean | undefined {
  if (!goal) return undefined
  const [value, wanted] = "ratio" in goal ? [ratio, goal.ratio] : [ours, goal.absolute]
  if (value === undefined) return undefined
  return better === "larger" ? value >= wanted : value <= wanted
}

function goalText({ goal, better, unit }: Claim): string {
  const sign = better === "larger" ? "≥" : "≤"
  if (!goal) return "none"
  return "ratio" in goal ? `${sign} ${goal.ratio}x` : `${sign} ${goal.absolute} ${unit}`
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function commit(): { commit: string; dirty: boolean } {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim()
  return { commit: git("rev-parse", "--short", "HEAD"), dirty: git("status", "--porcelain").length > 0 }
}
