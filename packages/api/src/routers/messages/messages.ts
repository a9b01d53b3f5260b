import type { ConsumedRecord, ReadAnswer, ReadPartition } from "@rivven/client"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { type Degraded, EnvelopeBuilder } from "../../envelope.ts"
import type { BrokerSource } from "../../sources/broker/broker-source.ts"
import { configValue } from "../../sources/broker/topic-configs.ts"
import { findCluster, needBroker } from "../../sources/cluster.ts"
import { readCursor, writeCursor } from "./cursor.ts"
import { hex, viewRecord } from "./decode.ts"
import { type AroundAnswer, isUnreadable, readAround } from "./read-around.ts"
import { readBefore } from "./read-before.ts"
import { ask, type ReadPage, readFailed } from "./read-page.ts"
import type * as schema from "./schema.ts"
import type { MessagePage } from "./schema.ts"

type PageInput = z.output<typeof schema.pageInput>

const readTimeoutMs = 8_000
const maxPageBytes = 4 * 1024 * 1024
const wholeValueBytes = 1024 * 1024
const hexBytes = 65_536

export async function pageMessages(ctx: Context, input: PageInput): Promise<MessagePage> {
  const broker = needBroker(await findCluster(ctx.deps, input.cluster))
  const read = await readPage(ctx, broker, input)
  const failures = failuresOf(read)
  const [first] = read.partitions
  if (first?.error && read.partitions.every((each) => each.error !== null && !isUnreadable(each))) throw readFailed(first.error)
  const timestampType = await timestampTypeOf(broker, input.topic)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).lacks(...failures)
  if (read.stoppedBy === "time")
    builder.lacks({
      source: "broker",
      scope: `topic:${input.topic}`,
      code: "TIMEOUT",
      message: "reading took too long: this page is shorter than asked for",
      retryAt: null,
    })
  return builder.answer({
    messages: read.records.map((record) => ({ ...viewRecord(record, input.maxValueBytes), timestampType })),
    olderCursor: olderCursor(read),
    newerCursor: newerCursor(read),
    coverage: read.partitions.map(({ partition, logStart, logEnd, fromOffset, toOffset }) => ({
      partition,
      fromOffset,
      toOffset,
      startOffset: logStart,
      endOffset: logEnd,
    })),
  })
}

/** What the page lacks: partitions that could not be read, and in the others the batches that nobody can read. */
function failuresOf({ partitions, gaps }: ReadPage): Degraded[] {
  return partitions.flatMap(({ partition, error }): Degraded[] => {
    const lacks = { source: "broker" as const, scope: `partition:${partition}`, retryAt: null }
    const own = gaps.filter((gap) => gap.partition === partition)
    const offsets = own.map(({ fromOffset, toOffset }) =>
      toOffset - fromOffset === 1 ? `${fromOffset}` : `${fromOffset} to ${toOffset - 1}`,
    )
    const message = `left out, because they cannot be read: ${offsets.length === 1 && !offsets[0]?.includes(" ") ? "offset" : "offsets"} ${offsets.join(", ")} (${own[0]?.reason})`
    return [
      ...(own.length > 0 ? [{ ...lacks, code: "UNREADABLE", message }] : []),
      ...(error ? [{ ...lacks, code: error.code, message: error.message }] : []),
    ]
  })
}

async function readPage(ctx: Context, broker: BrokerSource, input: PageInput): Promise<ReadPage> {
  const { from, topic, partitions, limit } = input
  const bounds = { topic, partitions, maxBytes: maxPageBytes, timeoutMs: readTimeoutMs, signal: ctx.caller.signal }
  if (from.at === "newest") {
    const answer = await ask(broker, () => broker.client.readMessages({ ...bounds, newest: limit }))
    if (!answer.partitions.some(isUnreadable)) return newestPage(answer)
    return readBefore(broker, { ...bounds, limit }, new Map(answer.partitions.map(({ partition, logEnd }) => [partition, logEnd])))
  }
  if (from.at !== "cursor") {
    const edge =
      from.at === "oldest" ? ("earliest" as const) : from.at === "offset" ? { offset: from.offset } : { timestamp: from.timestampMs }
    return rangePage(await readAround(broker, { ...bounds, from: edge, maxRecords: limit }))
  }
  const cursor = readCursor(from.cursor)
  if (cursor.to === "older") return readBefore(broker, { ...bounds, limit }, new Map(cursor.at))
  const resume = new Map(cursor.at)
  return rangePage(await readAround(broker, { ...bounds, partitions: [...resume.keys()], from: "earliest", resume, maxRecords: limit }))
}

