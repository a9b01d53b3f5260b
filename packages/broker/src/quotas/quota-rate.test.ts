import { describe, expect, it } from "vitest"
import { SampledRate, TokenBucket } from "./quota-rate.ts"

const windows = { count: 11, windowMs: 1_000 }

describe("a sampled rate", () => {
  it("lets a first burst of all windows but one pass, and asks to wait for what is above", () => {
    const rate = new SampledRate(windows)
    rate.record(1_000, 0)
    expect(rate.overuseMs(100, 0)).toBe(0)
    rate.record(500, 0)
    // 1,500 in 10 s are 150 a second: half too much.
    expect(rate.overuseMs(100, 0)).toBe(5_000)
  })

  it("forgets what is older than all windows", () => {
    const rate = new SampledRate(windows)
    rate.record(1_000_000, 0)
    expect(rate.isIdle(10_999)).toBe(false)
    expect(rate.isIdle(11_000)).toBe(true)
    expect(rate.overuseMs(1, 11_000)).toBe(0)
  })

  it("takes back what was not given", () => {
    const rate = new SampledRate(windows)
    rate.record(2_000, 0)
    rate.record(-2_000, 0)
    expect(rate.overuseMs(100, 0)).toBe(0)
  })

  it("holds a steady sender that waits as told to its limit", () => {
    const rate = new SampledRate(windows)
    let [nowMs, sent] = [0, 0]
    while (nowMs < 120_000) {
      rate.record(400, nowMs)
      sent += 400
      nowMs += 10 + rate.overuseMs(100, nowMs)
    }
    expect(sent / (nowMs / 1_000)).toBeGreaterThan(80)
    expect(sent / (nowMs / 1_000)).toBeLessThan(120)
  })
})

describe("a token bucket", () => {
  it("gives what was saved up, more than there is once, and then nothing until that is made up for", () => {
    const bucket = new TokenBucket(windows, { perSecond: 2, nowMs: 0 })
    bucket.take(22)
    expect(bucket.emptyMs(2, 0)).toBe(0)
    bucket.take(10)
    expect(bucket.emptyMs(2, 0)).toBe(5_000)
    expect(bucket.emptyMs(2, 5_000)).toBe(0)
    expect(bucket.isIdle(5_000)).toBe(false)
    expect(bucket.isIdle(16_000)).toBe(true)
  })
})
