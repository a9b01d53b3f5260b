import { describe, expect, it } from "vitest"
import {
  byteParts,
  countParts,
  escapeHidden,
  formatAge,
  formatByteRate,
  formatBytes,
  formatCount,
  formatDateTime,
  formatDay,
  formatDuration,
  formatExact,
  formatHourMinute,
  formatLag,
  formatPercent,
  formatRanges,
  formatRoughAge,
  formatSetting,
  formatSizeSetting,
  formatTime,
  plural,
  truncateMiddle,
} from "./format.ts"

const ms = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }
const at = Date.UTC(2026, 10, 24, 13, 5, 9, 7)

describe("numbers", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1\u202f000"],
    [88_412_097, "88\u202f412\u202f097"],
    [-59_483, "-59\u202f483"],
    [1234.5, "1\u202f234.5"],
    [Number.MAX_SAFE_INTEGER, "9\u202f007\u202f199\u202f254\u202f740\u202f991"],
  ])("groups %d exactly", (value, text) => expect(formatExact(value)).toBe(text))

  it.each([
    [0, "0"],
    [0.004, "<0.01"],
    [0.4, "0.4"],
    [0.25, "0.25"],
    [9.96, "10"],
    [60, "60"],
    [920, "920"],
    [999.4, "999"],
    [999.6, "1 k"],
    [1000, "1 k"],
    [9200, "9.2 k"],
    [54_000, "54 k"],
    [118_250, "118 k"],
    [999_999, "1 M"],
    [3_100_000, "3.1 M"],
    [7e9, "7 G"],
    [2e15, "2000 T"],
    [-9200, "-9.2 k"],
  ])("shortens the count %d", (value, text) => expect(formatCount(value)).toBe(text))

  it.each([
    [0, "0 B"],
    [41, "41 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [41e6, "41 MB"],
    [1.2e9, "1.2 GB"],
    [212e9, "212 GB"],
    [4.1e12, "4.1 TB"],
    [1e15, "1 PB"],
  ])("writes %d bytes", (value, text) => expect(formatBytes(value)).toBe(text))

  it("writes rates, parts and percentages", () => {
    expect(formatByteRate(61.2e6)).toBe("61.2 MB/s")
    expect(countParts(3_100_000)).toEqual({ value: "3.1", unit: "M" })
    expect(byteParts(1.64e12)).toEqual({ value: "1.6", unit: "TB" })
    expect([0, 0.0042, 0.07, 0.853, 1].map(formatPercent)).toEqual(["0 %", "0.4 %", "7 %", "85 %", "100 %"])
  })
})

describe("durations", () => {
  it.each([
    [0, "0 ms"],
    [320, "320 ms"],
    [1000, "1 s"],
    [4660, "4.6 s"],
    [9999, "9.9 s"],
    [42 * ms.s, "42 s"],
    [ms.min, "1 min"],
    [2 * ms.min + 10 * ms.s, "2 min 10 s"],
    [2 * ms.min + 5 * ms.s, "2 min 05 s"],
    [28 * ms.min + 59 * ms.s, "28 min"],
    [2 * ms.h + 5 * ms.min, "2 h 05 min"],
    [3 * ms.h, "3 h"],
    [2.4 * ms.d, "2.4 d"],
    [41.9 * ms.d, "41 d"],
    [-3 * ms.h, "-3 h"],
  ])("reads %d ms", (value, text) => expect(formatDuration(value)).toBe(text))

  it.each([
    [-1, "unlimited"],
    [0, "0 ms"],
    [1500, "1\u202f500 ms"],
    [90 * ms.s, "90 s"],
    [5 * ms.min, "5 min"],
    [24 * ms.h, "24 h"],
    [36 * ms.h, "36 h"],
    [7 * ms.d, "7 d"],
    [365 * ms.d, "365 d"],
  ])("keeps the setting %d exact", (value, text) => expect(formatSetting(value)).toBe(text))

  it.each([
    [-1, "unlimited"],
    [0, "0 B"],
    [1000, "1\u202f000 B"],
    [1024, "1 KiB"],
    [1536, "1\u202f536 B"],
    [1_048_576, "1 MiB"],
    [1_073_741_824, "1 GiB"],
    [1_610_612_736, "1\u202f536 MiB"],
  ])("keeps the size setting %d exact", (value, text) => expect(formatSizeSetting(value)).toBe(text))

  it("says how old data is", () => {
    expect(formatAge(null, at)).toBe("never")
    expect(formatAge(at - 400, at)).toBe("now")
    expect(formatAge(at - 4600, at)).toBe("4 s ago")
    expect(formatAge(at - 130_000, at)).toBe("2 min 10 s ago")
    expect(formatAge(at + 2000, at)).toBe("now")
  })
})

describe("times", () => {
  it("writes UTC", () => {
    expect(formatHourMinute(at, "utc")).toBe("13:05")
    expect(formatTime(at, "utc")).toBe("13:05:09")
    expect(formatDay(at, "utc")).toBe("24 Nov")
    expect(formatDateTime(at, "utc")).toBe("2026-11-24 13:05:09")
    expect(formatDateTime(at, "utc", { milliseconds: true })).toBe("2026-11-24 13:05:09.007")
  })

  it("writes local time with the machine's offset", () => {
    const local = new Date(at)
    expect(formatHourMinute(at, "local")).toBe(
      `${String(local.getHours()).padStart(2, "0")}:${String(local.getMinutes()).padStart(2, "0")}`,
    )
  })
})

describe("words", () => {
  it("counts things", () => {
    expect(plural(1, "topic")).toBe("1 topic")
    expect(plural(0, "topic")).toBe("0 topics")
    expect(plural(2, "query", "queries")).toBe("2 queries")
  })

  it("cuts names in the middle", () => {
    expect(truncateMiddle("orders", 10)).toBe("orders")
    expect(truncateMiddle("orders.cdc.public.orders", 11)).toBe("order…rders")
    expect(truncateMiddle("orders.cdc.public.orders", 11)).toHaveLength(11)
  })

  it.each([
    [[], ""],
    [[4], "4"],
    [[1, 0], "0, 1"],
    [[0, 1, 2, 5, 7, 8], "0 to 2, 5, 7, 8"],
    [[23, 18, 19, 20, 22, 21], "18 to 23"],
  ])("joins the partitions %j", (numbers, text) => expect(formatRanges(numbers)).toBe(text))

  it("makes hidden characters visible", () => {
    expect(escapeHidden("a\u0000b\u202ec\u200bd")).toBe("a\\u0000b\\u202ec\\u200bd")
    expect(escapeHidden("a\nb\tc")).toBe("a\\u000ab\\u0009c")
    expect(escapeHidden("a\nb\tc\u001b", { keepLines: true })).toBe("a\nb\tc\\u001b")
    expect(escapeHidden("grüße 日本 🎉")).toBe("grüße 日本 🎉")
  })
})

describe("how far behind and how old", () => {
  it.each([
    [0, "0 s"],
    [0.4, "400 ms"],
    [130, "2 min 10 s"],
  ])("a lag of %d s is %s", (seconds, text) => expect(formatLag(seconds)).toBe(text))

  it.each([
    [500, "now"],
    [42_000, "42 s ago"],
    [246_000, "4 min ago"],
    [7_500_000, "2 h ago"],
    [200_000_000, "2 d ago"],
  ])("an age of %d ms is %s in a narrow place", (age, text) => expect(formatRoughAge(1_000_000_000, 1_000_000_000 + age)).toBe(text))
})
