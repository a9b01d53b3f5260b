/** The pure part: what a request makes of a transaction, at the edges of epochs and in any order. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  add,
  complete,
  end,
  endAndBump,
  initialise,
  isPreparing,
  lastEpoch,
  newTransaction,
  prepareFenced,
  type Transaction,
  whyNotOwner,
} from "./state.ts"

const partition = { topic: "t", topicId: "AAAAAAAAAAAAAAAAAAAAGQ", index: 0 }
const nowMs = 1_700_000_000_000
const fresh = (change: Partial<Transaction> = {}): Transaction => ({
  ...newTransaction("x", { producerId: 7, timeoutMs: 60_000, nowMs }),
  ...change,
})

function opened(transaction: Transaction): Transaction {
  const verdict = add(transaction, [partition], { nowMs, isNewProtocol: true })
  if ("error" in verdict) throw new Error(verdict.error)
  return verdict.next
}

const claimOf = ({ producerId, epoch }: Transaction) => ({ producerId, epoch })
const request = (transaction: Transaction, isCommit = true, freshProducerId: number | null = null) => ({
  claim: claimOf(transaction),
  isCommit,
  nowMs,
  freshProducerId,
})

describe("the end of the epochs", () => {
  const last = opened(fresh({ epoch: lastEpoch }))

  test("asks for a new producer id, ends with the old one and gives the new one with epoch 0", () => {
    expect(endAndBump(last, request(last))).toEqual({ needsProducerId: true })
    const verdict = endAndBump(last, request(last, true, 8))
    if (!("next" in verdict)) throw new Error("not prepared")
    expect(verdict.next).toMatchObject({ phase: "prepareCommit", producerId: 7, epoch: 32_767, nextProducerId: 8, nextEpoch: 0 })
    const done = complete(verdict.next, nowMs)
    expect(done).toMatchObject({ phase: "completeCommit", producerId: 8, epoch: 0, previousProducerId: 7 })
    expect(endAndBump(done, request(last)), "the same request again").toEqual({ done: true })
    expect(endAndBump(done, request(last, false)), "the other outcome").toEqual({ error: "INVALID_TXN_STATE" })
  })

  test("changes the producer id at InitProducerId too, and knows the old one when asked again", () => {
    const rested = fresh({ epoch: lastEpoch })
    const ask = (transaction: Transaction, freshProducerId: number | null) =>
      initialise(transaction, { claim: claimOf(rested), timeoutMs: 1, nowMs, freshProducerId })
    expect(ask(rested, null)).toEqual({ needsProducerId: true })
    const verdict = ask(rested, 8)
    if (!("next" in verdict)) throw new Error("not initialised")
    expect(verdict.next).toMatchObject({ producerId: 8, epoch: 0, previousProducerId: 7 })
    expect(ask(verdict.next, null)).toEqual({ same: true })
  })

  test("never goes beyond an int16 when it fences", () => {
    expect(prepareFenced(opened(fresh({ epoch: 32_767 })), nowMs).epoch).toBe(32_767)
  })
})

test("a producer that recovers has to be the current one", () => {
  const current = fresh({ epoch: 5 })
  const ask = (transaction: Transaction, epoch: number, producerId = 7) =>
    initialise(transaction, { claim: { producerId, epoch }, timeoutMs: 1, nowMs, freshProducerId: null })
  const verdict = ask(current, 5)
  if (!("next" in verdict)) throw new Error("not initialised")
  expect(verdict.next.epoch).toBe(6)
  expect(ask(verdict.next, 5), "asked again").toEqual({ same: true })
  expect(ask(verdict.next, 4)).toEqual({ error: "PRODUCER_FENCED" })
  expect(ask(current, 5, 8)).toEqual({ error: "PRODUCER_FENCED" })
  expect(ask(opened(current), 5)).toEqual({ abort: true })
  expect(ask(opened(current), 4)).toEqual({ error: "PRODUCER_FENCED" })
})

test("whatever comes in whatever order, epochs never fall, and nothing happens in a transaction that is being ended", () => {
  const kinds = fc.constantFrom("add", "commit", "abort", "commitBump", "abortBump", "complete", "fence", "init", "initAgain")
  fc.assert(
    fc.property(fc.array(kinds, { maxLength: 60 }), fc.array(fc.integer({ min: -1, max: 1 }), { maxLength: 60 }), (steps, skews) => {
      let transaction = fresh()
      steps.forEach((step, index) => {
        const before = transaction
        const claim = { producerId: before.producerId, epoch: before.epoch + (skews[index] ?? 0) }
        transaction = next(before, step, claim)
        const isForward = transaction.producerId === before.producerId ? transaction.epoch >= before.epoch : transaction.epoch === 0
        expect(isForward).toBe(true)
        if (isPreparing(before) && step !== "complete") expect(transaction).toBe(before)
        if (transaction !== before && step.endsWith("Bump")) expect(transaction.epoch).toBe(before.epoch + 1)
        if (whyNotOwner(before, claim) && (step === "commit" || step === "abort")) expect(transaction).toBe(before)
      })
    }),
  )
})

function next(before: Transaction, step: string, claim: { producerId: number; epoch: number }): Transaction {
  const ending = { claim, isCommit: step.startsWith("commit"), nowMs, freshProducerId: 900 }
  const asked = { timeoutMs: 1, nowMs, freshProducerId: 900 }
  const moves: Record<string, () => object> = {
    add: () => add(before, [partition], { nowMs, isNewProtocol: true }),
    commit: () => end(before, ending),
    abort: () => end(before, ending),
    commitBump: () => endAndBump(before, ending),
    abortBump: () => endAndBump(before, ending),
    complete: () => (isPreparing(before) ? { next: complete(before, nowMs) } : {}),
    fence: () => (before.phase === "ongoing" ? { next: prepareFenced(before, nowMs) } : {}),
    init: () => initialise(before, { ...asked, claim: null }),
    initAgain: () => initialise(before, { ...asked, claim }),
  }
  const verdict = moves[step]?.() ?? {}
  return "next" in verdict ? (verdict.next as Transaction) : before
}
