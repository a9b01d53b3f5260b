/** Kafka's own tool reads our files and finds nothing to complain about. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { encodeBatch } from "@rivven/protocol/records"
import { expect, test } from "vitest"
import { nodeDisk } from "../storage/node-disk.ts"
import { nodeClock, nodeRandom } from "../storage/node-time.ts"
import { put, topicId } from "../testing/log-fixture.ts"
import { LogManager } from "./log-manager.ts"

const jars = join(homedir(), ".cache", "rivven", "kafka", "4.3.1")
const obstacle = existsSync(jars) ? null : `Kafka's jars are not in ${jars}: npm test puts them there`

test.skipIf(obstacle !== null)(`Kafka's DumpLogSegments reads every file${obstacle === null ? "" : ` (${obstacle})`}`, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "rivven-format-"))
  const silent = { info: () => {}, warn: () => {}, error: () => {} }
  const manager = await LogManager.open({ disk: nodeDisk(dataDir), clock: nodeClock, random: nodeRandom, logger: silent, reserveBytes: 0 })
  const config = { segmentBytes: 3_000, indexIntervalBytes: 200 }
  const log = await manager.createPartition({ topic: "orders", topicId, index: 0, config })
  for (let round = 0; round < 60; round++) {
    const producer = { id: 77, sequence: round * 2 }
    await put(log, [round, round], { producer, timestamp: Date.now() + round, ...(round % 2 ? { codec: "lz4" as const } : {}) })
  }
  await manager.close()

  const dir = join(dataDir, "orders-0")
  const files = readdirSync(dir).filter((name) => /\.(log|index|timeindex|snapshot)$/.test(name))
  const dump = (names: string[], ...flags: string[]): string =>
    execFileSync(
      "java",
      ["-cp", join(jars, "*"), "org.apache.kafka.tools.DumpLogSegments", "--files", names.map((name) => join(dir, name)).join(), ...flags],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    )
  const output = dump(files.sort(), "--deep-iteration", "--print-data-log")
  expect(output).not.toMatch(/mismatch|corrupt|invalid|exception/i)
  expect(output.match(/^\| offset: /gm)).toHaveLength(120)
  expect(output).toMatch(/producerId: 77 producerEpoch: 0 .* lastOffset: 119/)
  const indexes = files.filter((name) => name.endsWith("index"))
  expect(dump(indexes, "--index-sanity-check").match(/passed sanity check/g)).toHaveLength(indexes.length)
  expect(dump(indexes, "--verify-index-only")).not.toMatch(/mismatch/i)
  rmSync(dataDir, { recursive: true })
})

test.skipIf(obstacle !== null)("Kafka's DumpLogSegments reads compacted segments", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "rivven-compacted-"))
  const silent = { info: () => {}, warn: () => {}, error: () => {} }
  const manager = await LogManager.open({ disk: nodeDisk(dataDir), clock: nodeClock, random: nodeRandom, logger: silent, reserveBytes: 0 })
  const config = { segmentBytes: 3_000, indexIntervalBytes: 200, cleanupPolicy: "compact" } as const
  const log = await manager.createPartition({ topic: "orders", topicId, index: 0, config })
  const text = (value: string) => new TextEncoder().encode(value)
  for (let round = 0; round < 120; round++) {
    const records = [`k${round % 7}`, `only ${round % 30}`].map((key) => ({
      timestamp: Date.now(),
      key: text(key),
      value: round % 5 === 0 ? null : text(`${round}`.padEnd(40)),
    }))
    const answer = log.append(encodeBatch({ records, ...(round % 2 ? { codec: "lz4" as const } : {}) }))
    if (answer.ok) await log.whenAcked(answer.lastOffset)
  }
  expect(await manager.applyCompaction()).toBeGreaterThan(0)
  await manager.close()

  const dir = join(dataDir, "orders-0")
  const dump = (kinds: RegExp, ...flags: string[]): string => {
    const names = readdirSync(dir).filter((name) => kinds.test(name))
    const args = ["--files", names.map((name) => join(dir, name)).join(), ...flags]
    return execFileSync("java", ["-cp", join(jars, "*"), "org.apache.kafka.tools.DumpLogSegments", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    })
  }
  const output = dump(/\.log$/, "--deep-iteration", "--print-data-log")
  expect(output).not.toMatch(/mismatch|corrupt|invalid|exception/i)
  expect(output).toMatch(/count: 0 /)
  expect(output).toMatch(/deleteHorizonMs: OptionalLong\[\d+\]/)
  expect(output.match(/^\| offset: /gm)?.length).toBeLessThan(120)
  expect(dump(/index$/, "--index-sanity-check")).not.toMatch(/mismatch|failed|exception/i)
  rmSync(dataDir, { recursive: true })
})
