import { FakeClock } from "@rivven/kube/testing"
import { describe, expect, it } from "vitest"
import { Budget } from "./budget.ts"

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

describe("budget", () => {
  it("lets a burst through and then so many a second", async () => {
    const clock = new FakeClock()
    const budget = new Budget(clock, { perSecond: 20, burst: 3, inFlight: 100 })
    let done = 0
    for (let at = 0; at < 5; at++) void budget.run("page", 1, async () => void done++)
    await settle()
    expect(done).toBe(3)
    clock.advance(60)
    await settle()
    expect(done).toBe(4)
    clock.advance(60)
    await settle()
    expect(done).toBe(5)
  })

  it("serves a person before a page before the sampler", async () => {
    const clock = new FakeClock()
    const budget = new Budget(clock, { perSecond: 20, burst: 60, inFlight: 1 })
    const order: string[] = []
    const first = Promise.withResolvers<void>()
    void budget.run("sampler", 1, () => first.promise)
    for (const priority of ["sampler", "page", "user", "live", "user"] as const)
      void budget.run(priority, 1, async () => void order.push(priority))
    first.resolve()
    await settle()
    expect(order).toEqual(["user", "user", "page", "live", "sampler"])
  })

  it("goes on after a call that failed", async () => {
    const budget = new Budget(new FakeClock(), { perSecond: 1, burst: 10, inFlight: 1 })
    await expect(budget.run("user", 1, () => Promise.reject(new Error("no")))).rejects.toThrow("no")
    expect(await budget.run("user", 1, async () => 7)).toBe(7)
  })
})
