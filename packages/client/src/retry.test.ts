import { describe, expect, it } from "vitest"
import { Deadline } from "./deadline.ts"
import { failed, type ItemError, ok, type Result } from "./errors.ts"
import { backoffMs, retry, retryItems, traitsOf } from "./retry.ts"
import { VirtualClock } from "./testing/virtual-clock.ts"

const random = { next: () => 0.5 }

function policyOf(clock: VirtualClock, timeoutMs: number) {
  return { clock, random, deadline: new Deadline(clock, timeoutMs), firstBackoffMs: 100, maxBackoffMs: 1_000 }
}

const lost = failed("CONNECTION_LOST", "gone")
const refused = failed("BAD_INPUT", "no")

describe("retry", () => {
  it("repeats only the items that failed with something retriable, and answers in order", async () => {
    const clock = new VirtualClock()
    const seen: string[][] = []
    const outcomes: Record<string, Result<string>[]> = { a: [ok("A")], b: [lost, lost, ok("B")], c: [refused], d: [lost, ok("D")] }
    const running = retryItems(
      ["a", "b", "c", "d"],
      async (open) => {
        seen.push([...open])
        return open.map((item) => outcomes[item]?.shift() ?? refused)
      },
      policyOf(clock, 10_000),
    )
    await clock.advance(10_000)
    expect(await running).toEqual([ok("A"), ok("B"), refused, ok("D")])
    expect(seen).toEqual([["a", "b", "c", "d"], ["b", "d"], ["b"]])
  })

  it("gives up before the deadline rather than after it, with the last failure", async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    const running = retry(
      async () => {
        times.push(clock.monotonic())
        return lost
      },
      policyOf(clock, 1_000),
    )
    await clock.advance(60_000)
    expect(await running).toBe(lost)
    expect(times).toEqual([0, 100, 300])
  })

  it("tells what failed before each further attempt", async () => {
    const clock = new VirtualClock()
    const told: ItemError[][] = []
    const running = retry(async (attempt) => (attempt < 2 ? lost : ok(1)), {
      ...policyOf(clock, 5_000),
      recover: (errors) => told.push(errors),
    })
    await clock.advance(5_000)
    expect(await running).toEqual(ok(1))
    expect(told).toEqual([[lost.error], [lost.error]])
  })

  it("takes a retriable code as the answer where the call says so", async () => {
    const clock = new VirtualClock()
    let attempts = 0
    const attempt = async () => {
      attempts++
      return lost
    }
    expect(await retry(attempt, { ...policyOf(clock, 5_000), isFinal: () => true })).toBe(lost)
    expect(attempts).toBe(1)
  })

  it("stops at once when the signal aborts", async () => {
    const clock = new VirtualClock()
    const stop = new AbortController()
    const running = retry(async () => lost, { ...policyOf(clock, 60_000), signal: stop.signal })
    stop.abort()
    expect(await running).toBe(lost)
  })

  it("doubles the pause up to its maximum, ± 20 %", () => {
    const at = (attempt: number, value: number) =>
      backoffMs(attempt, { firstBackoffMs: 50, maxBackoffMs: 1_000, random: { next: () => value } })
    expect([at(0, 0.5), at(1, 0.5), at(2, 0.5), at(9, 0.5), at(500, 0.5)]).toEqual([50, 100, 200, 1_000, 1_000])
    expect(at(9, 0)).toBe(800)
    expect(at(9, 0.999)).toBeCloseTo(1_199.6)
  })

  it("knows from the table which look-ups an error makes worthless", () => {
    expect(traitsOf("NOT_LEADER_OR_FOLLOWER")).toEqual({ hasStaleMetadata: true, hasLostCoordinator: false })
    expect(traitsOf("NOT_COORDINATOR")).toEqual({ hasStaleMetadata: false, hasLostCoordinator: true })
    expect(traitsOf("CONNECTION_LOST")).toEqual({ hasStaleMetadata: true, hasLostCoordinator: true })
    expect(traitsOf("NOT_CONTROLLER")).toEqual({ hasStaleMetadata: true, hasLostCoordinator: false })
    expect(traitsOf("INVALID_CONFIG")).toEqual({ hasStaleMetadata: false, hasLostCoordinator: false })
  })
})