function newestPage({ records, partitions, stoppedBy }: ReadAnswer): ReadPage {
  const lowest = lowestOffsets(records)
  return {
    records,
    stoppedBy,
    gaps: [],
    partitions: partitions.map((each) => ({ ...each, fromOffset: lowest.get(each.partition) ?? each.logEnd, toOffset: each.logEnd })),
  }
}

/** A range comes oldest first. */
function rangePage({ records, partitions, stoppedBy, gaps }: AroundAnswer): ReadPage {
  const lowest = lowestOffsets(records)
  return {
    records: records.toReversed(),
    stoppedBy,
    gaps,
    partitions: partitions.map((each) => ({
      ...each,
      fromOffset: lowest.get(each.partition) ?? each.nextOffset,
      toOffset: each.nextOffset,
    })),
  }
}

function lowestOffsets(records: readonly ConsumedRecord[]): Map<number, number> {
  const lowest = new Map<number, number>()
  for (const { partition, offset } of records) lowest.set(partition, Math.min(offset, lowest.get(partition) ?? offset))
  return lowest
}

function olderCursor({ partitions }: ReadPage): string | null {
  const more = partitions.filter(({ fromOffset, logStart }) => fromOffset > logStart)
  return more.length === 0 ? null : writeCursor({ to: "older", at: partitions.map(({ partition, fromOffset }) => [partition, fromOffset]) })
}

function newerCursor({ partitions }: ReadPage): string | null {
  const more = partitions.filter(({ toOffset, logEnd }) => toOffset < logEnd)
  return more.length === 0 ? null : writeCursor({ to: "newer", at: partitions.map(({ partition, toOffset }) => [partition, toOffset]) })
}

export async function timestampTypeOf(broker: BrokerSource, topic: string): Promise<"create" | "append"> {
  const configs = await broker.configs.one(topic, { maxAgeMs: 60_000, priority: "page" })
  return configs.ok && configValue(configs.value, "message.timestamp.type") === "LogAppendTime" ? "append" : "create"
}

export async function getMessage(ctx: Context, input: z.output<typeof schema.getInput>): Promise<z.output<typeof schema.get>> {
  const broker = needBroker(await findCluster(ctx.deps, input.cluster))
  const { topic, partition, offset } = input
  const answer = await ask(broker, () =>
    broker.client.readMessages({
      topic,
      partitions: [partition],
      from: { offset },
      to: { offset: offset + 1 },
      maxRecords: 1,
      timeoutMs: readTimeoutMs,
      signal: ctx.caller.signal,
    }),
  )
  const record = answer.records.find((each) => each.offset === offset)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall())
  if (!record) return builder.answer({ message: null, valueHex: null, reason: whyMissing(answer.partitions[0], offset) })
  const message = { ...viewRecord(record, wholeValueBytes), timestampType: await timestampTypeOf(broker, topic) }
  return builder.answer({ message, valueHex: record.value && hex(record.value.subarray(0, hexBytes)), reason: "" })
}

function whyMissing(partition: ReadPartition | undefined, offset: number): string {
  if (!partition) return "the partition does not exist"
  if (partition.error) return partition.error.message
  if (offset < partition.logStart) return `it was deleted: the log begins at ${partition.logStart}`
  if (offset >= partition.logEnd) return `it is not written yet: the log ends at ${partition.logEnd}`
  return "there is no record at this offset: it was compacted away, or belongs to the log itself"
}
