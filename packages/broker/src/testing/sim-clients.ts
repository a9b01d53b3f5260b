/** Producers and readers of a simulation: they talk to whatever log is up, write down what they saw, and never look inside. */
import { decodeBatch, encodeBatch } from "@rivven/protocol/records"
import type { LogManager } from "../log/log-manager.ts"
import type { Partition } from "../log/partition.ts"
import type { Cell, History } from "./checker/history.ts"
import type { SimRandom } from "./sim-random.ts"
import type { SimWorld } from "./sim-world.ts"

export interface ClientContext {
  world: SimWorld
  history: History
  random: SimRandom
  /** The log that is up, if one is. */
  log: () => LogManager | null
  isOver: () => boolean
  nextValue: () => number
}

export const sleep = (world: SimWorld, ms: number): Promise<void> => new Promise((done) => void world.scheduler.at(ms, done))

export const keyOf = (topic: string, index: number): string => `${topic}-${index}`

function partitionOf(context: ClientContext, key: string): Partition | undefined {
  const dash = key.lastIndexOf("-")
  return context.log()?.partition(key.slice(0, dash), Number(key.slice(dash + 1)))
}

interface Unresolved {
  values: number[]
  padding: number
  baseSequence: number
  isResolved: boolean
}

/** Sends to one partition; with a producer id it keeps up to five batches open and resends them in order with their sequences. */
export class SimProducer {
  readonly name: string
  private readonly context: ClientContext
  private readonly key: string
  private readonly producerId: number
  private nextSequence = 0
  private window: Unresolved[] = []
  private needsResend = false

  constructor(context: ClientContext, { name, key, producerId }: { name: string; key: string; producerId: number }) {
    this.context = context
    this.name = name
    this.key = key
    this.producerId = producerId
  }

  async run(): Promise<void> {
    const { world, random, isOver } = this.context
    while (!isOver()) {
      await sleep(world, random.next() * 12)
      this.turn()
    }
    for (const batch of this.window) if (!batch.isResolved) this.resolve(batch, "info", {})
  }

  private turn(): void {
    const { random } = this.context
    const partition = partitionOf(this.context, this.key)
    if (partition === undefined) return
    if (this.needsResend) {
      this.needsResend = false
      for (const batch of [...this.window]) if (!this.send(partition, batch)) return
    }
    for (let count = 1 + random.below(3); count > 0 && this.window.length < 5; count--) {
      const batch = this.freshBatch()
      this.window.push(batch)
      this.context.history.add(this.name, "invoke", { op: { f: "send", key: this.key, values: batch.values } })
      if (!this.send(partition, batch)) return
    }
  }

  private freshBatch(): Unresolved {
    const { random, nextValue } = this.context
    const values = Array.from({ length: 1 + random.below(4) }, nextValue)
    const baseSequence = this.nextSequence
    this.nextSequence += values.length
    return { values, padding: random.below(random.chance(0.1) ? 900 : 120), baseSequence, isResolved: false }
  }

  /** False when the rest has to wait for a later turn. */
  private send(partition: Partition, batch: Unresolved): boolean {
    const { world, history } = this.context
    const isIdempotent = this.producerId >= 0
    const answer = partition.append(
      encodeBatch({
        records: batch.values.map((value) => ({
          timestamp: 1_700_000_000_000 + Math.floor(world.scheduler.nowMs),
          key: null,
          value: Buffer.from(String(value).padEnd(batch.padding)),
          headers: [],
        })),
        ...(isIdempotent ? { producerId: this.producerId, producerEpoch: 0, baseSequence: batch.baseSequence } : {}),
      }),
    )
    if (!answer.ok) {
      if (!isIdempotent) this.resolve(batch, "fail", { error: answer.error })
      else if (answer.error !== "KAFKA_STORAGE_ERROR" && batch === this.window[0]) {
        history.violations.push(`C3: ${this.name} was refused its oldest open batch: ${answer.message}`)
      }
      this.needsResend = isIdempotent
      return false
    }
    void this.await(batch, { baseOffset: answer.baseOffset, acked: partition.whenAcked(answer.lastOffset) })
    return true
  }

  private async await(batch: Unresolved, { baseOffset, acked }: { baseOffset: number; acked: Promise<void> }): Promise<void> {
    const outcome = await Promise.race([acked.then(() => "acked" as const).catch(() => "rejected" as const), this.context.world.death])
    if (outcome === "acked") this.resolve(batch, "ok", { offset: baseOffset })
    else if (this.producerId < 0) this.resolve(batch, "info", {})
    else this.needsResend = true
  }

  private resolve(batch: Unresolved, type: "ok" | "fail" | "info", { offset, error }: { offset?: number; error?: string }): void {
    if (batch.isResolved) return
    batch.isResolved = true
    this.window = this.window.filter((one) => one !== batch)
    const op = { f: "send" as const, key: this.key, values: batch.values, ...(offset === undefined ? {} : { offset }) }
    this.context.history.add(this.name, type, error === undefined ? { op } : { op, error })
  }
}

/** Follows one partition up to its high watermark and sometimes starts over. */
export class SimReader {
  private readonly context: ClientContext
  private readonly name: string
  private readonly key: string

  constructor(context: ClientContext, { name, key }: { name: string; key: string }) {
    this.context = context
    this.name = name
    this.key = key
  }

  async run(): Promise<void> {
    const { world, random, isOver, history } = this.context
    let offset = 0
    while (!isOver()) {
      await sleep(world, random.next() * (random.chance(0.3) ? 2 : 25))
      const partition = partitionOf(this.context, this.key)
      if (partition === undefined) continue
      if (random.chance(0.05)) offset = partition.logStartOffset
      const highWatermark = partition.highWatermark
      const read = await Promise.race([readCells(partition, offset, 200 + random.below(3_000)), world.death])
      if (read === "died") continue
      if ("error" in read) {
        offset = partition.logStartOffset
        if (read.error === "CORRUPT_MESSAGE") history.violations.push(`C18: ${this.key} was reported damaged: ${read.message}`)
        continue
      }
      offset = read.nextOffset
      history.add(this.name, "ok", { op: { f: "poll", key: this.key, cells: read.cells, highWatermark } })
    }
  }
}

type CellsRead = { cells: Cell[]; nextOffset: number } | { error: string; message: string }

export async function readCells(partition: Partition, offset: number, maxBytes: number): Promise<CellsRead> {
  const answer = await partition.read({ offset, maxBytes })
  if (!answer.ok) return answer
  const cells = answer.slices.flatMap((slice) => cellsOf(slice)).filter(([at]) => at >= offset)
  answer.release()
  return { cells, nextOffset: answer.nextOffset }
}

/** Offsets and values of whole batches, without markers. */
export function cellsOf(slice: Uint8Array): Cell[] {
  const cells: Cell[] = []
  for (let at = 0; at < slice.length; ) {
    const { header, records } = decodeBatch(slice.subarray(at))
    if (!header.isControl) for (const record of records) cells.push([record.offset, Number(Buffer.from(record.value ?? []).toString())])
    at += header.sizeBytes
  }
  return cells
}
