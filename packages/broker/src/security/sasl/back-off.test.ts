import { describe, expect, it } from "vitest"
import { ManualClock } from "../../testing/manual-clock.ts"
import { BackOff } from "./back-off.ts"

function fail(backOff: BackOff, times: number): void {
  for (let time = 0; time < times; time++) backOff.failed("10.0.0.1", "alice")
}

describe("who failed", () => {
  it("may mistype once, then waits longer each time, at most five seconds", async () => {
    const clock = new ManualClock()
    const backOff = new BackOff(clock)
    const waits: (number | null)[] = []
    for (let failures = 0; failures < 10; failures++) {
      const wait = backOff.enter("10.0.0.1", "alice")
      waits.push(wait)
      await clock.advance(wait ?? 5_000)
      backOff.failed("10.0.0.1", "alice")
    }
    expect(waits.slice(0, 5)).toEqual([0, 0, 100, 200, 400])
    expect(Math.max(...waits.map((wait) => wait ?? 0))).toBeLessThanOrEqual(5_000)
  })

  it("is one user from one address: the same user from elsewhere, and another from there, are not held up", () => {
    const backOff = new BackOff(new ManualClock())
    fail(backOff, 20)
    expect(backOff.enter("10.0.0.1", "alice")).not.toBe(0)
    expect(backOff.enter("10.0.0.2", "alice")).toBe(0)
    expect(backOff.enter("10.0.0.1", "bob")).toBe(0)
  })

  it("waits in line, and is refused at once when the line is too long", () => {
    const backOff = new BackOff(new ManualClock())
    fail(backOff, 4)
    const waits = Array.from({ length: 40 }, () => backOff.enter("10.0.0.1", "alice"))
    expect(waits[0]).toBeLessThan(waits[1] ?? 0)
    expect(waits.filter((wait) => wait === null).length).toBeGreaterThan(20)
  })

  it("is forgotten after a success, and after a minute", async () => {
    const clock = new ManualClock()
    const backOff = new BackOff(clock)
    fail(backOff, 5)
    backOff.succeeded("10.0.0.1", "alice")
    expect(backOff.enter("10.0.0.1", "alice")).toBe(0)
    fail(backOff, 5)
    await clock.advance(60_001)
    expect(backOff.enter("10.0.0.1", "alice")).toBe(0)
  })

  it("is remembered for ten thousand, not more", () => {
    const backOff = new BackOff(new ManualClock())
    for (let user = 0; user < 20_000; user++) backOff.failed("10.0.0.1", `user ${user}`)
    expect(backOff.size).toBe(10_000)
  })
})
