import { describe, expect, it } from "vitest"
import type { TopicFacts } from "../topics/topic-facts.ts"
import type { ProblemRow } from "./schema.ts"
import { verdictOf } from "./verdict.ts"

const missing = { missing: "NO_SAMPLES" } as const
const disk = { status: "ok", usedBytes: 1, totalBytes: 10, msToFull: null, isReadOnly: false } as const
const listing = { name: "a", partitionCount: 3, offlinePartitions: 0, isInternal: false }
const topics = { isListed: true, listings: new Map([["a", listing]]) } as unknown as TopicFacts
const row = (title: string, ...texts: string[]): ProblemRow => ({
  id: title,
  status: "warn",
  code: "DRIFT",
  text: "",
  subject: { kind: "topic", cluster: "local", name: title },
  title,
  sentence: texts.map((text) => ({ text })),
  since: null,
})
const words = (problems: ProblemRow[]) =>
  verdictOf({ problems, topics, disk, cluster: "local" })
    .sentence.map(({ text }) => text)
    .join("")

describe("the verdict", () => {
  it("keeps the parts of a problem apart, and ends each once", () => {
    const drift = row("a", "drift: partitions. ", "not as the resource says: spec.partitions.")
    expect(words([drift, row("b", "1 offline")])).toBe("a drift: partitions – not as the resource says: spec.partitions and b 1 offline.")
  })

  it("says in its note what was read, and leaves its age to the page", () => {
    expect(verdictOf({ problems: [], topics, disk, cluster: "local" }).note).toBe(
      "Writes are safe: 3 partitions, all with a leader. Disk 10 % used.",
    )
    expect(verdictOf({ problems: [], topics, disk: { ...disk, usedBytes: missing }, cluster: "local" }).note).not.toMatch(/Checked|\s$/)
  })
})
