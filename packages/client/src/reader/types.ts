import type { Isolation } from "../admin/offsets.ts"
import type { ConsumedRecord } from "../consumer/types.ts"
import type { ItemError } from "../errors.ts"

export type Bounds = {
  /** Partitions to read; all when left out. */
  partitions?: readonly number[]
  /** Most records to answer. Default 100. */
  maxRecords?: number
  /** Most bytes of keys, values and headers to answer; one record always fits. Default 8 MiB. */
  maxBytes?: number
  timeoutMs?: number
  isolation?: Isolation
  signal?: AbortSignal
}

/** Where a range begins or ends in every partition. Cut to what the log holds. */
export type RangeEdge = { offset: number } | { timestamp: number } | "earliest" | "latest"

export type RangeRequest = Bounds & {
  topic: string
  from: RangeEdge
  /** Exclusive. Default `latest`. */
  to?: RangeEdge
  /** Where to go on in single partitions, from `nextOffset` of an earlier answer; the others begin at `from`. */
  resume?: ReadonlyMap<number, number>
}

export type NewestRequest = Omit<Bounds, "maxRecords"> & {
  topic: string
  /** How many of the newest records. */
  newest: number
}

export type ReadRequest = RangeRequest | NewestRequest

export type ReadPartition = {
  partition: number
  /** What the log holds now: the first offset, and the one after the last. */
  logStart: number
  logEnd: number
  /** Offset to go on from with the next request. */
  nextOffset: number
  error: ItemError | null
}

export type ReadAnswer = {
  /** `newest`: the newest first; a range: the oldest first. Partitions are merged by timestamp, each stays in order of its offsets. */
  records: ConsumedRecord[]
  partitions: ReadPartition[]
  /** The limit that cut the answer; `null` when everything asked for is here. */
  stoppedBy: "records" | "bytes" | "time" | null
}

export type TailRequest = Pick<Bounds, "partitions" | "isolation" | "signal"> & {
  topic: string
  /** Fetched and not yet taken by the reader of the iteration. Default 4 MiB. */
  maxBufferedBytes?: number
  /** A reader that is further behind than this in a partition jumps to what is newest. Default 10,000. */
  maxLagRecords?: number
}

export type TailStep = {
  records: ConsumedRecord[]
  /** Records left out since the last step, because the reader was too slow. */
  skipped: number
  failures: { partition: number | null; error: ItemError }[]
}
