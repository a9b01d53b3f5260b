import { describe, expect, it } from "vitest"
import { ByteBudget } from "./limits.ts"

describe("a byte budget", () => {
  it("grants in the order of asking and never more than there is", () => {
    const budget = new ByteBudget(100)
    const granted: string[] = []
    const first = budget.reserve(70, () => granted.push("first"))
    const second = budget.reserve(50, () => granted.push("second"))
    const third = budget.reserve(10, () => granted.push("third"))
    expect(granted).toEqual(["first"])
    first()
    expect(granted).toEqual(["first", "second", "third"])
    expect(budget.freeBytes).toBe(40)
    second()
    third()
    third()
    expect(budget.freeBytes).toBe(100)
  })

  it("forgets who stopped waiting", () => {
    const budget = new ByteBudget(10)
    const granted: string[] = []
    const first = budget.reserve(10, () => granted.push("first"))
    const second = budget.reserve(10, () => granted.push("second"))
    budget.reserve(5, () => granted.push("third"))
    second()
    first()
    expect(granted).toEqual(["first", "third"])
  })
})
