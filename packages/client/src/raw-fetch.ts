/** One Fetch of one partition as it is on the wire: whole batches, nothing decompressed. For tests and for looking at a log. */
import { DecodeError } from "@rivven/protocol"
import { batchHeaders } from "@rivven/protocol/records"
import type { Isolation } from "./admin/offsets.ts"
import type { Cluster } from "./cluster.ts"
import { failed, ok, type Result } from "./errors.ts"
import { type FetchedPartition, fetchPartitions } from "./fetch-request.ts"
import { callLeaders } from "./leaders.ts"

export type RawFetchRequest = {
  topic: string
  partition: number
  offset: number
  /** Default 1 MiB; the first batch comes whole even when it is larger. */
  maxBytes?: number
  /** Default 0: what is there now. */
  maxWaitMs?: number
  minBytes?: number
  isolation?: Isolation
  timeoutMs?: number
}

export type RawBatch = { baseOffset: number; lastOffset: number; recordsCount: number; bytes: Uint8Array }

export type RawFetch = {
  highWatermark: number
  lastStableOffset: number
  logStartOffset: number
  abortedTransactions: { producerId: number; firstOffset: number }[]
  batches: RawBatch[]
}

export async function fetchRaw(cluster: Cluster, request: RawFetchRequest): Promise<Result<RawFetch>> {
  const { maxBytes = 1024 * 1024, maxWaitMs = 0, minBytes = 1, isolation = "read_uncommitted" } = request
  const policy = cluster.policy(request.timeoutMs)
  const [fetched] = await callLeaders<RawFetchRequest, FetchedPartition>(
    cluster,
    { items: [request], policy },
    (items, { leader, timeoutMs }) => {
      const partitions = items.map(({ item, leaderEpoch, topicId }) => ({ ...item, topicId, leaderEpoch, lastFetchedEpoch: -1, maxBytes }))
      const options = { leader, lane: "raw-fetch", maxWaitMs, minBytes, maxBytes, isolation, timeoutMs: timeoutMs + maxWaitMs }
      return fetchPartitions(cluster, partitions, options)
    },
  )
  if (fetched === undefined || !fetched.ok) return fetched ?? failed("BAD_ANSWER", "no answer")
  const { records, divergence: _, ...offsets } = fetched.value
  const batches = split(records)
  return batches.ok ? ok({ ...offsets, batches: batches.value }) : batches
}

function split(records: Uint8Array): Result<RawBatch[]> {
  try {
    const batches: RawBatch[] = []
    for (const { at, header } of batchHeaders(records)) {
      const { baseOffset, lastOffset, recordsCount, sizeBytes } = header
      batches.push({ baseOffset, lastOffset, recordsCount, bytes: records.subarray(at, at + sizeBytes) })
    }
    return ok(batches)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return failed("CORRUPT_BATCH", `the fetched bytes are not record batches: ${error.message}`)
  }
}
