import { type BatchHeader, parseBatchHeader } from "@rivven/protocol/records"
import { describe, expect, test } from "vitest"
import { batchOf } from "../testing/log-fixture.ts"
import { decodeProducers, encodeProducers } from "./producer-snapshot.ts"
import { ProducerStates } from "./producer-state.ts"

const header = (sequence: number, { epoch = 0, count = 1 }: { epoch?: number; count?: number } = {}) =>
  parseBatchHeader(
    batchOf(
      Array.from({ length: count }, (_, index) => index),
      { producer: { id: 7, epoch, sequence } },
    ),
  )

const apply = (states: ProducerStates, batch: BatchHeader, lastOffset: number): void =>
  states.apply({ header: batch, baseOffset: lastOffset - batch.lastOffsetDelta, lastOffset, marker: null })

function statesWith(batches: number): ProducerStates {
  const states = new ProducerStates()
  for (let sequence = 0; sequence < batches; sequence++) apply(states, header(sequence), 100 + sequence)
  return states
}

const kind = (states: ProducerStates, sequence: number, options?: { epoch?: number; count?: number }): string => {
  const verdict = states.check(header(sequence, options))
  return verdict.kind === "refused" ? verdict.answer.error : verdict.kind
}

test("takes any sequence of a producer it does not know", () => {
  expect(kind(new ProducerStates(), 4_711)).toBe("append")
})

test("takes the next sequence and refuses a gap", () => {
  expect(kind(statesWith(3), 3)).toBe("append")
  expect(kind(statesWith(3), 4)).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER")
})

test("answers the original offset for each of the last five batches", () => {
  const states = statesWith(9)
  for (let sequence = 4; sequence < 9; sequence++) {
    const verdict = states.check(header(sequence))
    expect(verdict).toMatchObject({ kind: "duplicate", mark: { lastOffset: 100 + sequence } })
  }
  expect(kind(states, 3)).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER")
})

test("does not take a batch of another size for a duplicate", () => {
  expect(kind(statesWith(3), 2, { count: 2 })).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER")
})

test("refuses a lower epoch, and a higher one that does not begin at 0", () => {
  const states = new ProducerStates()
  apply(states, header(0, { epoch: 5 }), 0)
  expect(kind(states, 1, { epoch: 4 })).toBe("INVALID_PRODUCER_EPOCH")
  expect(kind(states, 1, { epoch: 6 })).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER")
  expect(kind(states, 0, { epoch: 6 })).toBe("append")
})

test("forgets the batches of an old epoch", () => {
  const states = statesWith(3)
  apply(states, header(0, { epoch: 1 }), 200)
  expect(kind(states, 0, { epoch: 1 })).toBe("duplicate")
  expect(kind(states, 2, { epoch: 1 })).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER")
})

test("wraps sequences from 2^31-1 to 0", () => {
  const states = new ProducerStates()
  apply(states, header(0x7fff_fffe, { count: 2 }), 1)
  expect(kind(states, 0)).toBe("append")
  const wrapping = new ProducerStates()
  apply(wrapping, header(0x7fff_ffff, { count: 3 }), 2)
  expect(kind(wrapping, 2)).toBe("append")
  expect(kind(wrapping, 0x7fff_ffff, { count: 3 })).toBe("duplicate")
})

test("checks against what is staged, and forgets it when the write fails", () => {
  const states = statesWith(1)
  states.stage({ header: header(1), baseOffset: 101, lastOffset: 101, marker: null })
  expect(kind(states, 2)).toBe("append")
  expect(kind(states, 1)).toBe("duplicate")
  states.clearStaged()
  expect(kind(states, 2)).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER")
  expect(kind(states, 1)).toBe("append")
})

test("expires producers by the age of their last batch", () => {
  const states = statesWith(2)
  expect(states.expire(header(0).maxTimestamp)).toBe(0)
  expect(states.expire(header(0).maxTimestamp + 1)).toBe(1)
  expect(kind(states, 99)).toBe("append")
})

describe("a snapshot", () => {
  test("keeps all five batches of each producer", () => {
    const states = statesWith(9)
    const restored = new ProducerStates()
    restored.restore(decodeProducers(encodeProducers(states)) ?? [], [])
    expect([...restored.entries()]).toEqual([...states.entries()])
    expect(kind(restored, 4)).toBe("duplicate")
  })

  test("keeps a batch whose sequences wrap", () => {
    const states = new ProducerStates()
    apply(states, header(0x7fff_ffff, { count: 3 }), 2)
    expect(decodeProducers(encodeProducers(states))).toEqual([...states.entries()])
  })

  test("is refused when a byte of it changed", () => {
    const bytes = encodeProducers(statesWith(3))
    for (let at = 0; at < bytes.length; at++) expect(decodeProducers(bytes.with(at, (bytes[at] ?? 0) ^ 1)), `byte ${at}`).toBeNull()
    expect(decodeProducers(bytes.subarray(0, 9))).toBeNull()
  })
})
