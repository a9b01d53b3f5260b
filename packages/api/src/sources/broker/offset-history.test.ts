import { describe, expect, it } from "vitest"
import { OffsetHistory } from "./offset-history.ts"

function history(points: readonly (readonly [number, number])[]): OffsetHistory {
  const made = new OffsetHistory()
  for (const [at, end] of points) made.record("orders", 0, { at, end })
  return made
}

describe("offset history", () => {
  it("dates a record between the last look that did not see it and the first that did", () => {
    const seen = history([
      [1_000, 100],
      [2_000, 200],
    ])
    expect(seen.writtenAt("orders", 0, 100)).toBe(1_000)
    expect(seen.writtenAt("orders", 0, 150)).toBe(1_500)
  })

  it("dates the first record after a pause to its end, not to its beginning", () => {
    const seen = history([
      [1_000, 100],
      [61_000, 100],
      [71_000, 110],
    ])
    expect(seen.writtenAt("orders", 0, 100)).toBe(61_000)
  })

  it("does not know of records that were there before, or are not there yet", () => {
    const seen = history([
      [1_000, 100],
      [2_000, 200],
    ])
    expect(seen.writtenAt("orders", 0, 99)).toBeNull()
    expect(seen.writtenAt("orders", 0, 200)).toBeNull()
    expect(seen.writtenAt("orders", 1, 150)).toBeNull()
  })

  it("begins anew when a topic was made again", () => {
    const seen = history([
      [1_000, 100],
      [2_000, 5],
      [3_000, 10],
    ])
    expect(seen.writtenAt("orders", 0, 5)).toBe(2_000)
    expect(seen.writtenAt("orders", 0, 50)).toBeNull()
  })

  it("stays small and keeps its ends over a long time", () => {
    const seen = history(Array.from({ length: 20_000 }, (_, at) => [at * 10_000, at * 10] as const))
    expect(seen.writtenAt("orders", 0, 199_985)).toBe(199_985_000 - 0)
    const early = seen.writtenAt("orders", 0, 1_000) ?? 0
    expect(Math.abs(early - 1_000_000)).toBeLessThan(10_000)
  })

  it("forgets topics that are gone", () => {
    const seen = history([
      [1_000, 1],
      [2_000, 2],
    ])
    seen.keepOnly((topic) => topic !== "orders")
    expect(seen.writtenAt("orders", 0, 1)).toBeNull()
  })
})
