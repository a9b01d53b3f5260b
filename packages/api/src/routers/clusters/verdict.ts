// One sentence about a cluster, with the reasons, worst first.
import { numberOf } from "../../sources/metrics/newest.ts"
import type { Sentence } from "../../view-model.ts"
import { counted } from "../../words.ts"
import type { TopicFacts } from "../topics/topic-facts.ts"
import type { Overview, ProblemRow } from "./schema.ts"

type Verdict = Overview["data"]["verdict"]

const maxReasons = 3

export interface VerdictFacts {
  problems: readonly ProblemRow[]
  topics: TopicFacts
  disk: Overview["data"]["disk"]
  cluster: string
}

export function verdictOf(facts: VerdictFacts): Verdict {
  const { problems, topics } = facts
  if (!topics.isListed)
    return { status: "bad", lead: "Unknown.", sentence: [{ text: "The broker has not answered yet." }], note: noteOf(facts) }
  const isBad = problems.some(({ status }) => status === "bad")
  if (problems.length === 0) return { status: "ok", lead: "Healthy.", sentence: healthy(facts), note: noteOf(facts) }
  return { status: isBad ? "bad" : "warn", lead: isBad ? "At risk." : "Needs a look.", sentence: reasons(problems), note: noteOf(facts) }
}

function healthy({ topics }: VerdictFacts): Sentence {
  const own = [...topics.listings.values()].filter(({ isInternal }) => !isInternal).length
  return [{ text: own === 0 ? "There is no topic yet." : `${counted(own, "topic")}, every partition has a leader, no alert fires.` }]
}

function reasons(problems: readonly ProblemRow[]): Sentence {
  const shown = problems.slice(0, maxReasons)
  const parts = shown.flatMap((row, at): Sentence => {
    const separator = at === 0 ? "" : at === shown.length - 1 && problems.length <= maxReasons ? " and " : ", "
    return [
      ...(separator === "" ? [] : [{ text: separator }]),
      { text: row.title, link: row.subject },
      { text: " " },
      ...row.sentence.map(({ text, isStrong }) => ({ text: trimmed(text), isStrong })),
    ]
  })
  const more = problems.length - shown.length
  return [...parts, { text: more > 0 ? `, and ${more} more.` : "." }]
}

/** What ends a sentence elsewhere goes on here. */
function trimmed(text: string): string {
  return text.replace(/\.\s+$/, " – ").replace(/\.$/, "")
}

function noteOf({ topics, disk }: VerdictFacts): string {
  const partitions = [...topics.listings.values()]
  const offline = partitions.reduce((sum, { offlinePartitions }) => sum + offlinePartitions, 0)
  const total = partitions.reduce((sum, { partitionCount }) => sum + partitionCount, 0)
  const writes = !topics.isListed
    ? ""
    : offline === 0
      ? `Writes are safe: ${counted(total, "partition")}, all with a leader. `
      : `${offline} of ${counted(total, "partition")} cannot be written. `
  const ratio = (numberOf(disk.usedBytes) ?? Number.NaN) / (numberOf(disk.totalBytes) ?? Number.NaN)
  const disks = Number.isNaN(ratio) ? "" : `Disk ${Math.round(ratio * 100)} % used. `
  return `${writes}${disks}`.trimEnd()
}
