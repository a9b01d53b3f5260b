import { describe, expect, it } from "vitest"
import { murmur2 } from "./murmur2.ts"
import { partitionOfKey, StickyPartitioner } from "./partitioner.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

const of = (count: number) => ({ count, isUsable: () => true })

describe("murmur2", () => {
  // The vectors of Apache Kafka's own UtilsTest.
  it.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ])("hashes %s as Java does", (text, hash) => {
    expect(murmur2(bytes(text))).toBe(hash)
  })
})

describe("partitions", () => {
  it("takes the positive hash modulo the partition count for a key, also for an empty one", () => {
    expect(partitionOfKey(bytes("foobar"), 7)).toBe((-790332482 & 0x7fffffff) % 7)
    expect(partitionOfKey(new Uint8Array(0), 1000)).toBe((murmur2(new Uint8Array(0)) & 0x7fffffff) % 1000)
  })

  it("stays with one partition until a batch's worth of bytes went there, then takes another", () => {
    const sticky = new StickyPartitioner({ next: () => 0 }, 100)
    const chosen = Array.from({ length: 8 }, () => sticky.partitionFor("t", 30, of(3)))
    expect(chosen).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })

  it("leaves a partition that lost its leader at once", () => {
    const sticky = new StickyPartitioner({ next: () => 0 }, 100)
    sticky.partitionFor("t", 1, of(2))
    expect(sticky.partitionFor("t", 1, { count: 2, isUsable: (partition) => partition === 1 })).toBe(1)
  })

  it("moves on when the batch of the partition left early", () => {
    const sticky = new StickyPartitioner({ next: () => 0 }, 100)
    sticky.partitionFor("t", 1, of(2))
    sticky.batchLeft("t", 0)
    expect(sticky.partitionFor("t", 1, of(2))).toBe(1)
  })
})
