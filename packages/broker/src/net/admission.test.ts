import { describe, expect, it } from "vitest"
import { ManualClock } from "../testing/manual-clock.ts"
import { Admission, type Entry } from "./admission.ts"
import { defaultLimits } from "./limits.ts"
import { LoopWatch } from "./loop-watch.ts"
import { Rates } from "./rates.ts"

const plain = { isTls: false }
const why = (entry: Entry) => ("refusal" in entry ? entry.refusal : "in")

describe("admission", () => {
  it("counts the total and each address, and gives places back once", () => {
    const admission = new Admission({
      limits: { ...defaultLimits, maxConnections: 3, maxConnectionsPerAddress: 2 },
      clock: new ManualClock(),
    })
    const first = admission.enter("a", plain)
    expect(why(admission.enter("a", plain))).toBe("in")
    expect(why(admission.enter("a", plain))).toBe("address")
    expect(why(admission.enter("b", plain))).toBe("in")
    expect(why(admission.enter("c", plain))).toBe("total")
    if ("release" in first) {
      first.release()
      first.release()
    }
    expect(admission.count).toBe(2)
    expect(why(admission.enter("a", plain))).toBe("in")
    expect(why(admission.enter("a", plain))).toBe("total")
  })

  it("lets an address begin twenty TLS handshakes a second, others are not held up", async () => {
    const clock = new ManualClock()
    const admission = new Admission({ limits: defaultLimits, clock })
    const tls = { isTls: true }
    const outcomes = Array.from({ length: 30 }, () => why(admission.enter("a", tls)))
    expect(outcomes.filter((outcome) => outcome === "in").length).toBe(20)
    expect(outcomes.at(-1)).toBe("handshakes")
    expect(why(admission.enter("b", tls))).toBe("in")
    expect(why(admission.enter("a", plain))).toBe("in")
    await clock.advance(500)
    expect(Array.from({ length: 30 }, () => why(admission.enter("a", tls))).filter((outcome) => outcome === "in").length).toBe(10)
  })

  it("keeps to the share of a principal", () => {
    const admission = new Admission({ limits: { ...defaultLimits, maxConnectionsPerPrincipal: 1 }, clock: new ManualClock() })
    const place = admission.claim("User:a")
    expect(admission.claim("User:a")).toBeNull()
    expect(admission.claim("User:b")).not.toBeNull()
    place?.()
    expect(admission.claim("User:a")).not.toBeNull()
  })

  it("asks the quota of an address", () => {
    const admission = new Admission({
      limits: defaultLimits,
      clock: new ManualClock(),
      quotaOf: (address) => (address === "a" ? 2 : undefined),
    })
    expect(["a", "a", "a", "b", "b", "b"].map((address) => why(admission.enter(address, plain)))).toEqual([
      "in",
      "in",
      "rate",
      "in",
      "in",
      "in",
    ])
  })
})

describe("a late loop", () => {
  it("is seen when a probe is overdue, and for a second afterwards", async () => {
    let nowMs = 0
    const fired: (() => void)[] = []
    const after = (_: number, run: () => void) => {
      fired.push(run)
      return () => {}
    }
    const loop = new LoopWatch({ monotonic: () => nowMs, wall: () => 0, after, endOfTick: () => {} }, 500)
    expect(loop.isBehind()).toBe(false)
    nowMs = 400
    expect(loop.isBehind()).toBe(false)
    nowMs = 700
    expect(loop.isBehind()).toBe(true)
    fired[0]?.()
    nowMs = 1_600
    expect(loop.isBehind()).toBe(true)
    nowMs = 1_701
    expect(loop.isBehind()).toBe(false)
  })
})

describe("rates", () => {
  it("remember ten thousand keys at most", () => {
    const rates = new Rates(new ManualClock())
    for (let key = 0; key < 20_000; key++) rates.take(String(key), 1)
    expect(rates.size).toBe(10_000)
  })
})
