import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type * as z from "zod/mini"
import { alertsUrl } from "./features/alerts/alerts-url.ts"
import { groupsUrl, groupUrl } from "./features/groups/groups-url.ts"
import { messagesUrl } from "./features/messages/messages-url.ts"
import { editUrl } from "./features/topics/edit-url.ts"
import { topicsUrl, topicUrl } from "./features/topics/topics-url.ts"
import { parseInstant, readTimeRange } from "./time-range.ts"
import { defineUrlState, flag, readUrlState, text, type UrlState, whole, words, writeUrlState } from "./url-state.ts"

const spec = defineUrlState({ q: text(), list: words(), at: whole(), isOn: flag() }, { q: "", list: [], at: null, isOn: false })

function search(changes: Record<string, string | null>): URLSearchParams {
  const kept = Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== null)
  return new URLSearchParams(new URLSearchParams(kept).toString())
}

describe("URL as state", () => {
  it("reads back whatever was written", () => {
    const word = fc.string({ minLength: 1, maxLength: 20 }).filter((each) => !each.includes(","))
    const state = fc.record({
      q: fc.string({ maxLength: 100 }),
      list: fc.array(word, { maxLength: 8 }),
      at: fc.option(fc.integer({ min: 0, max: 999_999_999_999_999 })),
      isOn: fc.boolean(),
    })
    fc.assert(
      fc.property(state, (given) => {
        expect(readUrlState(spec, search(writeUrlState(spec, given)))).toEqual(given)
      }),
    )
  })

  it("leaves out what equals its default", () => {
    expect(writeUrlState(spec, { q: "", list: [], at: null, isOn: false })).toEqual({ q: null, list: null, at: null, isOn: null })
    expect(writeUrlState(spec, { isOn: true })).toEqual({ isOn: "1" })
  })

  const features: Record<string, UrlState<Readonly<Record<string, z.ZodMiniType<unknown, string>>>>> = {
    alerts: alertsUrl as never,
    edit: editUrl as never,
    group: groupUrl as never,
    groups: groupsUrl as never,
    messages: messagesUrl as never,
    topic: topicUrl as never,
    topics: topicsUrl as never,
  }

  it.each(Object.entries(features))("of %s falls back to defaults on nonsense", (_, url) => {
    const nonsense = new URLSearchParams(Object.keys(url.fields).map((name) => [name, "?".repeat(3000)]))
    expect(readUrlState(url, nonsense)).toEqual(url.defaults)
    expect(readUrlState(url, new URLSearchParams())).toEqual(url.defaults)
    expect(Object.values(writeUrlState(url, url.defaults)).every((value) => value === null)).toBe(true)
  })
})

describe("time range in the URL", () => {
  const now = 1_700_000_000_000

  it.each([
    ["now", now],
    ["now-15m", now - 900_000],
    ["now-6h", now - 21_600_000],
    ["now-30d", now - 2_592_000_000],
    ["1700000000000", 1_700_000_000_000],
    ["yesterday", null],
    ["now-6y", null],
    ["", null],
  ])("%j is %s", (text_, at) => expect(parseInstant(text_, now)).toBe(at))

  it("is the last hour unless the ends are right", () => {
    expect(readTimeRange(new URLSearchParams())).toMatchObject({ from: "now-1h", isLive: true, label: "Last 1 h" })
    expect(readTimeRange(new URLSearchParams("from=now-6h"))).toMatchObject({ from: "now-6h", isLive: true, label: "Last 6 h" })
    expect(readTimeRange(new URLSearchParams("from=now&to=now-6h"))).toMatchObject({ from: "now-1h", isLive: true })
    expect(readTimeRange(new URLSearchParams("from=1700000000000&to=1700003600000"))).toMatchObject({ isLive: false, label: "Chosen time" })
  })
})
