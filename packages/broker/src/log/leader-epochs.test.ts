import { expect, test } from "vitest"
import { LeaderEpochs } from "./leader-epochs.ts"

function epochsOf(entries: [epoch: number, startOffset: number][]): LeaderEpochs {
  const epochs = new LeaderEpochs()
  for (const [epoch, startOffset] of entries) epochs.begin(epoch, startOffset)
  return epochs
}

const epochs = (): LeaderEpochs =>
  epochsOf([
    [0, 0],
    [2, 10],
    [5, 30],
  ])

test("answers where an epoch ended, or the greatest below it", () => {
  expect(epochs().endOffset(0, 40)).toEqual({ epoch: 0, endOffset: 10 })
  expect(epochs().endOffset(1, 40)).toEqual({ epoch: 0, endOffset: 10 })
  expect(epochs().endOffset(2, 40)).toEqual({ epoch: 2, endOffset: 30 })
  expect(epochs().endOffset(5, 40)).toEqual({ epoch: 5, endOffset: 40 })
})

test("knows nothing of the future and of what lies before the log", () => {
  expect(epochs().endOffset(6, 40)).toBeNull()
  const trimmed = epochs()
  trimmed.dropBefore(15)
  expect(trimmed.endOffset(1, 40)).toBeNull()
  expect(trimmed.at(20)).toBe(2)
})

test("replaces an epoch that wrote nothing", () => {
  const found = epochsOf([
    [0, 0],
    [1, 10],
    [2, 10],
  ])
  expect(found.all).toEqual([
    { epoch: 0, startOffset: 0 },
    { epoch: 2, startOffset: 10 },
  ])
})

test("is written as Kafka's checkpoint and read back", () => {
  const bytes = epochs().encode()
  expect(new TextDecoder().decode(bytes)).toBe("0\n3\n0 0\n2 10\n5 30\n")
  expect(LeaderEpochs.decode(bytes)?.all).toEqual(epochs().all)
})

test("refuses a damaged checkpoint", () => {
  for (const text of ["", "0\n2\n0 0\n", "1\n1\n0 0\n", "0\n2\n0 0\n0 5\n", "0\n1\n0 x\n"]) {
    expect(LeaderEpochs.decode(new TextEncoder().encode(text)), JSON.stringify(text)).toBeNull()
  }
})
