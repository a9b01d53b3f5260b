import { describe, expect, it } from "vitest"
import { timeLabel, timeTicks, valueAxis } from "./axis.ts"

const labels = (axis: ReturnType<typeof valueAxis>) => axis.ticks.map(axis.label)

describe("value axis", () => {
  it("writes the unit at the top line only", () => {
    expect(labels(valueAxis("count", 3_100_000))).toEqual(["0", "1", "2", "3", "4 M"])
    expect(labels(valueAxis("byteRate", 430e6))).toEqual(["0", "100", "200", "300", "400", "500"])
    expect(valueAxis("byteRate", 430e6).titleUnit).toBe("MB/s")
    expect(labels(valueAxis("ratio", 0.87))).toEqual(["0", "20", "40", "60", "80", "100 %"])
    expect(labels(valueAxis("bytes", 1.8e12))).toEqual(["0", "0.5", "1", "1.5", "2 TB"])
  })

  it("keeps whole lines for small counts and shows something for all zero", () => {
    expect(labels(valueAxis("count", 0))).toEqual(["0", "1", "2", "3", "4"])
    expect(labels(valueAxis("count", 2))).toEqual(["0", "1", "2", "3", "4"])
    expect(valueAxis("byteRate", 0).top).toBeGreaterThan(0)
  })

  it("divides time by sixty", () => {
    expect(labels(valueAxis("duration", 57 * 60_000))).toEqual(["0", "15", "30", "45", "60 min"])
    expect(labels(valueAxis("duration", 4600))).toEqual(["0", "1", "2", "3", "4", "5 s"])
    expect(labels(valueAxis("duration", 994))).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1 s"])
    expect(labels(valueAxis("duration", 43))).toEqual(["0", "10", "20", "30", "40", "50 ms"])
  })

  it.each([1, 3, 7, 12, 99, 101, 5321, 99_999, 1.5e7])("covers %d with three to six lines", (max) => {
    const axis = valueAxis("count", max)
    expect(axis.top).toBeGreaterThanOrEqual(max)
    expect(axis.ticks.length).toBeGreaterThanOrEqual(3)
    expect(axis.ticks.length).toBeLessThanOrEqual(6)
  })
})

describe("time axis", () => {
  const to = Date.UTC(2026, 10, 24, 14, 32)

  it("places round times inside the range", () => {
    const ticks = timeTicks(to - 6 * 3_600_000, to, { zone: "utc" })
    expect(ticks.map((at) => timeLabel(at, 6 * 3_600_000, "utc"))).toEqual(["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"])
  })

  it("writes days for long ranges", () => {
    const span = 7 * 86_400_000
    expect(timeTicks(to - span, to, { zone: "utc" }).map((at) => timeLabel(at, span, "utc"))).toEqual(["19 Nov", "21 Nov", "23 Nov"])
  })
})
