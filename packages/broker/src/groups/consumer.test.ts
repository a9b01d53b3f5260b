import { count } from "@rivven/protocol/testing"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ConsumerDriver } from "../testing/consumer-driver.ts"
import { phaseOf } from "./consumer-state.ts"

const sizes = (driver: ConsumerDriver) => [...driver.group.members.values()].map(({ assigned }) => assigned.size)

describe("a member of the newer protocol", () => {
  it("gets everything when it is alone, at the group's epoch", () => {
    const driver = new ConsumerDriver({ t: 3 })
    expect(driver.join("a")).toMatchObject({ error: "NONE", memberId: "a", epoch: 1, assignment: new Set(["t:0", "t:1", "t:2"]) })
    expect(phaseOf(driver.group)).toBe("Stable")
    expect(driver.send({ memberId: "a", epoch: 1 })).toMatchObject({ epoch: 1, assignment: null })
  })

  it("owns what it has to give up until it says, with a list, that it is gone", () => {
    const driver = new ConsumerDriver({ t: 2 })
    driver.join("a")
    expect(driver.join("b")).toMatchObject({ epoch: 2, assignment: new Set() })
    const revoked = driver.send({ memberId: "a", epoch: 1 })
    expect([revoked.epoch, revoked.assignment?.size]).toEqual([1, 1])
    expect(driver.send({ memberId: "b", epoch: 2 }).assignment).toBeNull()
    expect(driver.send({ memberId: "a", epoch: 1 }).epoch).toBe(1)
    expect(driver.send({ memberId: "b", epoch: 2 }).assignment).toBeNull()
    expect(driver.send({ memberId: "a", epoch: 1, owned: new Set(["t:0", "t:1"]) }).epoch).toBe(1)
    expect(driver.send({ memberId: "a", epoch: 1, owned: revoked.assignment }).epoch).toBe(2)
    expect(driver.send({ memberId: "b", epoch: 2 }).assignment?.size).toBe(1)
    expect(phaseOf(driver.group)).toBe("Stable")
  })

  it.each([
    ["an epoch ahead", { memberId: "a", epoch: 7 }, "FENCED_MEMBER_EPOCH"],
    ["an epoch behind", { memberId: "a", epoch: 1 }, "FENCED_MEMBER_EPOCH"],
    ["an unknown id", { memberId: "x", epoch: 1 }, "UNKNOWN_MEMBER_ID"],
    ["no id", { memberId: "", epoch: 1 }, "INVALID_REQUEST"],
    ["an epoch below -2", { memberId: "a", epoch: -3 }, "INVALID_REQUEST"],
    ["leaving for now without an instance", { memberId: "a", epoch: -2 }, "INVALID_REQUEST"],
    ["an unknown instance", { memberId: "a", epoch: 3, instanceId: "i" }, "UNKNOWN_MEMBER_ID"],
    ["an assignor that is not there", { memberId: "a", epoch: 3, assignor: "own" }, "UNSUPPORTED_ASSIGNOR"],
    ["a broken regular expression", { memberId: "a", epoch: 3, regex: "(" }, "INVALID_REGULAR_EXPRESSION"],
    ["a look-ahead, which RE2 has not", { memberId: "a", epoch: 3, regex: "a(?=b)" }, "INVALID_REGULAR_EXPRESSION"],
  ] as const)("is refused with %s", (_, request, error) => {
    const driver = new ConsumerDriver({ t: 1 })
    driver.join("a")
    driver.join("b")
    driver.send({ memberId: "b", epoch: -1 })
    driver.send({ memberId: "a", epoch: 1 })
    expect(driver.group.members.get("a")?.epoch).toBe(3)
    expect(driver.send(request).error).toBe(error)
  })

  it("is not refused when it did not hear the last answer, and hears all of it", () => {
    const driver = new ConsumerDriver({ t: 2 })
    driver.join("a")
    expect(driver.join("a")).toMatchObject({ error: "NONE", epoch: 1, assignment: new Set(["t:0", "t:1"]) })
  })

  it("may join again at any time, and owns what it owned until it says what it owns", () => {
    const driver = new ConsumerDriver({ t: 2 })
    driver.join("a")
    driver.join("b")
    const { assignment } = driver.send({ memberId: "a", epoch: 1 })
    expect(driver.join("a")).toMatchObject({ error: "NONE", epoch: 1, assignment })
    expect(driver.send({ memberId: "b", epoch: 2 }).assignment).toBeNull()
    expect(driver.send({ memberId: "a", epoch: 1, owned: assignment }).epoch).toBe(2)
    expect(driver.send({ memberId: "b", epoch: 2 }).assignment?.size).toBe(1)
  })

  it("is one too many", () => {
    const driver = new ConsumerDriver({ t: 2 }, { maxSize: 1 })
    driver.join("a")
    expect(driver.join("b").error).toBe("GROUP_MAX_SIZE_REACHED")
  })

  it("reads what its regular expression matches as a whole, and what is created later", () => {
    const driver = new ConsumerDriver({ orders: 1, "old-orders": 1, __orders: 1 }, { maySee: (name) => name !== "orders-secret" })
    expect(driver.join("a", { regex: ".*orders|orders-.*" }).assignment).toEqual(new Set(["orders:0", "old-orders:0", "__orders:0"]))
    driver.setTopics({ orders: 2, "orders-new": 1, "orders-secret": 1 })
    const revoked = driver.send({ memberId: "a", epoch: 1 })
    expect(revoked.assignment).toEqual(new Set(["orders:0"]))
    expect(driver.send({ memberId: "a", epoch: 1, owned: revoked.assignment })).toMatchObject({
      epoch: 2,
      assignment: new Set(["orders:0", "orders:1", "orders-new:0"]),
    })
  })
})

