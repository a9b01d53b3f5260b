import { describe, expect, it } from "vitest"
import { bytesWords, counted, durationWords, listWords, settingBytesWords, settingDurationWords } from "./words.ts"

describe("words", () => {
  it.each([
    [0, "0 ms"],
    [450, "450 ms"],
    [45_000, "45 s"],
    [28 * 60_000, "28 min"],
    [7_500_000, "2 h 05 min"],
    [10_800_000, "3 h"],
    [207_360_000, "2.4 d"],
  ])("says an amount of time: %d", (ms, words) => expect(durationWords(ms)).toBe(words))

  it.each([
    [-1, "for ever"],
    [604_800_000, "7 d"],
    [259_200_000, "3 d"],
    [90_000, "90 s"],
    [1_500, "1\u202f500 ms"],
  ])("says a setting of time exactly: %d", (ms, words) => expect(settingDurationWords(ms)).toBe(words))

  it.each([
    [1_073_741_824, "1 GiB"],
    [1_048_576, "1 MiB"],
    [1_000_000, "1 MB"],
    [1_048_588, "1.05 MB"],
  ])("says a setting of bytes: %d", (bytes, words) => expect(settingBytesWords(bytes)).toBe(words))

  it("counts with thin groups and plurals", () => {
    expect(counted(1, "record")).toBe("1 record")
    expect(counted(12_400, "record")).toBe("12\u202f400 records")
    expect(counted(1_100_000, "record")).toBe("1.1 M records")
    expect(bytesWords(4.12e11)).toBe("412 GB")
  })

  it("lists a few names and counts the rest", () => {
    expect(listWords(["a"])).toBe("a")
    expect(listWords(["a", "b"])).toBe("a and b")
    expect(listWords(["a", "b", "c"])).toBe("a, b and c")
    expect(listWords(["a", "b", "c", "d", "e"])).toBe("a, b and 3 more")
  })
})
