import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Assignment, type GroupMember, partitionKey, type TopicPartition } from "./assignor.ts"
import { cooperativeSticky } from "./cooperative-sticky.ts"
import { range } from "./range.ts"

const member = (memberId: string, topics: string[], more: Partial<GroupMember> = {}): GroupMember => ({
  memberId,
  topics,
  instanceId: null,
  owned: [],
  generation: -1,
  ...more,
})
const tp = (topic: string, ...partitions: number[]): TopicPartition[] => partitions.map((partition) => ({ topic, partition }))
const sizes = (assignment: Assignment) => [...assignment.values()].map((items) => items.length)

describe("range", () => {
  it("gives consecutive partitions per topic, one more to the first members", () => {
    const assignment = range.assign([member("b", ["t", "u"]), member("a", ["t", "u"])], new Map([["t", 3], ["u", 3]])) // biome-ignore format: table
    expect(assignment.get("a")).toEqual([...tp("t", 0, 1), ...tp("u", 0, 1)])
    expect(assignment.get("b")).toEqual([...tp("t", 2), ...tp("u", 2)])
  })

  it("puts static members first, by instance id", () => {
    const members = [member("a", ["t"]), member("z", ["t"], { instanceId: "1" }), member("y", ["t"], { instanceId: "2" })]
    const assignment = range.assign(members, new Map([["t", 3]]))
    expect([assignment.get("z"), assignment.get("y"), assignment.get("a")]).toEqual([tp("t", 0), tp("t", 1), tp("t", 2)])
  })

  it("answers an empty assignment for a member whose topic does not exist", () => {
    expect(range.assign([member("a", ["gone"])], new Map()).get("a")).toEqual([])
  })
})

describe("cooperative-sticky", () => {
  it("hands a moving partition to nobody in the round in which its owner gives it up", () => {
    const counts = new Map([["t", 4]])
    const first = cooperativeSticky.assign([member("a", ["t"], { owned: tp("t", 0, 1, 2, 3), generation: 1 }), member("b", ["t"])], counts)
    expect(sizes(first)).toEqual([2, 0])
    const kept = first.get("a") ?? []
    const second = cooperativeSticky.assign(
      [member("a", ["t"], { owned: kept, generation: 2 }), member("b", ["t"], { generation: 2 })],
      counts,
    )
    expect(second.get("a")).toEqual(kept)
    expect(second.get("b")).toHaveLength(2)
  })

  it("believes the later generation when two members claim one partition, and neither when equal", () => {
    const counts = new Map([["t", 2]])
    const later = cooperativeSticky.assign(
      [member("a", ["t"], { owned: tp("t", 0, 1), generation: 3 }), member("b", ["t"], { owned: tp("t", 0), generation: 5 })],
      counts,
    )
    expect(later.get("b")).toEqual(tp("t", 0))
    expect(later.get("a")).toEqual(tp("t", 1))
  })

  it("keeps what members hold when nothing changed", () => {
    const counts = new Map([["t", 5]])
    const members = [
      member("a", ["t"], { owned: tp("t", 4, 1), generation: 2 }),
      member("b", ["t"], { owned: tp("t", 0, 2, 3), generation: 2 }),
    ]
    const assignment = cooperativeSticky.assign(members, counts)
    expect(new Set(assignment.get("a"))).toEqual(new Set(tp("t", 4, 1)))
    expect(new Set(assignment.get("b"))).toEqual(new Set(tp("t", 0, 2, 3)))
  })
})

const topics = ["t", "u", "v"]
const anyGroup = fc.record({
  counts: fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12)).map((sizes) => new Map(topics.map((topic, i) => [topic, sizes[i] ?? 0]))),
  subscriptions: fc.array(fc.subarray(topics, { minLength: 1 }), { minLength: 1, maxLength: 6 }),
})

describe.each([range, cooperativeSticky])("$name, any group", (assignor) => {
  it("gives every partition with a subscriber to exactly one member that wants it", () => {
    fc.assert(
      fc.property(anyGroup, ({ counts, subscriptions }) => {
        const members = subscriptions.map((wanted, i) => member(`m${i}`, wanted))
        const assignment = assignor.assign(members, counts)
        const given = [...assignment].flatMap(([id, items]) => items.map((item) => ({ id, ...item })))
        expect(new Set(given.map(({ topic, partition }) => partitionKey(topic, partition))).size).toBe(given.length)
        for (const { id, topic } of given) expect(members.find(({ memberId }) => memberId === id)?.topics).toContain(topic)
        const wanted = topics.filter((topic) => subscriptions.some((list) => list.includes(topic)))
        expect(given.length).toBe(wanted.reduce((sum, topic) => sum + (counts.get(topic) ?? 0), 0))
      }),
    )
  })
})

describe("cooperative-sticky, any group with the same subscriptions", () => {
  it("converges in two rounds to a balance within one, moving no more than needed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 30 }), fc.nat(5), (before, count, joining) => {
        const counts = new Map([["t", count]])
        const old = cooperativeSticky.assign(
          Array.from({ length: before }, (_, i) => member(`m${i}`, ["t"])),
          counts,
        )
        const ids = [...old.keys(), ...Array.from({ length: joining }, (_, i) => `new${i}`)]
        const round = (held: Assignment, generation: number) =>
          cooperativeSticky.assign(
            ids.map((id) => member(id, ["t"], { owned: held.get(id) ?? [], generation })),
            counts,
          )
        const settled = round(round(old, 1), 2)
        expect(Math.max(...sizes(settled)) - Math.min(...sizes(settled))).toBeLessThanOrEqual(1)
        expect(sizes(settled).reduce((a, b) => a + b, 0)).toBe(count)
        for (const [id, items] of settled) {
          const held = old.get(id)
          if (held === undefined) continue
          const kept = items.filter((item) => held.some((other) => other.partition === item.partition))
          expect(kept.length).toBe(Math.min(items.length, held.length))
        }
      }),
    )
  })
})
