import { describe, expect, it } from "vitest"
import { median, pairRatios, quantile, summarise } from "./statistics.ts"

describe("statistics", () => {
  it("interpolates between the two middle values", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([3, 1, 2])).toBe(2)
  })

  it("gives quartiles without changing its argument", () => {
    const values = [5, 1, 4, 2, 3]
    expect(summarise(values)).toEqual({ median: 3, p25: 2, p75: 4 })
    expect(values).toEqual([5, 1, 4, 2, 3])
    expect(quantile(values, 0)).toBe(1)
    expect(quantile(values, 1)).toBe(5)
  })

  it("divides neighbours, not medians", () => {
    expect(pairRatios([10, 40], [5, 10])).toEqual([2, 4])
  })
})
