import { describe, expect, it } from "vitest"
import { okWord } from "./offsets-panel.tsx"

describe("the state of a partition that is not behind", () => {
  it.each([
    [0, "consumer-1", "caught up"],
    [0, null, "caught up"],
    [12, "consumer-1", "reading"],
    [12, null, "not read now"],
  ])("%d records of lag, member %s: %s", (lagRecords, memberId, word) => expect(okWord({ lagRecords, memberId })).toBe(word))
})
