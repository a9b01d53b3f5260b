// A range of messages, read around batches that cannot be read: a corrupt one, or one that unpacks to more than a reader may hold. What is left
// out is named, and the rest of the partition is shown.
import type { ConsumedRecord, RangeRequest, ReadAnswer, ReadPartition } from "@rivven/client"
import type { BrokerSource } from "../../sources/broker/broker-source.ts"
import { ask } from "./read-page.ts"

/** Offsets that are left out. */
export interface Gap {
  partition: number
  fromOffset: number
  toOffset: number
  reason: string
}

export interface AroundAnswer extends ReadAnswer {
  gaps: Gap[]
}

/** A topic of nothing but such batches is looked at piece by piece. */
const maxGaps = 32

export function isUnreadable({ error }: Pick<ReadPartition, "error">): boolean {
  return error?.code === "CORRUPT_BATCH" || error?.code === "CORRUPT_MESSAGE"
}

export async function readAround(broker: BrokerSource, request: RangeRequest & { maxRecords: number }): Promise<AroundAnswer> {
  const records: ConsumedRecord[] = []
  const gaps: Gap[] = []
  let resume = request.resume
  for (;;) {
    const maxRecords = request.maxRecords - records.length
    const answer = await ask(broker, () => broker.client.readMessages({ ...request, resume, maxRecords }))
    records.push(...answer.records)
    const found = await Promise.all(answer.partitions.filter(isUnreadable).map((each) => gapAt(broker, request.topic, each)))
    const known = found.filter((gap) => gap !== undefined)
    gaps.push(...known)
    const partitions = answer.partitions.map((each) => behind(each, known))
    const isFull = records.length >= request.maxRecords || (answer.stoppedBy !== null && answer.stoppedBy !== "records")
    if (known.length === 0 || isFull || gaps.length >= maxGaps) return { records, partitions, stoppedBy: answer.stoppedBy, gaps }
    resume = new Map(partitions.map(({ partition, nextOffset }) => [partition, nextOffset]))
  }
}

function behind(partition: ReadPartition, gaps: readonly Gap[]): ReadPartition {
  const gap = gaps.find((each) => each.partition === partition.partition)
  return gap ? { ...partition, nextOffset: gap.toOffset, error: null } : partition
}

/** The batch says itself where it ends, unless its header is broken too: then nobody knows where the next one begins. */
async function gapAt(broker: BrokerSource, topic: string, at: ReadPartition): Promise<Gap | undefined> {
  const { partition, nextOffset: offset } = at
  const fetched = await broker.budget.run("user", 1, () => broker.client.fetchRaw({ topic, partition, offset, maxBytes: 1 }))
  const lastOffset = fetched.ok ? fetched.value.batches[0]?.lastOffset : undefined
  if (lastOffset === undefined || lastOffset < offset) return undefined
  const message = at.error?.message ?? ""
  return { partition, fromOffset: offset, toOffset: lastOffset + 1, reason: message.split("cannot be read: ")[1] ?? message }
}
