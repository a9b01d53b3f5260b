import { expect, test } from "vitest"
import { OffsetIndex } from "./offset-index.ts"

function indexOf(entries: [offset: number, position: number][]): OffsetIndex {
  const index = new OffsetIndex()
  for (const [last, position] of entries) index.append({ first: last - 1, last, position })
  return index
}

const again = (index: OffsetIndex, segmentBytes: number): OffsetIndex | null => OffsetIndex.decode(index.encode(), segmentBytes)

test("finds the last batch that ends before an offset", () => {
  const index = indexOf([
    [10, 100],
    [20, 200],
    [30, 300],
  ])
  expect([0, 10, 11, 20, 21, 30, 31, 1_000].map((offset) => index.floor(offset))).toEqual([0, 0, 100, 100, 200, 200, 300, 300])
})

test("names the very batch while it remembers first offsets, and the gap when it does not", () => {
  const index = indexOf([
    [10, 100],
    [20, 90_000],
  ])
  expect(index.locate(19, 99_000)).toEqual({ position: 90_000, latest: 90_000, isProbable: false })
  expect(index.locate(15, 99_000)).toEqual({ position: 100, latest: 90_000, isProbable: false })
  expect(index.locate(25, 99_000)).toEqual({ position: 90_000, latest: 99_000, isProbable: false })
  expect(again(index, 99_000)?.locate(19, 99_000)).toEqual({ position: 100, latest: 90_000, isProbable: true })
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
  expect(again(index, 10_000)?.floor(7)).toBe(4_200)
  expect(again(index, 10_000)?.length).toBe(2)
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
