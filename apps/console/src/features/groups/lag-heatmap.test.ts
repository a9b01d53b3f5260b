import { describe, expect, it } from "vitest"
import { trendWords } from "./group-columns.tsx"
import { heatStep } from "./lag-heatmap.tsx"

describe("heat of a cell", () => {
  it.each([
    [null, 0],
    [0, 0],
    [1, 0],
    [10_000, 1],
    [50_000, 2],
    [500_000, 4],
    [1_000_000, 5],
  ])("of %s under a million is %d", (value, step) => expect(heatStep(value, 1_000_000)).toBe(step))
})

describe("change of a lag", () => {
  it.each([
    [0, "steady"],
    [0.4, "steady"],
    [910, "+910/s"],
    [-12_400, "-12.4 k/s"],
  ])("%d reads %s", (perSecond, text) => expect(trendWords(perSecond)).toBe(text))
})