describe("a static member of the newer protocol", () => {
  it("comes back under another id to what it had, with no new epoch of the group", () => {
    const driver = new ConsumerDriver({ t: 2 })
    const before = driver.join("a", { instanceId: "i" })
    expect(driver.join("b", { instanceId: "i" }).error).toBe("UNRELEASED_INSTANCE_ID")
    expect(driver.send({ memberId: "a", epoch: -2, instanceId: "i" }).epoch).toBe(-2)
    expect(driver.join("b", { instanceId: "i" })).toMatchObject({ epoch: 1, assignment: before.assignment })
    expect(driver.send({ memberId: "a", epoch: 1, instanceId: "i" }).error).toBe("FENCED_INSTANCE_ID")
    expect(driver.group.epoch).toBe(1)
  })

  it("keeps its partitions while it is away", () => {
    const driver = new ConsumerDriver({ t: 2 })
    driver.join("a", { instanceId: "i" })
    driver.send({ memberId: "a", epoch: -2, instanceId: "i" })
    expect(driver.join("b").assignment).toEqual(new Set())
    driver.drop("a")
    expect(driver.send({ memberId: "b", epoch: 2 }).assignment?.size).toBe(2)
  })
})

describe("assignors", () => {
  it("range gives neighbours and the same numbers of several topics to one member", () => {
    const driver = new ConsumerDriver({ t: 3, u: 3 }, { assignors: ["range"] })
    driver.join("b", { topicNames: ["t", "u"] })
    driver.join("a", { topicNames: ["t", "u"] })
    expect(driver.group.target.get("a")).toEqual(new Set(["t:0", "t:1", "u:0", "u:1"]))
    expect(driver.group.target.get("b")).toEqual(new Set(["t:2", "u:2"]))
  })

  it("uniform moves no more than is uneven", () => {
    const driver = new ConsumerDriver({ t: 6 })
    driver.join("a")
    driver.join("b")
    const before = new Map(driver.group.target)
    driver.join("c")
    for (const id of ["a", "b"]) expect(driver.group.target.get(id)?.isSubsetOf(before.get(id) ?? new Set())).toBe(true)
    expect([...driver.group.target.values()].map((one) => one.size)).toEqual([2, 2, 2])
  })

  it("are chosen by most members", () => {
    const driver = new ConsumerDriver({ t: 4 })
    driver.join("b", { assignor: "range" })
    driver.join("a", { assignor: "range" })
    expect(driver.group.target.get("a")).toEqual(new Set(["t:0", "t:1"]))
  })
})

describe("whatever members do", () => {
  const ids = ["a", "b", "c", "d"]
  const names = fc.constantFrom(["t"], ["u"], ["t", "u"])
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("enter" as const), id: fc.constantFrom(...ids), names }) },
    { weight: 12, arbitrary: fc.record({ do: fc.constant("beat" as const), id: fc.constantFrom(...ids), isLost: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), id: fc.constantFrom(...ids) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("expire" as const), id: fc.constantFrom(...ids) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("topics" as const), t: fc.nat(5), u: fc.nat(5) }) },
  )
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

  function play(driver: ConsumerDriver, one: Step): void {
    if (one.do === "topics") driver.setTopics({ t: one.t, u: one.u })
    else if (one.do === "beat") driver.beat(one.id, one.isLost)
    else if (one.do === "enter") {
      const known = driver.members.get(one.id)
      if (known) Object.assign(known, { topicNames: one.names, isFull: true })
      else driver.members.set(one.id, { epoch: 0, owned: new Set(), told: null, isFull: true, topicNames: one.names })
    } else {
      driver.members.delete(one.id)
      if (one.do === "leave") driver.send({ memberId: one.id, epoch: -1 })
      else driver.drop(one.id)
    }
  }

  function expectOneOwnerEach(driver: ConsumerDriver): void {
    const claims = driver.claims()
    expect(new Set(claims).size).toBe(claims.length)
    const owned = [...driver.members.values()].flatMap((member) => [...member.owned])
    expect(new Set(owned).size).toBe(owned.length)
  }

  it.each([["uniform"], ["range"]])("each partition has one owner at most, and in the end exactly one (%s)", (assignor) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const driver = new ConsumerDriver({ t: 4, u: 3 }, { assignors: [assignor] })
        for (const one of steps) {
          play(driver, one)
          expectOneOwnerEach(driver)
        }
        for (let round = 0; round < 12; round++) {
          for (const id of driver.members.keys()) driver.beat(id)
          expectOneOwnerEach(driver)
        }
        if (driver.members.size === 0) return
        expect(phaseOf(driver.group)).toBe("Stable")
        const read = new Set([...driver.members.values()].flatMap((member) => member.topicNames))
        const all = driver.topics.filter(({ name }) => read.has(name)).reduce((sum, { partitionCount }) => sum + partitionCount, 0)
        expect(driver.claims()).toHaveLength(all)
        for (const [id, { owned }] of driver.members) expect(owned).toEqual(driver.group.members.get(id)?.assigned)
      }),
      { numRuns: count({ ci: 500, campaign: 50_000 }) },
    )
  })

  it("a group of equals is even", () => {
    const driver = new ConsumerDriver({ t: 7 })
    for (const id of ids) driver.members.set(id, { epoch: 0, owned: new Set(), told: null, isFull: true, topicNames: ["t"] })
    for (let round = 0; round < 8; round++) for (const id of ids) driver.beat(id)
    expect(sizes(driver).toSorted((a, b) => a - b)).toEqual([1, 2, 2, 2])
  })
})
