// Serves fetches: waits until enough bytes are readable or time is up, then reads whole batches of every partition. A wait holds no
// memory and no file; it ends on a moving high watermark, on its deadline, when a topic goes, and when the client leaves. The first
// partition with data gets its first batch even if that exceeds every limit (KIP-74).
import type { ErrorName } from "@rivven/protocol"
import type { AbortedTransaction } from "../log/open-transactions.ts"
import type { Partition } from "../log/partition.ts"
import type { Peer } from "../net/peer.ts"
import type { Clock } from "../ports.ts"
import { checkPosition, type Divergence, endFor, type FetchPosition } from "./position.ts"
import type { ResponseMemory } from "./response-memory.ts"

export interface FetchTarget {
  readonly position: FetchPosition
  readonly find: () => Partition | ErrorName
}

export interface FetchLimits {
  readonly minBytes: number
  readonly maxBytes: number
  readonly maxWaitMs: number
  readonly peer: Peer
  /** Only what no open transaction may still take back. */
  readonly isCommitted: boolean
}

export interface FetchedPartition {
  readonly position: FetchPosition
  readonly error: ErrorName
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** By first offset; null for readers of everything. */
  readonly aborted: readonly AbortedTransaction[] | null
  readonly diverging: Divergence | null
  readonly slices: readonly Uint8Array[]
  readonly sizeBytes: number
}

export interface Fetched {
  readonly partitions: FetchedPartition[]
  /** How long the long poll waited for data, in ms: the client asked for that, it is no slowness. */
  readonly waitedMs: number
  readonly release: () => void
}

export interface FetcherOptions {
  readonly clock: Clock
  readonly memory: ResponseMemory
}

type Readable = { readonly log: Partition; readonly position: FetchPosition; readonly readableBytes: number }
type Checked = FetchedPartition | Readable

export class Fetcher {
  readonly #options: FetcherOptions
  readonly #waits = new Set<() => void>()

  constructor(options: FetcherOptions) {
    this.#options = options
  }

