import { describe, expect, it } from "vitest"
import { ManualClock } from "../testing/manual-clock.ts"
import type { Entity } from "./quota-entity.ts"
import { QuotaStore } from "./quota-store.ts"
import { Quotas } from "./quotas.ts"

const user = (entityName: string | null) => ({ entityType: "user", entityName })
const client = (entityName: string | null) => ({ entityType: "client-id", entityName })
const windows = { count: 11, windowMs: 1_000 }

function open() {
  const [store, clock] = [new QuotaStore(), new ManualClock()]
  const set = (entity: Entity, value: number | null, key = "producer_byte_rate") =>
    store.apply({ entity, key, value: value ?? 0, remove: value === null })
  return { store, clock, set, quotas: new Quotas({ store, clock, windows, mutationWindows: windows }) }
}

/** From the weakest to the strongest. */
const ladder: readonly Entity[] = [
  [client(null)],
  [client("c")],
  [user(null)],
  [user(null), client(null)],
  [user(null), client("c")],
  [user("u")],
  [user("u"), client(null)],
  [user("u"), client("c")],
]

describe("the quota of a sender", () => {
  it("is the one that names it most exactly, in Kafka's order, at each step up and down", () => {
    const { store, set } = open()
    const limit = () => store.limitOf({ user: "u", clientId: "c" }, "producer_byte_rate")?.perSecond
    expect(limit()).toBeUndefined()
    for (const [step, entity] of ladder.entries()) {
      set(entity, step + 1)
      expect(limit()).toBe(step + 1)
    }
    for (const [step, entity] of [...ladder.entries()].reverse()) {
      expect(limit()).toBe(step + 1)
      set(entity, null)
    }
    expect(store.isEmpty).toBe(true)
  })

  it("is decided for each kind of use on its own", () => {
    const { store, set } = open()
    set([user("u")], 5)
    set([client("c")], 7, "consumer_byte_rate")
    expect(store.limitOf({ user: "u", clientId: "c" }, "consumer_byte_rate")?.perSecond).toBe(7)
    expect(store.limitOf({ user: "u", clientId: "c" }, "request_percentage")).toBeUndefined()
  })

  it("is shared by all clients of a user, and a default gives each user a share", () => {
    const { set, quotas } = open()
    set([user(null)], 100)
    expect(quotas.charge("produce", { user: "u", clientId: "a" }, 1_000)).toBe(0)
    expect(quotas.charge("produce", { user: "v", clientId: "a" }, 1_000)).toBe(0)
    expect(quotas.charge("produce", { user: "u", clientId: "b" }, 1_000)).toBe(10_000)
  })

  it("takes effect with the next request after it was changed", () => {
    const { set, quotas } = open()
    const who = { user: "u", clientId: "c" }
    set([user("u")], 100)
    expect(quotas.charge("produce", who, 5_000)).toBe(40_000)
    set([user("u")], 1_000)
    expect(quotas.charge("produce", who, 0)).toBe(0)
    set([user("u")], null)
    expect(quotas.charge("produce", who, 1e9)).toBe(0)
  })

  it("of time makes nobody wait longer than one window", () => {
    const { set, quotas } = open()
    set([user("u")], 1, "request_percentage")
    expect(quotas.charge("request", { user: "u", clientId: "c" }, 100_000)).toBe(1_000)
  })

  it("bounds one fetch by what can be made up for", () => {
    const { set, quotas } = open()
    expect(quotas.largestFetch({ user: "u", clientId: "c" })).toBe(Number.MAX_SAFE_INTEGER)
    set([user("u")], 100, "consumer_byte_rate")
    expect(quotas.largestFetch({ user: "u", clientId: "c" })).toBe(1_000)
  })

  it("of partitions refuses the strict and lets others wait", async () => {
    const { set, quotas, clock } = open()
    const who = { user: "u", clientId: "c" }
    set([user("u")], 1, "controller_mutation_rate")
    expect(quotas.mutate(who, 13, { isStrict: true })).toEqual({ ok: true })
    expect(quotas.mutate(who, 1, { isStrict: true })).toEqual({ ok: false, throttleMs: 2_000 })
    expect(quotas.mutate(who, 1, { isStrict: false })).toEqual({ ok: false, throttleMs: 3_000 })
    await clock.advance(3_000)
    expect(quotas.mutate(who, 1, { isStrict: true })).toEqual({ ok: true })
  })

  it("is measured for a bounded number of senders", () => {
    const { set, quotas } = open()
    set([client(null)], 100)
    for (let id = 0; id < 25_000; id++) quotas.charge("produce", { user: "u", clientId: `c${id}` }, 1)
    expect(quotas.measured).toBeLessThanOrEqual(10_001)
  })
})
