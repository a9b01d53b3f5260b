// rdkafka_performance of a current librdkafka: the load generator that judges both sides alike. The library's sources come from the npm tarball
// of @confluentinc/kafka-javascript, the program's source from that of node-rdkafka, because the first carries no examples. Needs gcc and make.
import { execFileSync, spawn } from "node:child_process"
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { cacheDir } from "../../scripts/tools.ts"

const library = "@confluentinc/kafka-javascript@1.10.1"
const examples = "node-rdkafka@3.6.1"
export const rdkafkaVersion = "librdkafka 2.15.1"
const home = join(cacheDir, "librdkafka-2.15.1")
const program = join(home, "rdkafka_performance")

/** Builds the program once, about two minutes on two cores. Throws when the tool chain or the packages are missing. */
export function provideRdkafkaPerformance(): void {
  if (existsSync(program)) return
  process.stdout.write(`building rdkafka_performance (${rdkafkaVersion}) into ${home}\n`)
  const work = mkdtempSync(join(tmpdir(), "rdkafka-"))
  const run = (cwd: string, file: string, args: string[]) => execFileSync(file, args, { cwd, stdio: ["ignore", "ignore", "pipe"] })
  try {
    const [libraryTarball, examplesTarball] = [library, examples].map((name) =>
      execFileSync("npm", ["pack", "--silent", name], { cwd: work, encoding: "utf8" }).trim(),
    )
    for (const [name, tarball] of Object.entries({ library: libraryTarball, examples: examplesTarball })) {
      mkdirSync(join(work, name))
      run(work, "tar", ["xzf", tarball ?? "", "-C", name, "package/deps/librdkafka"])
    }
    const source = join(work, "library", "package", "deps", "librdkafka")
    cpSync(join(work, "examples", "package", "deps", "librdkafka", "examples"), join(source, "examples"), { recursive: true })
    chmodSync(join(source, "configure"), 0o755)
    run(source, "./configure", ["--disable-curl"])
    run(source, "make", ["-j2", "-C", "src", "librdkafka.so.1"])
    run(join(source, "examples"), "gcc", [
      "-O2",
      "-I../src",
      "rdkafka_performance.c",
      "-o",
      "rdkafka_performance",
      "../src/librdkafka.so.1",
      "-lm",
      "-lpthread",
    ])
    mkdirSync(home, { recursive: true })
    copyFileSync(join(source, "src", "librdkafka.so.1"), join(home, "librdkafka.so.1"))
    copyFileSync(join(source, "examples", "rdkafka_performance"), program)
    chmodSync(program, 0o755)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

export interface LoadResult {
  messages: number
  seconds: number
  bytesPerSecond: number
  messagesPerSecond: number
}

export interface ProduceLoad {
  bootstrap: string
  topic: string
  messages: number
  sizeBytes: number
  batchBytes: number
  lingerMs: number
  /** Number of producer processes at once; the messages are divided among them. */
  producers?: number
}

/** Produces with acks=all to partition 0 and answers what was acknowledged. Throws when a message was not delivered. */
export async function produceLoad(load: ProduceLoad): Promise<LoadResult> {
  const producers = load.producers ?? 1
  const each = Math.floor(load.messages / producers)
  const started = performance.now()
  const outputs = await Promise.all(
    Array.from({ length: producers }, () => rdkafkaPerformance(produceArguments({ ...load, messages: each }))),
  )
  const seconds = (performance.now() - started) / 1000
  const results = outputs.map(parseDelivered)
  const messages = results.reduce((sum, result) => sum + result.messages, 0)
  if (messages !== each * producers) throw new Error(`${each * producers} messages were sent, ${messages} were acknowledged`)
  const slowest = producers === 1 ? (results[0]?.seconds ?? seconds) : seconds
  return { messages, seconds: slowest, messagesPerSecond: messages / slowest, bytesPerSecond: (messages * load.sizeBytes) / slowest }
}

function produceArguments(load: ProduceLoad): string[] {
  const settings = {
    "batch.size": load.batchBytes,
    "linger.ms": load.lingerMs,
    "queue.buffering.max.messages": 1_000_000,
    "queue.buffering.max.kbytes": 1_048_576,
    "batch.num.messages": 1_000_000,
    "message.max.bytes": 1_100_000,
  }
  return [
    "-P",
    "-t",
    load.topic,
    "-p",
    "0",
    "-s",
    `${load.sizeBytes}`,
    "-c",
    `${load.messages}`,
    "-b",
    load.bootstrap,
    "-a",
    "-1",
    "-q",
    "-i",
    "100000",
    ...properties(settings),
  ]
}

export interface ConsumeLoad {
  bootstrap: string
  topic: string
  messages: number
  fetchBytes: number
}

/** Reads partition 0 from the beginning. Throws when fewer messages arrive. */
export async function consumeLoad(load: ConsumeLoad): Promise<LoadResult> {
  const settings = {
    "fetch.message.max.bytes": load.fetchBytes,
    "fetch.max.bytes": 67_108_864,
    "queued.max.messages.kbytes": 262_144,
    "check.crcs": "false",
  }
  const output = await rdkafkaPerformance([
    "-C",
    "-t",
    load.topic,
    "-p",
    "0",
    "-o",
    "beginning",
    "-c",
    `${load.messages}`,
    "-b",
    load.bootstrap,
    "-q",
    "-i",
    "100000",
    ...properties(settings),
  ])
  const match = /(\d+) messages \((\d+) bytes\).*?consumed in (\d+)ms/s.exec(output)
  if (!match) throw new Error(`rdkafka_performance printed no result: ${output.slice(-400)}`)
  const [messages, bytes, ms] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (messages < load.messages) throw new Error(`${load.messages} messages were asked for, ${messages} came`)
  return { messages, seconds: ms / 1000, messagesPerSecond: (messages * 1000) / ms, bytesPerSecond: (bytes * 1000) / ms }
}

function parseDelivered(output: string): { messages: number; seconds: number } {
  const match = /(\d+) messages produced \(\d+ bytes\), (\d+) delivered .*? in (\d+)ms/s.exec(output)
  if (!match) throw new Error(`rdkafka_performance printed no result: ${output.slice(-400)}`)
  return { messages: Number(match[2]), seconds: Number(match[3]) / 1000 }
}

function properties(settings: Record<string, string | number>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-X", `${name}=${value}`])
}

function rdkafkaPerformance(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, LD_LIBRARY_PATH: home }, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (chunk) => (output += chunk))
    child.stderr.on("data", (chunk) => (output += chunk))
    const timer = setTimeout(() => child.kill("SIGINT"), 120_000)
    child.on("error", reject)
    child.on("exit", (code) => {
      clearTimeout(timer)
      if (code === 0) resolve(output)
      else reject(new Error(`rdkafka_performance ended with ${code}: ${output.slice(-400)}`))
    })
  })
}
