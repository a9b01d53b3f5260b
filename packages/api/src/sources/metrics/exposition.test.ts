import { describe, expect, it } from "vitest"
import { parseExposition } from "./exposition.ts"
import { quantile, Rates } from "./rates.ts"

describe("metrics page", () => {
  it("reads names, labels with escapes, values and ignores comments", () => {
    const { samples, badLines } = parseExposition(
      ["# HELP a b", "up 1", 'a_total{topic="x\\"y\\\\z\\n",p="0",} 1.5e3 1700000000000', 'h_bucket{le="+Inf"} +Inf', "nan_gauge NaN"].join(
        "\n",
      ),
    )
    expect(badLines).toBe(0)
    expect(samples).toEqual([
      { metric: "up", labels: {}, value: 1 },
      { metric: "a_total", labels: { topic: 'x"y\\z\n', p: "0" }, value: 1500 },
      { metric: "h_bucket", labels: { le: "+Inf" }, value: Number.POSITIVE_INFINITY },
      { metric: "nan_gauge", labels: {}, value: Number.NaN },
    ])
  })

  it.each(["a{b=1} 2", 'a{b="1" c="2"} x', "{} 1", "a", "a 1 2 3", "1a 2"])("skips and counts what is none: %s", (line) => {
    expect(parseExposition(line)).toEqual({ samples: [], badLines: 1 })
  })
})

describe("rates", () => {
  it("are per second, from the second look on, and survive a restarted counter", () => {
    const rates = new Rates()
    const look = (value: number, atMs: number) => rates.rate({ metric: "c", labels: { t: "x" }, value }, atMs)
    expect([look(100, 0), look(200, 10_000), look(30, 20_000)]).toEqual([undefined, 10, 3])
  })

  it("count a new counter from zero at the last look at its place, if there was one", () => {
    const rates = new Rates()
    const sample = (topic: string, value: number) => ({ metric: "c", labels: { topic }, value })
    rates.look("node", 0)
    expect(rates.rate(sample("old", 1_000), 0, "node")).toBeUndefined()
    rates.look("node", 10_000)
    expect(rates.rate(sample("new", 500), 10_000, "node")).toBe(50)
  })

  it("forget counters that went away", () => {
    const rates = new Rates()
    rates.beginRound()
    rates.rate({ metric: "c", labels: {}, value: 5 }, 0)
    for (let round = 0; round < 4; round++) rates.beginRound()
    expect(rates.rate({ metric: "c", labels: {}, value: 10 }, 10_000)).toBeUndefined()
  })
})

describe("quantile", () => {
  const buckets = (...counts: [number, number][]) => counts.map(([upperBound, count]) => ({ upperBound, count }))

  it("is linear within its bucket", () => {
    expect(quantile(0.5, buckets([1, 0], [2, 10], [Number.POSITIVE_INFINITY, 10]))).toBe(1.5)
  })

  it("is the last bound when it lies beyond it, and nothing when nothing was counted", () => {
    expect(quantile(0.99, buckets([1, 5], [Number.POSITIVE_INFINITY, 100]))).toBe(1)
    expect(quantile(0.99, buckets([1, 0], [Number.POSITIVE_INFINITY, 0]))).toBeUndefined()
  })
})
