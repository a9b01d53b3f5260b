import { describe, expect, it } from "vitest"
import { lagOf } from "./lag.ts"
import type { GroupSnapshot, OffsetsSnapshot } from "./snapshots.ts"

const nowMs = 1_000_000
const offsets: OffsetsSnapshot = {
  topics: new Map([
    [
      "orders",
      [
        { start: 10, end: 100 },
        { start: 0, end: 50 },
        { start: 0, end: null },
      ],
    ],
  ]),
  failures: [],
}

function group(commits: GroupSnapshot["commits"], members: GroupSnapshot["members"] = []): GroupSnapshot {
  return { id: "billing", state: "Stable", type: "classic", protocolType: "consumer", protocol: "range", coordinator: 0, members, commits }
}

const written = (_topic: string, _partition: number, offset: number): number | null => nowMs - (200 - offset) * 1_000

describe("lag", () => {
  it("is the distance to the end in records, and the age of the oldest unread record in seconds", () => {
    const lag = lagOf(group([{ topic: "orders", partition: 0, offset: 40 }]), offsets, { nowMs, writtenAt: written })
    expect(lag.partitions[0]).toMatchObject({ lagRecords: 60, lagSeconds: 160 })
    expect(lag).toMatchObject({ lagRecords: 60, lagSeconds: 160, hasCommits: true })
  })

  it("is zero in both units when all is read", () => {
    const lag = lagOf(group([{ topic: "orders", partition: 1, offset: 50 }]), offsets, { nowMs, writtenAt: () => null })
    expect(lag).toMatchObject({ lagRecords: 0, lagSeconds: 0 })
  })

  it("counts waiting from the first record that retention left", () => {
    const lag = lagOf(group([{ topic: "orders", partition: 0, offset: 3 }]), offsets, { nowMs, writtenAt: written })
    expect(lag.partitions[0]).toMatchObject({ lagRecords: 97, lagSeconds: 190 })
  })

  it("says nothing of a partition whose end is not known", () => {
    const lag = lagOf(group([{ topic: "orders", partition: 2, offset: 1 }]), offsets, { nowMs, writtenAt: written })
    expect(lag).toMatchObject({ lagRecords: null, lagSeconds: null, hasCommits: true })
  })

  it("keeps apart what was never committed", () => {
    const member = {
      memberId: "m",
      instanceId: null,
      clientId: "c",
      host: "h",
      topics: ["orders"],
      assignment: [{ topic: "orders", partition: 1 }],
    }
    const lag = lagOf(group([], [member]), offsets, { nowMs, writtenAt: written })
    expect(lag.partitions).toEqual([
      { topic: "orders", partition: 1, committed: null, start: 0, end: 50, lagRecords: null, lagSeconds: null, memberId: "m" },
    ])
    expect(lag.hasCommits).toBe(false)
  })
})
