/**
 * The newest records of a topic. Offsets only hint at how many records there are (compaction, markers and aborted transactions leave gaps),
 * so each partition is read in a window before its end, and in older ones while too few were found.
 */
import type { ConsumedRecord } from "../consumer/types.ts"
import { Cursor, type ReadContext, refill, sizeOfRecord } from "./cursor.ts"
import type { LogExtent } from "./edges.ts"
import type { NewestRequest, ReadAnswer, ReadPartition } from "./types.ts"

const chunkBytes = 256 * 1024
const leastPartitionBytes = 64 * 1024
const windowGrowth = 4

type Tail = { extent: LogExtent; lowOffset: number; records: ConsumedRecord[]; error: ReadPartition["error"]; isCut: boolean }

export async function readNewest(context: ReadContext, request: NewestRequest, all: readonly LogExtent[]): Promise<ReadAnswer> {
  const { newest, maxBytes = 8 * 1024 * 1024 } = request
  const tails = all.map((extent): Tail => ({ extent, lowOffset: extent.logEnd, records: [], error: extent.error, isCut: false }))
  const most = { records: newest, bytes: Math.max(leastPartitionBytes, Math.floor(maxBytes / Math.max(1, all.length))) }
  const isOver = () => context.deadline.isOver || context.signal?.aborted === true
  for (let windowSize = newest; ; windowSize *= windowGrowth) {
    const wanting = tails.filter((tail) => isWanting(tail, newest))
    const total = tails.reduce((sum, { records }) => sum + records.length, 0)
    if (wanting.length === 0 || (total >= newest && windowSize > newest) || isOver()) break
    for (const tail of wanting) if (!isOver()) await readWindow(context, tail, { ...most, windowSize })
  }
  const partitions = tails.map(({ extent: { partition, logStart, logEnd }, error }) => ({
    partition,
    logStart,
    logEnd,
    nextOffset: logEnd,
    error,
  }))
  return { ...mergeNewest(tails, { newest, maxBytes, isOver: isOver() }), partitions }
}

const isWanting = (tail: Tail, newest: number): boolean =>
  tail.error === null && !tail.isCut && tail.records.length < newest && tail.lowOffset > tail.extent.logStart

/** Reads the window before `lowOffset` and keeps its newest records in front of what is already there. */
async function readWindow(context: ReadContext, tail: Tail, most: { records: number; bytes: number; windowSize: number }): Promise<void> {
  const endOffset = tail.lowOffset
  const fromOffset = Math.max(tail.extent.logStart, endOffset - most.windowSize)
  const cursor = new Cursor(tail.extent.partition, { fromOffset, endOffset })
  const kept: ConsumedRecord[] = []
  let keptBytes = 0
  while (!cursor.isDone && context.signal?.aborted !== true && !context.deadline.isOver) {
    await refill(context, [cursor], chunkBytes)
    for (let record = cursor.take(); record !== null; record = cursor.take()) {
      kept.push(record)
      keptBytes += sizeOfRecord(record)
      while (kept.length > 1 && (keptBytes > most.bytes || kept.length > most.records)) {
        tail.isCut = true
        keptBytes -= sizeOfRecord(kept.shift() ?? record)
      }
    }
  }
  tail.error = cursor.error
  tail.lowOffset = fromOffset
  tail.records = [...kept, ...tail.records].slice(-most.records)
}

/** From the ends of the partitions, always the record with the largest timestamp. */
function mergeNewest(
  tails: readonly Tail[],
  { newest, maxBytes, isOver }: { newest: number; maxBytes: number; isOver: boolean },
): Pick<ReadAnswer, "records" | "stoppedBy"> {
  const records: ConsumedRecord[] = []
  let sizeBytes = 0
  const places = tails.map((tail) => ({ tail, index: tail.records.length - 1 }))
  const headOf = (place: (typeof places)[number] | undefined) => place?.tail.records[place.index]
  while (records.length < newest) {
    const best = places.reduce<(typeof places)[number] | undefined>((found, place) => {
      const head = headOf(place)
      return head !== undefined && head.timestamp > (headOf(found)?.timestamp ?? Number.NEGATIVE_INFINITY) ? place : found
    }, undefined)
    const record = headOf(best)
    if (best === undefined || record === undefined) break
    sizeBytes += sizeOfRecord(record)
    if (sizeBytes > maxBytes && records.length > 0) return { records, stoppedBy: "bytes" }
    records.push(record)
    best.index--
  }
  if (records.length >= newest) return { records, stoppedBy: null }
  if (isOver) return { records, stoppedBy: "time" }
  return { records, stoppedBy: tails.some(({ isCut }) => isCut) ? "bytes" : null }
}
