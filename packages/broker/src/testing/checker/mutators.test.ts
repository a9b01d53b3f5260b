/** The checker itself: silent on legal histories, and not silent on any history with one planted anomaly. */
import { commitSeed, count } from "@rivven/protocol/testing"
import { expect, test } from "vitest"
import { simRandom } from "../sim-random.ts"
import { checkRun } from "./checker.ts"
import { checkCompaction, type WrittenRecord } from "./compaction-rule.ts"
import type { Run } from "./history.ts"
import { legalRun } from "./model.ts"
import { mutators } from "./mutators.ts"
import { interleavedTransactions } from "./transaction-rules.ts"

const histories = count({ ci: 10_000, campaign: 100_000 })
const plants = count({ ci: 400, campaign: 10_000 })
const timeout = count({ ci: 60_000, campaign: 7_200_000 })
const firstSeed = commitSeed()

test(`raises no alarm over ${histories} legal histories`, { timeout }, () => {
  let interleaved = 0
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const run = legalRun(seed)
    expect(checkRun(run), `legalRun(${seed})`).toEqual([])
    interleaved += interleavedTransactions(run)
  }
  expect(interleaved, "transactions that interleave are legal and happen").toBeGreaterThan(0)
})

for (const { code, name, plant } of mutators) {
  test(`finds ${name} (${code})`, { timeout }, () => {
    let [planted, found] = [0, 0]
    for (let seed = firstSeed; planted < plants && seed < firstSeed + plants * 20; seed++) {
      const run: Run | null = plant(legalRun(seed), simRandom(seed))
      if (!run) continue
      planted++
      if (checkRun(run).some((anomaly) => anomaly.code === code)) found++
    }
    expect(planted).toBe(plants)
    expect(found / planted).toBeGreaterThanOrEqual(0.999)
  })
}

const written: WrittenRecord[] = Array.from({ length: 60 }, (_, offset) => ({
  offset,
  key: `k${offset % 7}`,
  value: offset % 11 === 10 ? null : `v${offset}`,
  timestamp: 1_000 + offset,
}))
const lastOf = new Map(written.map(({ key, offset }) => [key, offset]))
const log = {
  partition: "compact-0",
  written,
  remaining: written.filter(({ key, offset }) => offset >= 40 || lastOf.get(key) === offset),
  cleanedUpTo: 40,
  tombstonesFromMs: 1_000,
  logStart: 0,
}

test("finds nothing in a log that compaction treated well", () => {
  expect(checkCompaction(log)).toEqual([])
})

test.each([
  ["the last value of a key is lost", { remaining: log.remaining.filter(({ offset }) => offset !== 55) }],
  ["something above the cleaned part is gone", { remaining: log.remaining.filter(({ offset }) => offset !== 41) }],
  ["a value was changed", { remaining: log.remaining.map((record) => (record.offset === 50 ? { ...record, value: "other" } : record)) }],
  ["a record is out of order", { remaining: [...log.remaining].reverse() }],
  ["a record appears that nobody wrote", { remaining: [...log.remaining, { offset: 99, key: "k", value: "v", timestamp: 1 }] }],
])("finds that %s (C17)", (_, damage) => {
  expect(checkCompaction({ ...log, ...damage }).map(({ code }) => code)).toContain("C17")
})
