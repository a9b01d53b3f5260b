import { describe, expect, it } from "vitest"
import { getCondition, setCondition } from "./status.ts"

describe("setCondition", () => {
  const now = new Date("2026-01-31T12:00:00.123Z")
  const later = new Date("2026-01-31T13:00:00Z")
  const ready = { type: "Ready", status: "True", reason: "TopicReady", message: "", observedGeneration: 1 } as const

  it("adds a condition with the time in whole seconds", () => {
    expect(setCondition(undefined, ready, now)).toEqual([{ ...ready, lastTransitionTime: "2026-01-31T12:00:00Z" }])
  })

  it("keeps the very list when nothing changed, so that nothing is written", () => {
    const before = setCondition(undefined, ready, now)
    expect(setCondition(before, ready, later)).toBe(before)
  })

  it("moves the time with the status only", () => {
    const before = setCondition(undefined, ready, now)
    const reworded = setCondition(before, { ...ready, message: "all well", observedGeneration: 2 }, later)
    expect(getCondition(reworded, "Ready")).toMatchObject({ message: "all well", lastTransitionTime: "2026-01-31T12:00:00Z" })
    const flipped = setCondition(reworded, { ...ready, status: "False", reason: "Gone" }, later)
    expect(getCondition(flipped, "Ready")).toMatchObject({ status: "False", lastTransitionTime: "2026-01-31T13:00:00Z" })
  })

  it("leaves the others and their order alone", () => {
    const two = setCondition(setCondition(undefined, ready, now), { ...ready, type: "Synced" }, now)
    const changed = setCondition(two, { ...ready, status: "Unknown" }, later)
    expect(changed.map(({ type: name }) => name)).toEqual(["Ready", "Synced"])
    expect(changed[1]).toBe(two[1])
  })
})
