import { describe, expect, test } from "vitest"
import { randomBytes, seeded } from "../testing/index.ts"
import { crc32c, crc32cInJavaScript, isCrcNative } from "./crc32c.ts"

describe.each([
  ["native", crc32c],
  ["JavaScript", crc32cInJavaScript],
] as const)("%s", (_name, crc) => {
  // RFC 3720, appendix B.4, and the usual check value.
  test.each([
    ["32 zeroes", Buffer.alloc(32), 0x8a91_36aa],
    ["32 ones", Buffer.alloc(32, 255), 0x62a8_ab43],
    ["0 to 31", Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd_794e],
    ["31 to 0", Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113f_db5c],
    ["123456789", Buffer.from("123456789"), 0xe306_9283],
    ["nothing", Buffer.alloc(0), 0],
  ])("knows the CRC of %s", (_what, bytes, expected) => {
    expect(crc(bytes)).toBe(expected)
  })

  test("goes on from the CRC of what came before", () => {
    const bytes = randomBytes(seeded(5), 1_000)
    expect(crc(bytes.subarray(333), crc(bytes.subarray(0, 333)))).toBe(crc(bytes))
  })
})

test("both agree on every length and alignment", () => {
  const bytes = randomBytes(seeded(6), 400)
  for (let from = 0; from < 17; from += 1) {
    for (let to = from; to < bytes.byteLength; to += 1)
      expect(crc32cInJavaScript(bytes.subarray(from, to))).toBe(crc32c(bytes.subarray(from, to)))
  }
})

test("this platform has the native module", () => {
  expect(isCrcNative).toBe(true)
})
