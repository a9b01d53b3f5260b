// Retention that shrinks: how much becomes deletable, and who has not read it.
import { bytesWords, counted, durationWords, listWords } from "../../../words.ts"
import type { ChangeFacts, CodedConsequence } from "./consequences.ts"
import type { ObservedPartition, ObservedTopic, Reader } from "./observed.ts"
import type { TopicShape } from "./shape.ts"

const endless = -1

/** The new retention time, if it is shorter than the one in force. */
export function shorterRetentionMs(observed: ObservedTopic, wanted: TopicShape): number | undefined {
  return shrunk("retention.ms", observed, wanted)
}

function shrunk(name: string, { configs }: ObservedTopic, wanted: TopicShape): number | undefined {
  const text = wanted.configs.get(name)
  const from = Number(configs.find((entry) => entry.name === name)?.value ?? endless)
  const to = Number(text ?? endless)
  if (text === undefined || to === endless || !Number.isFinite(to)) return undefined
  return from === endless || to < from ? to : undefined
}

export function retentionConsequences(facts: ChangeFacts): CodedConsequence[] {
  const { observed, wanted } = facts
  const policy = wanted.configs.get("cleanup.policy") ?? "delete"
  if (!policy.includes("delete")) return []
  const shorterMs = shorterRetentionMs(observed, wanted)
  const smallerBytes = shrunk("retention.bytes", observed, wanted)
  if (shorterMs === undefined && smallerBytes === undefined) return []
  const cuts = observed.partitions.map((partition, at) => ({
    partition,
    keepsFrom: Math.max(byTime(facts, at, shorterMs), bySize(partition, smallerBytes)),
  }))
  const bytes = cuts.reduce((sum, { partition, keepsFrom }) => sum + bytesBelow(partition, keepsFrom), 0)
  if (bytes === 0 && cuts.every(({ partition, keepsFrom }) => keepsFrom <= partition.start)) return [nothingOldEnough()]
  return [deletable(facts, { bytes, shorterMs, cuts }), ...lostReads(observed.readers, cuts)]
}

interface Cut {
  partition: ObservedPartition
  keepsFrom: number
}

function byTime({ observed, cutoffs }: ChangeFacts, at: number, shorterMs: number | undefined): number {
  const start = observed.partitions[at]?.start ?? 0
  return shorterMs === undefined ? start : (cutoffs[at]?.keepsFrom ?? start)
}

/** Bytes spread evenly over offsets: an estimate, said as one. */
function bySize({ start, end, sizeBytes }: ObservedPartition, smallerBytes: number | undefined): number {
  if (smallerBytes === undefined || sizeBytes <= smallerBytes) return start
  return Math.floor(start + (end - start) * ((sizeBytes - smallerBytes) / sizeBytes))
}

function bytesBelow({ start, end, sizeBytes }: ObservedPartition, offset: number): number {
  return end <= start ? 0 : Math.round(sizeBytes * ((Math.min(offset, end) - start) / (end - start)))
}

function nothingOldEnough(): CodedConsequence {
  return {
    code: "RETENTION_NOTHING_OLD",
    status: "info",
    claim: "No record is that old yet",
    detail: "Nothing becomes deletable now; later records go earlier than before.",
  }
}

function deletable(
  { cutoffs, nowMs }: ChangeFacts,
  { bytes, shorterMs, cuts }: { bytes: number; shorterMs: number | undefined; cuts: readonly Cut[] },
): CodedConsequence {
  const records = cuts.reduce((sum, { partition, keepsFrom }) => sum + Math.max(0, keepsFrom - partition.start), 0)
  const oldest = Math.min(...cutoffs.flatMap((cutoff) => cutoff?.oldestMs ?? []))
  const spanMs = shorterMs === undefined || !Number.isFinite(oldest) ? 0 : Math.max(0, nowMs - oldest - shorterMs)
  const span = spanMs > 0 ? ` and up to ${durationWords(spanMs)} of records` : ""
  return {
    code: "DELETES_RECORDS",
    status: "bad",
    claim: `About ${bytesWords(bytes)}${span} become deletable`,
    detail: `${counted(records, "record")}, at the next cleanup, by whole segments. It cannot be undone.`,
  }
}

function lostReads(readers: readonly Reader[], cuts: readonly Cut[]): CodedConsequence[] {
  const losses = readers.map((reader) => ({ reader, unread: unreadBelow(reader, cuts) })).filter(({ unread }) => unread > 0)
  const [worst, ...others] = losses.toSorted((a, b) => b.unread - a.unread)
  if (!worst)
    return readers.length === 0
      ? []
      : [
          {
            code: "READERS_SAFE",
            status: "info",
            claim: "No group loses unread records",
            detail: `${listWords(readers.map(({ group }) => group))} ${readers.length === 1 ? "has" : "have"} read what becomes deletable.`,
          },
        ]
  const behind = worst.reader.lagSeconds === null ? "" : `It is ${durationWords(worst.reader.lagSeconds * 1000)} behind. `
  const also =
    others.length === 0 ? "" : `Also ${listWords(others.map(({ reader, unread }) => `${reader.group} (${counted(unread, "record")})`))}.`
  return [
    {
      code: `LOSES_UNREAD ${losses
        .map(({ reader }) => reader.group)
        .sort()
        .join()}`,
      status: "bad",
      claim: `${worst.reader.group} loses ${counted(worst.unread, "unread record")}`,
      detail: `${behind}${also}`.trim() || "They go before the group reads them.",
    },
  ]
}

function unreadBelow({ committed }: Reader, cuts: readonly Cut[]): number {
  return cuts.reduce((sum, { partition, keepsFrom }) => {
    const offset = committed.get(partition.partition)
    return offset === undefined ? sum : sum + Math.max(0, keepsFrom - Math.max(offset, partition.start))
  }, 0)
}
