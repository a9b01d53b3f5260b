import type { Isolation } from "../admin/offsets.ts"
import type { ConsumedRecord } from "../consumer/types.ts"
import type { ItemError } from "../errors.ts"

export type Bounds = {
  /** Partitions to read; all when left out. */
  partitions?: readonly number[]
  /** Most records to answer. Default 100. */
  maxRecords?: number
  /** Most bytes of keys, values and headers to answer. Default 8 MiB. */
  maxBytes?: number
  timeoutMs?: number
  isolation?: Isolation
  signal?: AbortSignal
}

/** Where a range begins or ends in every partition. `to` is exclusive; both ends are cut to what the log holds. */
export type RangeEdge = { offset: number } | { timestamp: number } | "earliest" | "latest"

export type ReadRequest = Bounds & { topic: string } & ({ newest: number } | { from: RangeEdge; to?: RangeEdge })

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
  /** `newest`: the newest first; a range: the oldest first. */
  records: ConsumedRecord[]
  partitions: ReadPartition[]
  /** Why there may be more: the limit that was met; `null` when everything asked for is here. */
  stoppedBy: "records" | "bytes" | "time" | null
}

export type TailRequest = Pick<Bounds, "partitions" | "isolation" | "signal"> & {
  topic: string
  /** Fetched and not yet taken by the reader of the iteration; what comes beyond is skipped and counted. Default 4 MiB. */
  maxBufferedBytes?: number
}

export type TailStep = {
  records: ConsumedRecord[]
  /** Records left out since the last step, because the reader was too slow. */
  skipped: number
  failures: { partition: number | null; error: ItemError }[]
}
