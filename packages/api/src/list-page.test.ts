import { describe, expect, it } from "vitest"
import { compareBy, matchesFilter } from "./list-page.ts"

describe("filters", () => {
  const topic = { name: "Orders.created", labels: { team: "shop", tier: "gold" } }

  it.each(["", "orders", "CREATED order", "shop", "label:team", "label:team=shop orders", "label:TEAM=Shop"])("%j matches", (filter) =>
    expect(matchesFilter(filter, topic)).toBe(true),
  )

  it.each(["invoices", "orders invoices", "label:owner", "label:team=web", "label:shop"])("%j does not", (filter) =>
    expect(matchesFilter(filter, topic)).toBe(false),
  )
})

describe("sorting", () => {
  it("puts what is unknown last in both directions", () => {
    const rows = [3, undefined, 1, 2]
    const by = (isDescending: boolean) =>
      rows.toSorted((a, b) => compareBy<{ of: number | undefined }>(({ of }) => of, isDescending)({ of: a }, { of: b }))
    expect([1, 2, 3]).toEqual(by(false).slice(0, 3))
    expect([3, 2, 1]).toEqual(
      rows
        .map((of) => ({ of }))
        .toSorted(compareBy(({ of }) => of, true))
        .map(({ of }) => of)
        .slice(0, 3),
    )
  })
})
