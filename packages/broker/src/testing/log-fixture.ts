/** Tests of the log: one partition on a simulated disk, values that name themselves, and time that the test moves. */
import { type Codec, encodeBatch } from "@rivven/protocol/records"
import type { LogManager, LogManagerOptions } from "../log/log-manager.ts"
import type { AppendResult, LogConfig } from "../log/model.ts"
import type { Partition } from "../log/partition.ts"
import type { Disk } from "../ports.ts"
import { readCells } from "./sim-clients.ts"
import { SimWorld } from "./sim-world.ts"

export const topicId = "AAAAAAAAAAAAAAAAAAAAGQ"
export const startTime = 1_700_000_000_000

export interface BatchOptions {
  producer?: { id: number; epoch?: number; sequence: number }
  timestamp?: number
  timestamps?: number[]
  codec?: Codec
  padding?: number
}

export function batchOf(
  values: number[],
  { producer, timestamp = startTime, timestamps, codec, padding = 0 }: BatchOptions = {},
): Uint8Array {
  return encodeBatch({
    records: values.map((value, index) => ({
      timestamp: timestamps?.[index] ?? timestamp,
      key: null,
      value: Buffer.from(String(value).padEnd(padding)),
      headers: [],
    })),
    ...(codec ? { codec } : {}),
    ...(producer ? { producerId: producer.id, producerEpoch: producer.epoch ?? 0, baseSequence: producer.sequence } : {}),
  })
}

export interface LogUnderTest {
  world: SimWorld
  manager: LogManager
  log: Partition
  disk: Disk
  /** Appends and waits until it may be acknowledged. */
  put: (values: number[], options?: BatchOptions) => Promise<AppendResult>
  /** Everything up to the high watermark. */
  values: () => Promise<number[]>
}

export interface FixtureOptions extends Partial<LogManagerOptions> {
  config?: Partial<LogConfig>
  wrapDisk?: (disk: Disk) => Disk
  partitions?: number
}

/** Boots on what the world's disk holds, creating `t-0` when it is missing. */
export async function openLog(
  world: SimWorld,
  { config = {}, wrapDisk, partitions = 1, ...options }: FixtureOptions = {},
): Promise<LogUnderTest> {
  const manager = await world.boot(options, wrapDisk)
  await manager.reconcile(Array.from({ length: partitions }, (_, index) => ({ topic: "t", topicId, index, config })))
  const log = manager.partition("t", 0)!
  return {
    world,
    manager,
    log,
    disk: world.disk.mount(),
    put: (values, batch) => put(log, values, batch),
    values: () => valuesOf(log),
  }
}

export async function put(log: Partition, values: number[], options?: BatchOptions): Promise<AppendResult> {
  const answer = log.append(batchOf(values, options))
  if (answer.ok) await log.whenAcked(answer.lastOffset)
  return answer
}

export async function valuesOf(log: Partition, from = log.logStartOffset): Promise<number[]> {
  const values: number[] = []
  for (let offset = from; offset < log.highWatermark; ) {
    const read = await readCells(log, offset, 1_000)
    if ("error" in read) throw new Error(`${read.error}: ${read.message}`)
    if (read.nextOffset === offset) throw new Error(`nothing at ${offset}, below the high watermark`)
    values.push(...read.cells.map(([, value]) => value))
    offset = read.nextOffset
  }
  return values
}

/** Runs a test in virtual time. */
export function inWorld(
  run: (world: SimWorld) => Promise<void>,
  { seed = 1, capacityBytes }: { seed?: number; capacityBytes?: number } = {},
): Promise<void> {
  const world = new SimWorld(seed, capacityBytes)
  return world.scheduler.until(run(world), 100_000_000)
}
