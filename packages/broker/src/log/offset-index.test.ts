import { expect, test } from "vitest"
import { OffsetIndex } from "./offset-index.ts"

function indexOf(entries: [offset: number, position: number][]): OffsetIndex {
  const index = new OffsetIndex()
  for (const [offset, position] of entries) index.append(offset, position)
  return index
}

test("finds the last entry at or before an offset", () => {
  const index = indexOf([
    [10, 100],
    [20, 200],
    [30, 300],
  ])
  expect([0, 9, 10, 19, 20, 29, 30, 1_000].map((offset) => index.floor(offset))).toEqual([0, 0, 100, 100, 200, 200, 300, 300])
})

test("grows past its first capacity", () => {
  const index = indexOf(Array.from({ length: 1_000 }, (_, at) => [at * 3, at * 7]))
  expect(index.length).toBe(1_000)
  expect(index.floor(2_998)).toBe(999 * 7)
})

test("is written as big-endian pairs of int32, as Kafka does", () => {
  expect([...indexOf([[1, 258]]).encode()]).toEqual([0, 0, 0, 1, 0, 0, 1, 2])
})

test("reads back what it wrote", () => {
  const index = indexOf([
    [5, 4_200],
    [9, 8_400],
  ])
  const again = OffsetIndex.decode(index.encode(), 10_000)
  expect(again?.floor(7)).toBe(4_200)
  expect(again?.length).toBe(2)
})

test("refuses bytes that cannot be this segment's index", () => {
  const bytes = indexOf([
    [5, 4_200],
    [9, 8_400],
  ]).encode()
  expect(OffsetIndex.decode(bytes.subarray(0, 12), 10_000)).toBeNull()
  expect(OffsetIndex.decode(bytes, 8_400)).toBeNull()
  expect(OffsetIndex.decode(new Uint8Array(16), 10_000)).toBeNull()
})
