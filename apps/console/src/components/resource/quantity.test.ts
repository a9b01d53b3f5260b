import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { duration, size } from "./quantity.ts"

describe("durations of forms", () => {
  it.each([
    ["7 d", 604_800_000],
    ["7d", 604_800_000],
    ["12 h", 43_200_000],
    ["1.5 h", 5_400_000],
    ["90 min", 5_400_000],
    ["90 s", 90_000],
    ["604800000", 604_800_000],
    ["604 800 000 ms", 604_800_000],
    ["unlimited", -1],
    ["-1", -1],
    ["0", 0],
  ])("reads %s", (text, ms) => expect(duration.parse(text)).toBe(ms))

  it.each(["", "d", "7 days ago", "-7 d", "7 x", "1e3 s", "9999999999999 d", "0.3 ms"])("refuses %j", (text) =>
    expect(duration.parse(text)).toBeNull(),
  )

  it("reads back whatever it writes", () => {
    fc.assert(fc.property(fc.integer({ min: -1, max: 315_360_000_000 }), (ms) => duration.parse(duration.format(ms)) === ms))
  })
})

describe("sizes of forms", () => {
  it.each([
    ["1 GiB", 1_073_741_824],
    ["1g", 1_073_741_824],
    ["512 MiB", 536_870_912],
    ["100 MB", 100_000_000],
    ["1.5 GiB", 1_610_612_736],
    ["1048576", 1_048_576],
    ["none", -1],
  ])("reads %s", (text, bytes) => expect(size.parse(text)).toBe(bytes))

  it("reads back whatever it writes", () => {
    fc.assert(fc.property(fc.integer({ min: -1, max: 2 ** 45 }), (bytes) => size.parse(size.format(bytes)) === bytes))
  })
})
