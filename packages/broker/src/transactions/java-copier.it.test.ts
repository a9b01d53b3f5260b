/** Exactly once, judged by Kafka's own copier: it moves a partition in transactions while it and the broker are killed again and again. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { kafkaClasspath } from "@rivven/client/testing"
import { count } from "@rivven/protocol/testing"
import { expect, test } from "vitest"
import { BrokerProcess } from "../testing/loop/broker-process.ts"
import { fetchOnce } from "../testing/loop/wire-clients.ts"
import { batchOf, Talk } from "../testing/talk.ts"
import { WireClient } from "../testing/wire-client.ts"

const records = count({ ci: 20_000, campaign: 100_000 })
const bounces = count({ ci: 8, campaign: 500 })
const batch = 500
const mostRuns = bounces * 4

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, "close")
  return port
}

class Copier {
  readonly #args: readonly string[]
  #process: ChildProcess | null = null
  output = ""

  constructor(classpath: string, port: number) {
    const tool = ["org.apache.kafka.tools.TransactionalMessageCopier", "--broker-list", `127.0.0.1:${port}`]
    const topics = ["--input-topic", "in", "--input-partition", "0", "--output-topic", "out", "--consumer-group", "copiers"]
    const transactions = [
      "--transactional-id",
      "copier",
      "--transaction-size",
      "50",
      "--transaction-timeout",
      "10000",
      "--enable-random-aborts",
    ]
    this.#args = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classpath, ...tool, ...topics, ...transactions]
  }

  /** Resolves with the exit code; null when it was killed. */
  async run(): Promise<number | null> {
    const child = spawn("java", this.#args, { stdio: ["ignore", "pipe", "pipe"] })
    this.#process = child
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-4_000)
    }
    child.stdout.on("data", keep)
    child.stderr.on("data", keep)
    const [code] = await once(child, "exit")
    this.#process = null
    return code as number | null
  }

  kill(): void {
    this.#process?.kill("SIGKILL")
  }
}

async function fill(port: number): Promise<void> {
  await using talk = await Talk.to({ host: "127.0.0.1", port })
  for (const name of ["in", "out"]) expect((await talk.createTopic(name)).error).toBe("NONE")
  for (let from = 0; from < records; from += batch) {
    const values = Array.from({ length: Math.min(batch, records - from) }, (_, index) => String(from + index))
    expect((await talk.produce("in", batchOf(values, { timestamp: Date.now() }))).error).toBe("NONE")
  }
}

async function lengthOf(port: number, topic: string): Promise<number> {
  await using talk = await Talk.to({ host: "127.0.0.1", port })
  return (await talk.offsetAt(topic, -1)).offset
}

async function readCommitted(port: number): Promise<number[]> {
  await using connection = await WireClient.connect({ host: "127.0.0.1", port })
  const values: number[] = []
  for (let offset = 0, end = 1; offset < end; ) {
    const read = await fetchOnce(connection, { topic: "out", partition: 0, offset, isCommitted: true })
    if (read?.error !== "NONE") throw new Error(`reading the copy at ${offset}: ${read?.error ?? "connection lost"}`)
    if (read.nextOffset === offset && read.highWatermark > offset)
      throw new Error(`stable up to ${read.lastStable} of ${read.highWatermark} only`)
    values.push(...read.cells.map(([, value]) => value))
    offset = read.nextOffset
    end = read.highWatermark
  }
  return values
}

test(`copies ${records} records exactly once over ${bounces} kills of broker and copier`, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "rivven-copier-"))
  const port = await freePort()
  const broker = new BrokerProcess(dataDir, { port })
  const copier = new Copier(await kafkaClasspath(), port)
  let isOver = false
  try {
    await broker.start()
    await fill(port)
    let bounced = 0
    const bouncing = (async () => {
      for (let bounce = 0; bounce < bounces && !isOver; bounce++) {
        const before = await lengthOf(port, "out")
        while (!isOver && (await lengthOf(port, "out")) === before) await sleep(50)
        await sleep(100 + bounce * 40)
        if (isOver) return
        bounced++
        if (bounce % 3 === 2) copier.kill()
        expect((await broker.end("SIGKILL")).signal).toBe("SIGKILL")
        await broker.start()
      }
    })()
    let code: number | null = null
    for (let run = 0; run < mostRuns && code !== 0; run++) code = await copier.run()
    isOver = true
    await bouncing
    expect(code, copier.output).toBe(0)
    expect(bounced, "kills that happened while it copied").toBe(bounces)
    const copied = await readCommitted(port)
    expect(copied).toEqual(Array.from({ length: records }, (_, value) => value))
    expect((await broker.end("SIGTERM")).code).toBe(0)
  } finally {
    isOver = true
    copier.kill()
    await broker.end("SIGKILL")
    rmSync(dataDir, { recursive: true, force: true })
  }
})
