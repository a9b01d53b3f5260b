/** One Fetch of one partition as it is on the wire: whole batches, nothing decompressed. For tests and for looking at a log. */

import type { Isolation } from "./admin/offsets.ts"
import type { Cluster } from "./cluster.ts"
import type { Result } from "./errors.ts"

export type RawFetchRequest = {
  topic: string
  partition: number
  offset: number
  /** Default 1 MiB; the first batch comes whole even when it is larger. */
  maxBytes?: number
  maxWaitMs?: number
  minBytes?: number
  isolation?: Isolation
  timeoutMs?: number
}

export type RawBatch = {
  baseOffset: number
  lastOffset: number
  recordCount: number
  bytes: Uint8Array
}

export type RawFetch = {
  highWatermark: number
  lastStableOffset: number | null
  logStartOffset: number | null
  abortedTransactions: { producerId: number; firstOffset: number }[]
  batches: RawBatch[]
}

export type FetchRaw = (cluster: Cluster, request: RawFetchRequest) => Promise<Result<RawFetch>>
