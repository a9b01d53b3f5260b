import { describe, expect, it } from "vitest"
import { rebase } from "./rebase.ts"

const text = (spec: string) => `metadata:\n  name: orders\nspec:\n${spec}`
const base = text("  partitions: 3\n  config:\n    retentionMs: 1\n    cleanupPolicy: delete")

describe("a draft over a moving base", () => {
  it("follows the base while nothing was touched", () => {
    const theirs = base.replace("retentionMs: 1", "retentionMs: 2")
    expect(rebase({ base, mine: base, theirs })).toEqual({ yaml: theirs, taken: ["spec.config.retentionMs"], kept: [] })
  })

  it("takes the other's change into the draft and keeps the own one with its comment", () => {
    const mine = base.replace("partitions: 3", "partitions: 6 # more readers")
    const theirs = base.replace("retentionMs: 1", "retentionMs: 2")
    const { yaml, taken, kept } = rebase({ base, mine, theirs }) ?? {}
    expect(yaml).toBe(mine.replace("retentionMs: 1", "retentionMs: 2"))
    expect(taken).toEqual(["spec.config.retentionMs"])
    expect(kept).toEqual([])
  })

  it("keeps the own value where both changed a field, and says so", () => {
    const mine = base.replace("retentionMs: 1", "retentionMs: 5")
    const theirs = base.replace("retentionMs: 1", "retentionMs: 2")
    expect(rebase({ base, mine, theirs })).toEqual({ yaml: mine, taken: [], kept: ["spec.config.retentionMs"] })
  })

  it("says nothing where both made the same change", () => {
    const mine = base.replace("partitions: 3", "partitions: 6")
    expect(rebase({ base, mine, theirs: mine })).toEqual({ yaml: mine, taken: [], kept: [] })
  })

  it("adds and removes what the other added and removed", () => {
    const mine = base.replace("partitions: 3", "partitions: 6")
    const theirs = text("  partitions: 3\n  config:\n    retentionMs: 1\n  labels:\n    team: shop")
    const { yaml, taken } = rebase({ base, mine, theirs }) ?? {}
    expect(yaml).toBe(text("  partitions: 6\n  config:\n    retentionMs: 1\n  labels:\n    team: shop"))
    expect(taken).toEqual(["spec.config.cleanupPolicy", "spec.labels"])
  })

  it("keeps a field whose parent the other removed", () => {
    const mine = base.replace("retentionMs: 1", "retentionMs: 5")
    const { yaml, kept } = rebase({ base, mine, theirs: text("  partitions: 3") }) ?? {}
    expect(yaml).toBe(mine)
    expect(kept).toEqual(["spec.config"])
  })

  it("waits while the draft cannot be read", () => {
    expect(rebase({ base, mine: "spec: [", theirs: base })).toBeUndefined()
  })
})
