import { describe, expect, it } from "vitest"
import { bytesOfHex, hexDump, previewOf } from "./payload-text.ts"

describe("records as text", () => {
  it("puts JSON into one line and escapes what hides", () => {
    expect(previewOf({ format: "json", text: '{\n  "a": 1\n}', sizeBytes: 8, isTruncated: false })).toBe('{"a":1}')
    expect(previewOf({ format: "json", text: '{\n  "a b": "c  d",\n  "n": 9007199254740993\n}', sizeBytes: 8, isTruncated: false })).toBe(
      '{"a b":"c  d","n":9007199254740993}',
    )
    expect(previewOf({ format: "text", text: "a\u202eb\n", sizeBytes: 5, isTruncated: true })).toBe("a\\u202eb\\u000a…")
    expect(previewOf(null)).toBe("")
  })

  it("reads hex back and writes it in rows", () => {
    const bytes = bytesOfHex("7b 22 61 22 3a 31 7d 00 ff 10 11 12 13 14 15 16 17")
    expect(bytes).toHaveLength(17)
    expect(hexDump(bytes)).toBe(
      '000000  7b 22 61 22 3a 31 7d 00 ff 10 11 12 13 14 15 16  {"a":1}.........\n000010  17                                               .',
    )
  })
})
