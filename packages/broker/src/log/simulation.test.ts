import { expect, test } from "vitest"
import { simulate } from "../testing/simulate.ts"

const firstSeed = 1
const seeds = 240
/** Seeds that once failed; they stay. */
const regressions: readonly number[] = []

test(`keeps every promise over ${seeds} seeded runs of kills, power cuts, failing syncs and full disks`, { timeout: 120_000 }, async () => {
  let acknowledged = 0
  const seen = new Set<string>()
  for (const seed of [...regressions, ...Array.from({ length: seeds }, (_, index) => firstSeed + index)]) {
    const outcome = await simulate(seed)
    acknowledged += outcome.acknowledged
    for (const fault of outcome.faults) seen.add(fault)
    expect(outcome.anomalies, `seed ${seed}: run simulate(${seed}); faults ${outcome.faults.join(", ")}`).toEqual([])
  }
  expect(acknowledged).toBeGreaterThan(seeds * 50)
  expect([...seen]).toEqual(expect.arrayContaining(["kill", "power", "kill-in-recovery", "eio", "full", "stop"]))
})

test("gives the same run for the same seed", async () => {
  for (const seed of [3, 11, 42]) {
    const [first, second] = [await simulate(seed), await simulate(seed)]
    expect(second.fingerprint).toBe(first.fingerprint)
  }
})
