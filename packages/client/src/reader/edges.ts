/** Turns what a reader asks for into offsets per partition, cut to what the log holds. */
import { type ListedOffset, type OffsetQuery, type OffsetSpec, OffsetsAdmin } from "../admin/offsets.ts"
import { failed, type ItemError, ok, type Result } from "../errors.ts"
import { retry } from "../retry.ts"
import type { ReadContext } from "./cursor.ts"
import type { RangeEdge } from "./types.ts"

export type LogExtent = { partition: number; logStart: number; logEnd: number; error: ItemError | null }

/** First and last offset of each wanted partition; a partition that failed carries its error. */
export async function extents(context: ReadContext, wanted: readonly number[] | undefined): Promise<Result<LogExtent[]>> {
  const { cluster, topic, deadline } = context
  const policy = { ...cluster.policy(deadline.leftMs), deadline, signal: context.signal, isFinal: isUnknown }
  const info = await retry(() => cluster.topic(topic, { timeoutMs: deadline.leftMs }), policy)
  if (!info.ok) return info
  const existing = info.value.partitions.map(({ index }) => index)
  const partitions = wanted ?? existing
  const strange = partitions.find((partition) => !existing.includes(partition))
  if (strange !== undefined)
    return failed("BAD_INPUT", `topic ${topic} has partitions 0 to ${existing.length - 1}, not ${strange}`, "/partitions")
  const starts = await list(context, partitions, "earliest")
  const ends = await list(context, partitions, "latest")
  return ok(
    partitions.map((partition, index) => {
      const [start, end] = [starts[index], ends[index]]
      const logStart = start?.ok === true ? (start.value.offset ?? 0) : 0
      const logEnd = end?.ok === true ? (end.value.offset ?? logStart) : logStart
      const error = start?.ok === false ? start.error : end?.ok === false ? end.error : null
      return { partition, logStart, logEnd, error }
    }),
  )
}

const isUnknown = ({ code }: ItemError): boolean => code === "UNKNOWN_TOPIC_OR_PARTITION"

/** One offset per extent. A time after the last record is the end of the log. */
export async function edgeOffsets(context: ReadContext, all: readonly LogExtent[], edge: RangeEdge): Promise<Result<number>[]> {
  if (edge === "earliest") return all.map(({ logStart }) => ok(logStart))
  if (edge === "latest") return all.map(({ logEnd }) => ok(logEnd))
  if ("offset" in edge) return all.map(({ logStart, logEnd }) => ok(Math.min(Math.max(edge.offset, logStart), logEnd)))
  const found = await list(
    context,
    all.map(({ partition }) => partition),
    edge,
  )
  return all.map(({ logStart, logEnd }, index) => {
    const listed = found[index]
    if (listed === undefined || !listed.ok) return listed ?? failed("BAD_ANSWER", "no offset was answered")
    return ok(Math.min(Math.max(listed.value.offset ?? logEnd, logStart), logEnd))
  })
}

export function checkEdge(edge: RangeEdge, path: string): Result<RangeEdge> {
  if (typeof edge === "string") return ok(edge)
  const value = "offset" in edge ? edge.offset : edge.timestamp
  if (Number.isSafeInteger(value) && value >= 0) return ok(edge)
  return failed("BAD_INPUT", `${value} is not a whole number from 0 up`, path)
}

function list(
  { cluster, topic, isolation, deadline }: ReadContext,
  partitions: readonly number[],
  at: OffsetSpec,
): Promise<Result<ListedOffset>[]> {
  const queries = partitions.map((partition): OffsetQuery => ({ topic, partition, at }))
  return new OffsetsAdmin(cluster).list(queries, { isolation, timeoutMs: deadline.leftMs })
}
