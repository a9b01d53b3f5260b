/** A bounded look at the messages of a topic: a range, the oldest first, or the newest. Bounded in records, bytes and time, always. */
import type { Cluster } from "../cluster.ts"
import { Deadline } from "../deadline.ts"
import { failed, ok, type Result } from "../errors.ts"
import { Cursor, type ReadContext, refill, sizeOfRecord } from "./cursor.ts"
import { checkEdge, edgeOffsets, extents, type LogExtent } from "./edges.ts"
import { readNewest } from "./newest.ts"
import type { RangeRequest, ReadAnswer, ReadPartition, ReadRequest } from "./types.ts"

const defaultRecords = 100
export const defaultBytes = 8 * 1024 * 1024
const chunkBytes = 128 * 1024

export async function readMessages(
  cluster: Cluster,
  request: ReadRequest,
  limits: { maxDecompressedBytes: number },
): Promise<Result<ReadAnswer>> {
  const context: ReadContext = {
    cluster,
    ...limits,
    topic: request.topic,
    isolation: request.isolation ?? "read_uncommitted",
    deadline: new Deadline(cluster.config.ports.clock, request.timeoutMs ?? cluster.config.callTimeoutMs),
    signal: request.signal,
  }
  const checked = check(request)
  if (!checked.ok) return checked
  const found = await extents(context, request.partitions)
  if (!found.ok) return found
  return "newest" in request ? ok(await readNewest(context, request, found.value)) : readRange(context, request, found.value)
}

function check(request: ReadRequest): Result<unknown> {
  const counts = {
    newest: "newest" in request ? request.newest : 1,
    maxRecords: "newest" in request ? 1 : (request.maxRecords ?? 1),
    maxBytes: request.maxBytes ?? 1,
  }
  for (const [name, value] of Object.entries(counts)) {
    if (!(Number.isSafeInteger(value) && value >= 1))
      return failed("BAD_INPUT", `${name} ${value} is not a whole number from 1 up`, `/${name}`)
  }
  if ("newest" in request) return ok(undefined)
  const from = checkEdge(request.from, "/from")
  return from.ok ? checkEdge(request.to ?? "latest", "/to") : from
}

async function readRange(context: ReadContext, request: RangeRequest, all: readonly LogExtent[]): Promise<Result<ReadAnswer>> {
  const [starts, ends] = await Promise.all([edgeOffsets(context, all, request.from), edgeOffsets(context, all, request.to ?? "latest")])
  const cursors = all.map((extent, index) => {
    const [start, end] = [starts[index], ends[index]]
    const fromOffset = Math.max(
      extent.logStart,
      request.resume?.get(extent.partition) ?? (start?.ok === true ? start.value : extent.logEnd),
    )
    const cursor = new Cursor(extent.partition, { fromOffset, endOffset: end?.ok === true ? end.value : fromOffset })
    cursor.error = extent.error ?? (start?.ok === false ? start.error : null) ?? (end?.ok === false ? end.error : null)
    return cursor
  })
  const { records, stoppedBy } = await merge(context, cursors, request)
  const partitions = all.map(({ partition, logStart, logEnd }, index): ReadPartition => {
    const cursor = cursors[index]
    return { partition, logStart, logEnd, nextOffset: cursor?.nextOffset ?? logEnd, error: cursor?.error ?? null }
  })
  return ok({ records, partitions, stoppedBy })
}

/** Takes the record with the smallest timestamp among the heads, until there is none or a limit is met. */
async function merge(
  context: ReadContext,
  cursors: readonly Cursor[],
  request: RangeRequest,
): Promise<Pick<ReadAnswer, "records" | "stoppedBy">> {
  const { maxRecords = defaultRecords, maxBytes = defaultBytes } = request
  const records: ReadAnswer["records"] = []
  let sizeBytes = 0
  while (await refillAll(context, cursors)) {
    const head = earliest(cursors)
    const next = head?.peek() ?? null
    if (head === null || next === null) return { records, stoppedBy: null }
    if (records.length >= maxRecords) return { records, stoppedBy: "records" }
    sizeBytes += sizeOfRecord(next)
    if (sizeBytes > maxBytes && records.length > 0) return { records, stoppedBy: "bytes" }
    head.take()
    records.push(next)
  }
  return { records, stoppedBy: "time" }
}

/** Until every cursor shows its next record or is done; false when the time is over before. */
async function refillAll(context: ReadContext, cursors: readonly Cursor[]): Promise<boolean> {
  while (cursors.some(isDry)) {
    if (context.deadline.isOver || context.signal?.aborted === true) return false
    await refill(context, cursors, chunkBytes)
  }
  return true
}

function isDry(cursor: Cursor): boolean {
  return cursor.peek() === null && cursor.mustRefill
}

function earliest(cursors: readonly Cursor[]): Cursor | null {
  let found: Cursor | null = null
  let foundAt = Number.POSITIVE_INFINITY
  for (const cursor of cursors) {
    const head = cursor.peek()
    if (head === null || (found !== null && head.timestamp >= foundAt)) continue
    found = cursor
    foundAt = head.timestamp
  }
  return found
}
