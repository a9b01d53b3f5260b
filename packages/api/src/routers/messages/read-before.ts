// The newest records before given offsets: an older page. Offsets only hint at how many records lie between them, so a window that holds too few
// grows, a few times.
import type { ConsumedRecord } from "@rivven/client"
import type { BrokerSource } from "../../sources/broker/broker-source.ts"
import { type Gap, readAround } from "./read-around.ts"
import type { ReadPage } from "./read-page.ts"

export interface OlderRequest {
  topic: string
  limit: number
  maxBytes: number
  timeoutMs: number
  signal: AbortSignal
}

interface Tail {
  partition: number
  /** The page ends here. */
  bound: number
  /** Read down to here. */
  low: number
  records: ConsumedRecord[]
  gaps: Gap[]
  info: Omit<ReadPage["partitions"][number], "fromOffset" | "toOffset">
}

const rounds = 4
const growth = 8

export async function readBefore(broker: BrokerSource, request: OlderRequest, bounds: ReadonlyMap<number, number>): Promise<ReadPage> {
  const tails = [...bounds].map(
    ([partition, bound]): Tail => ({
      partition,
      bound,
      low: bound,
      records: [],
      gaps: [],
      info: { partition, logStart: 0, logEnd: bound, nextOffset: bound, error: null },
    }),
  )
  let size = request.limit
  for (let round = 0; round < rounds; round++) {
    const wanting = tails.filter(({ low, info, records }) => info.error === null && low > info.logStart && records.length < request.limit)
    if (wanting.length === 0 || (round > 0 && tails.reduce((sum, { records }) => sum + records.length, 0) >= request.limit)) break
    await Promise.all(wanting.map((tail) => readWindow(broker, tail, { ...request, size })))
    size *= growth
  }
  return merge(tails, request.limit)
}

async function readWindow(
  broker: BrokerSource,
  tail: Tail,
  { size, topic, limit, maxBytes, timeoutMs, signal }: OlderRequest & { size: number },
): Promise<void> {
  const from = Math.max(0, tail.low - size)
  const answer = await readAround(broker, {
    topic,
    partitions: [tail.partition],
    from: { offset: from },
    to: { offset: tail.low },
    maxRecords: size,
    maxBytes,
    timeoutMs,
    signal,
  })
  const [info] = answer.partitions
  if (info) tail.info = info
  // A window that was cut by bytes or time has a hole at its end: what lies above the hole was read before.
  const isWhole = answer.stoppedBy === null
  const all = [...answer.records, ...tail.records]
  tail.records = all.slice(-limit)
  // A batch that begins in this window and ended in the one before it is one gap.
  tail.gaps = [...answer.gaps, ...tail.gaps.filter(({ fromOffset }) => answer.gaps.every(({ toOffset }) => toOffset <= fromOffset))]
  const [lowest] = all.length > limit ? tail.records : []
  if (isWhole) tail.low = lowest?.offset ?? Math.max(from, tail.info.logStart)
  else
    tail.info = { ...tail.info, error: { code: "TIMEOUT", message: "this partition could not be read in full", path: "", retriable: true } }
}

function merge(tails: readonly Tail[], limit: number): ReadPage {
  const all = tails.flatMap(({ records }) => records)
  const newest = all.toSorted((a, b) => b.timestamp - a.timestamp || a.partition - b.partition || b.offset - a.offset)
  const records = inOrder(newest).slice(0, limit)
  const kept = Map.groupBy(records, ({ partition }) => partition)
  const partitions = tails.map(({ partition, bound, low, records: own, info }) => {
    const shown = kept.get(partition) ?? []
    const isAllShown = shown.length === own.length
    const fromOffset = isAllShown ? Math.min(low, bound) : Math.min(bound, ...shown.map(({ offset }) => offset))
    return { ...info, fromOffset, toOffset: bound }
  })
  // A gap below what is shown belongs to an older page.
  const lowest = new Map(partitions.map(({ partition, fromOffset }) => [partition, fromOffset]))
  const gaps = tails.flatMap((tail) => tail.gaps.filter(({ toOffset }) => toOffset > (lowest.get(tail.partition) ?? 0)))
  return { records, partitions, stoppedBy: null, gaps }
}

/** Records of a partition stay in the order of their offsets, whatever their timestamps say: a page never skips one. */
function inOrder(sorted: readonly ConsumedRecord[]): ConsumedRecord[] {
  const queues = new Map(
    [...Map.groupBy(sorted, ({ partition }) => partition)].map(([partition, own]) => [
      partition,
      own.toSorted((a, b) => a.offset - b.offset),
    ]),
  )
  return sorted.flatMap(({ partition }) => queues.get(partition)?.pop() ?? [])
}
