import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from "./wire.ts"

describe("consumer protocol", () => {
  it("round-trips a subscription", () => {
    const subscription = { topics: ["a", "ü"], owned: [{ topic: "a", partition: 3 }], generation: 7, rack: "r1" }
    expect(decodeSubscription(encodeSubscription(subscription))).toEqual({ ok: true, value: subscription })
  })

  it("reads a version 0 subscription, which ends after the user data", () => {
    const bytes = Buffer.from("00000000000100017400000000", "hex")
    expect(decodeSubscription(bytes)).toEqual({ ok: true, value: { topics: ["t"], owned: [], generation: -1, rack: null } })
  })

  it("round-trips an assignment and takes empty bytes as none", () => {
    const assigned = [
      { topic: "a", partition: 0 },
      { topic: "a", partition: 2 },
      { topic: "b", partition: 1 },
    ]
    expect(decodeAssignment(encodeAssignment(assigned))).toEqual({ ok: true, value: assigned })
    expect(decodeAssignment(new Uint8Array(0))).toEqual({ ok: true, value: [] })
  })

  it("answers BAD_ANSWER to a count that cannot fit", () => {
    const bytes = Buffer.from("00037fffffff", "hex")
    expect(decodeSubscription(bytes)).toMatchObject({ ok: false, error: { code: "BAD_ANSWER" } })
  })

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeSubscription(bytes)
        decodeAssignment(bytes)
      }),
      { numRuns: 2_000 },
    )
  })
})
