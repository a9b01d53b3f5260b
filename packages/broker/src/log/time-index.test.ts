import { expect, test } from "vitest"
import { TimeIndex } from "./time-index.ts"

function indexOf(entries: [timestamp: number, offset: number][]): TimeIndex {
  const index = new TimeIndex()
  for (const [timestamp, offset] of entries) index.append(timestamp, offset)
  return index
}

test("starts a search behind the entries that are older than the wanted time", () => {
  const index = indexOf([
    [1_000, 5],
    [2_000, 9],
  ])
  expect([500, 1_000, 1_001, 2_000, 2_001].map((time) => index.floor(time))).toEqual([0, 0, 5, 5, 9])
})

test("keeps only what raises the maximum", () => {
  const index = indexOf([
    [1_000, 5],
    [900, 7],
    [1_000, 8],
    [1_100, 9],
  ])
  expect(index.length).toBe(2)
  expect(index.last).toEqual({ timestamp: 1_100, relativeOffset: 9 })
})

test("reads back large and negative timestamps", () => {
  const index = indexOf([
    [-5, 0],
    [1_700_000_000_123, 3],
    [Number.MAX_SAFE_INTEGER, 4],
  ])
  const bytes = index.encode()
  expect(new DataView(bytes.buffer).getBigInt64(0)).toBe(-5n)
  expect(new DataView(bytes.buffer).getBigInt64(12)).toBe(1_700_000_000_123n)
  expect(TimeIndex.decode(bytes)?.last).toEqual({ timestamp: Number.MAX_SAFE_INTEGER, relativeOffset: 4 })
})

test("refuses bytes that are no time index", () => {
  expect(TimeIndex.decode(new Uint8Array(13))).toBeNull()
  expect(TimeIndex.decode(new Uint8Array(24))).toBeNull()
})
