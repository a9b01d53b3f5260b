import type { ConfigEntry } from "@rivven/client"
import { describe, expect, it } from "vitest"
import { changeConsequences } from "./consequences.ts"
import { deleteConsequences } from "./lifecycle-consequences.ts"
import type { Cutoff, ObservedTopic, Reader } from "./observed.ts"
import type { TopicShape } from "./shape.ts"

const nowMs = 1_000_000_000_000
const day = 86_400_000

function entry(name: string, value: string): ConfigEntry {
  return { name, value, source: "topic", type: "string", isReadOnly: false, isSensitive: false, synonyms: [], documentation: null }
}

function observed(parts: Partial<ObservedTopic> = {}, configs: Record<string, string> = {}): ObservedTopic {
  const all = {
    "retention.ms": "604800000",
    "retention.bytes": "-1",
    "cleanup.policy": "delete",
    "min.insync.replicas": "1",
    "max.message.bytes": "1048576",
    ...configs,
  }
  return {
    topic: { id: "t", isInternal: false, partitions: 2, replicationFactor: 1 },
    configs: Object.entries(all).map(([name, value]) => entry(name, value)),
    brokers: 1,
    partitions: [
      { partition: 0, start: 0, end: 1_000, sizeBytes: 1_000_000 },
      { partition: 1, start: 500, end: 1_500, sizeBytes: 3_000_000 },
    ],
    readers: [],
    recordsInPerSecond: 0,
    newestRecordMs: nowMs - day,
    ...parts,
  }
}

function wanted(configs: Record<string, string>, more: Partial<TopicShape> = {}): TopicShape {
  return { partitions: undefined, replicationFactor: undefined, configs: new Map(Object.entries(configs)), ...more }
}

const reader = (group: string, committed: Record<number, number>, more: Partial<Reader> = {}): Reader => ({
  group,
  state: "Stable",
  members: 1,
  lagSeconds: null,
  committed: new Map(Object.entries(committed).map(([partition, offset]) => [Number(partition), offset])),
  ...more,
})

const claims = (facts: { observed: ObservedTopic; wanted: TopicShape; cutoffs?: (Cutoff | undefined)[] }) =>
  changeConsequences({ nowMs, cutoffs: [], ...facts }).map(({ status, claim }) => `${status}: ${claim}`)

describe("shorter retention", () => {
  const cutoffs = [
    { keepsFrom: 400, oldestMs: nowMs - 7 * day },
    { keepsFrom: 500, oldestMs: nowMs - 2 * day },
  ]
  const shorter = wanted({ "retention.ms": String(3 * day) })

  it("names bytes and time that become deletable", () => {
    expect(claims({ observed: observed(), wanted: shorter, cutoffs })).toEqual([
      "bad: About 400 kB and up to 4 d of records become deletable",
    ])
  })

  it("names groups that lose unread records, the worst first, and not those that read them", () => {
    const readers = [reader("fine", { 0: 400, 1: 600 }), reader("a-bit", { 0: 399 }), reader("far", { 0: 100 }, { lagSeconds: 3_600 })]
    const found = changeConsequences({ observed: observed({ readers }), wanted: shorter, cutoffs, nowMs })
    expect(found[1]).toMatchObject({
      status: "bad",
      claim: "far loses 300 unread records",
      detail: "It is 1 h behind. Also a-bit (1 record).",
    })
  })

  it("says when nobody loses anything, and when nothing is that old", () => {
    expect(claims({ observed: observed({ readers: [reader("fine", { 0: 400 })] }), wanted: shorter, cutoffs })[1]).toBe(
      "info: No group loses unread records",
    )
    const young = [
      { keepsFrom: 0, oldestMs: nowMs - day },
      { keepsFrom: 500, oldestMs: nowMs - day },
    ]
    expect(claims({ observed: observed(), wanted: shorter, cutoffs: young })).toEqual([
      "info: No record is that old yet",
      "ok: No record is deleted, no key moves",
    ])
  })

  it("counts a smaller size per partition", () => {
    expect(claims({ observed: observed(), wanted: wanted({ "retention.bytes": "1500000" }) })).toEqual([
      "bad: About 1.5 MB become deletable",
    ])
  })

  it("does not matter while nothing is deleted by age", () => {
    const compacted = observed({}, { "cleanup.policy": "compact" })
    expect(claims({ observed: compacted, wanted: wanted({ "cleanup.policy": "compact", "retention.ms": "1000" }), cutoffs })).toEqual([
      "ok: No record is deleted, no key moves",
    ])
  })
})

describe("other changes", () => {
  it("more partitions: keys move, and groups that read rebalance", () => {
    expect(claims({ observed: observed({ readers: [reader("billing", { 0: 1 })] }), wanted: wanted({}, { partitions: 6 }) })).toEqual([
      "warn: Keys move to other partitions",
      "warn: 1 group will rebalance",
    ])
  })

  it.each([
    [
      "compaction",
      { "cleanup.policy": "compact" },
      [
        "bad: Older records of each key become deletable",
        "warn: Records without a key are refused from then on",
        "warn: Records are no longer deleted by age",
      ],
    ],
    ["more in-sync replicas than there are", { "min.insync.replicas": "2" }, ["bad: Writes with acks=all are refused"]],
    ["smaller batches", { "max.message.bytes": "524288" }, ["warn: Batches above 512 KiB are refused"]],
    [
      "larger batches",
      { "max.message.bytes": "2097152" },
      ["info: Batches up to 2 MiB are taken", "ok: No record is deleted, no key moves"],
    ],
    ["longer retention", { "retention.ms": "-1" }, ["ok: No record is deleted, no key moves"]],
    ["nothing", { "retention.ms": "604800000" }, ["ok: Nothing changes on the broker"]],
  ])("%s", (_, configs, expected) => {
    expect(claims({ observed: observed(), wanted: wanted(configs as unknown as Record<string, string>) })).toEqual(expected)
  })
})

describe("deleting", () => {
  const words = (parts: Partial<ObservedTopic>) =>
    deleteConsequences(observed(parts), nowMs).map(({ status, claim }) => `${status}: ${claim}`)

  it("names bytes and records, and who reads and writes", () => {
    const readers = [reader("now", { 0: 1 }), reader("before", { 0: 1 }, { members: 0 })]
    expect(words({ readers, recordsInPerSecond: 5, newestRecordMs: nowMs })).toEqual([
      "bad: 4 MB and 2\u202f000 records are deleted",
      "bad: now is reading it now",
      "bad: Records arrive now",
      "warn: before committed offsets on it",
    ])
  })

  it("takes who wrote within five minutes for a writer, and says when that was", () => {
    const minutesAgo = (minutes: number) => words({ newestRecordMs: nowMs - minutes * 60_000 }).filter((claim) => claim.includes("newest"))
    expect(minutesAgo(4)).toEqual(["bad: The newest record came 4 min ago"])
    expect(minutesAgo(13)).toEqual([])
  })

  it("says that an empty topic that nobody reads holds nothing", () => {
    expect(words({ partitions: [{ partition: 0, start: 5, end: 5, sizeBytes: 0 }], newestRecordMs: null })).toEqual([
      "warn: The topic is deleted; it holds no record",
      "info: No group reads it",
    ])
  })
})