  /** Topics have changed: every waiting fetch looks again. */
  wakeAll(): void {
    for (const wake of [...this.#waits]) wake()
  }

  async fetch(targets: readonly FetchTarget[], limits: FetchLimits): Promise<Fetched> {
    const startedMs = this.#options.clock.monotonic()
    const deadline = startedMs + limits.maxWaitMs
    const check = (target: FetchTarget) => checkTarget(target, limits.isCommitted)
    let checked = targets.map(check)
    while (!isEnough(checked, limits.minBytes)) {
      const leftMs = deadline - this.#options.clock.monotonic()
      if (leftMs <= 0 || limits.peer.isLeaving) break
      await this.#wait(checked, leftMs, limits)
      checked = targets.map(check)
    }
    const waitedMs = this.#options.clock.monotonic() - startedMs
    return { ...(await this.#read(checked, limits)), waitedMs }
  }

  /** Until a high watermark of these partitions moves, or for the given time. */
  #wait(checked: readonly Checked[], ms: number, { minBytes, peer, isCommitted }: FetchLimits): Promise<void> {
    return new Promise((resolve) => {
      const undo: (() => void)[] = []
      const end = () => {
        for (const one of undo.splice(0)) one()
        this.#waits.delete(end)
        resolve()
      }
      const onMove = () => {
        if ((minBytes <= 1 && !isCommitted) || readableNow(checked, isCommitted) >= minBytes) end()
      }
      for (const one of checked) if ("log" in one) undo.push(one.log.onHighWatermark(onMove))
      undo.push(this.#options.clock.after(ms, end), peer.onLeaving(end))
      this.#waits.add(end)
    })
  }

  async #read(checked: readonly Checked[], { maxBytes, isCommitted }: FetchLimits): Promise<Omit<Fetched, "waitedMs">> {
    const { memory } = this.#options
    let left = memory.allowance(maxBytes)
    let isFirst = true
    const releases: (() => void)[] = []
    const reads = checked.map(async (one) => {
      if (!("log" in one)) return one
      if (one.readableBytes === 0 || (left <= 0 && !isFirst)) return answered(one, isCommitted)
      const share = { maxBytes: Math.max(0, Math.min(left, one.position.maxBytes)), minOneBatch: isFirst, isCommitted }
      left -= Math.min(share.maxBytes, one.readableBytes)
      isFirst = false
      return readOne(one, { ...share, releases })
    })
    const partitions = await settled(reads, releases)
    const sizeBytes = partitions.reduce((sum, one) => sum + one.sizeBytes, 0)
    memory.take(sizeBytes)
    releases.push(() => memory.give(sizeBytes))
    return { partitions, release: () => releaseAll(releases) }
  }
}

function checkTarget({ position, find }: FetchTarget, isCommitted: boolean): Checked {
  const log = find()
  if (typeof log === "string") return failed(position, log)
  const result = checkPosition(log, position, isCommitted)
  if ("error" in result) return failed(position, result.error, log)
  if ("diverging" in result) return { ...answered({ log, position }, isCommitted), diverging: result.diverging }
  return { log, position, readableBytes: result.readableBytes }
}

/** An error or a divergence is news too: the client hears of it at once. */
function isEnough(checked: readonly Checked[], minBytes: number): boolean {
  let bytes = 0
  for (const one of checked) {
    if (!("log" in one)) return true
    bytes += Math.min(one.readableBytes, one.position.maxBytes)
  }
  return bytes >= minBytes || checked.length === 0
}

function readableNow(checked: readonly Checked[], isCommitted: boolean): number {
  let bytes = 0
  for (const one of checked) if ("log" in one) bytes += one.log.readableBytes(one.position.offset, endFor(one.log, isCommitted))
  return bytes
}

interface Share {
  readonly maxBytes: number
  readonly minOneBatch: boolean
  readonly isCommitted: boolean
  readonly releases: (() => void)[]
}

async function readOne({ log, position }: Readable, { maxBytes, minOneBatch, isCommitted, releases }: Share): Promise<FetchedPartition> {
  const { offset } = position
  const read = await log.read({ offset, maxBytes, minOneBatch, upTo: endFor(log, isCommitted) })
  if (!read.ok) return failed(position, read.error, log)
  releases.push(() => read.release())
  const aborted = isCommitted ? log.abortedTransactions({ from: offset, to: read.nextOffset }) : null
  return { ...answered({ log, position }, isCommitted), aborted, slices: read.slices, sizeBytes: read.sizeBytes }
}

/** Waits for every read even if one throws, so that no memory of the pool is lost. */
async function settled(reads: readonly Promise<FetchedPartition>[], releases: (() => void)[]): Promise<FetchedPartition[]> {
  const results = await Promise.allSettled(reads)
  const failure = results.find((result) => result.status === "rejected")
  if (failure) {
    releaseAll(releases)
    throw failure.reason
  }
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []))
}

function answered({ log, position }: { log: Partition; position: FetchPosition }, isCommitted: boolean): FetchedPartition {
  const { highWatermark, lastStableOffset, logStartOffset } = log
  const offsets = { highWatermark, lastStableOffset, logStartOffset }
  return { position, error: "NONE", ...offsets, aborted: isCommitted ? [] : null, diverging: null, slices: [], sizeBytes: 0 }
}

function failed(position: FetchPosition, error: ErrorName, log?: Partition): FetchedPartition {
  const known = log && error !== "UNKNOWN_TOPIC_OR_PARTITION"
  const offsets = {
    highWatermark: known ? log.highWatermark : -1,
    lastStableOffset: known ? log.lastStableOffset : -1,
    logStartOffset: known ? log.logStartOffset : -1,
  }
  return { position, error, ...offsets, aborted: null, diverging: null, slices: [], sizeBytes: 0 }
}

function releaseAll(releases: (() => void)[]): void {
  for (const release of releases.splice(0)) release()
}
