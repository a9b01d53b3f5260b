import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { GroupDriver, text } from "../testing/group-driver.ts"
import type { GroupEvent } from "./state.ts"

describe("joining", () => {
  it("answers MEMBER_ID_REQUIRED once and accepts the id it gave", () => {
    const driver = new GroupDriver()
    const first = driver.joined(driver.join("m1", { requiresKnownMemberId: true }))
    expect(first).toMatchObject({ error: "MEMBER_ID_REQUIRED", memberId: "m1" })
    expect(driver.group.phase).toBe("empty")
    const second = driver.rejoin("m1", { requiresKnownMemberId: true })
    driver.send({ kind: "joinTimeout" })
    driver.send({ kind: "joinTimeout" })
    expect(driver.joined(second)).toMatchObject({ error: "NONE", generation: 1, leaderId: "m1", protocol: "range" })
  })

  it("forgets a handed-out member id whose owner does not come back within its session timeout", () => {
    const driver = new GroupDriver()
    driver.join("m1", { requiresKnownMemberId: true })
    driver.send({ kind: "sessionExpired", memberId: "m1" })
    expect(driver.joined(driver.rejoin("m1")).error).toBe("UNKNOWN_MEMBER_ID")
  })

  it("lets members that start together share the first generation, and extends the delay while they arrive", () => {
    const driver = new GroupDriver()
    const a = driver.join("a")
    const b = driver.join("b")
    expect(driver.timers.get("join")).toBe(3_000)
    driver.send({ kind: "joinTimeout" })
    expect(driver.isOpen(a)).toBe(true)
    driver.send({ kind: "joinTimeout" })
    expect(driver.joined(a).members.map((member) => member.memberId)).toEqual(["a", "b"])
    expect(driver.joined(b)).toMatchObject({ leaderId: "a", members: [], generation: 1 })
  })

  it("chooses the protocol that all know and most prefer", () => {
    const driver = new GroupDriver()
    const protocols = (...names: string[]) => names.map((name) => ({ name, metadata: text(name) }))
    driver.join("a", { protocols: protocols("sticky", "range") })
    driver.join("b", { protocols: protocols("range", "sticky") })
    driver.join("c", { protocols: protocols("range", "sticky", "own") })
    driver.send({ kind: "joinTimeout" })
    driver.send({ kind: "joinTimeout" })
    expect(driver.group.protocol).toBe("range")
  })

  it.each([
    ["another protocol type", { protocolType: "connect" }],
    ["no protocol in common", { protocols: [{ name: "own", metadata: text("x") }] }],
    ["an empty protocol list", { protocols: [] }],
    ["an empty protocol type", { protocolType: "" }],
  ])("answers INCONSISTENT_GROUP_PROTOCOL to %s", (_, options) => {
    const driver = new GroupDriver()
    driver.settle(["a"])
    expect(driver.joined(driver.join("b", options)).error).toBe("INCONSISTENT_GROUP_PROTOCOL")
    expect(driver.group.phase).toBe("stable")
  })

  it("answers INVALID_SESSION_TIMEOUT outside the broker's bounds", () => {
    const driver = new GroupDriver()
    expect(driver.joined(driver.join("a", { sessionTimeoutMs: 5_999 })).error).toBe("INVALID_SESSION_TIMEOUT")
    expect(driver.joined(driver.join("a", { sessionTimeoutMs: 1_800_001 })).error).toBe("INVALID_SESSION_TIMEOUT")
  })

  it("answers GROUP_MAX_SIZE_REACHED to the member too many", () => {
    const driver = new GroupDriver({ maxSize: 2 })
    driver.settle(["a", "b"])
    expect(driver.joined(driver.join("c")).error).toBe("GROUP_MAX_SIZE_REACHED")
    expect(driver.group.members.size).toBe(2)
  })

  it("answers UNKNOWN_MEMBER_ID to an id it never gave", () => {
    const driver = new GroupDriver()
    driver.settle(["a"])
    expect(driver.joined(driver.rejoin("stranger")).error).toBe("UNKNOWN_MEMBER_ID")
  })

  it("answers a follower that joins again without news with the running generation", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"])
    expect(driver.joined(driver.rejoin("b"))).toMatchObject({ error: "NONE", generation: 1, leaderId: "a" })
    expect(driver.group.phase).toBe("stable")
  })

  it("starts a rebalance when the leader joins again", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"])
    const again = driver.rejoin("a")
    expect(driver.isOpen(again)).toBe(true)
    expect(driver.heartbeat("b").error).toBe("REBALANCE_IN_PROGRESS")
    driver.rejoin("b")
    expect(driver.joined(again)).toMatchObject({ generation: 2, members: [{ memberId: "a" }, { memberId: "b" }] })
  })

  it("removes dynamic members that do not rejoin in time and goes on with the others", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"])
    const b = driver.rejoin("b", { protocols: [{ name: "range", metadata: text("changed") }] })
    expect(driver.timers.get("join")).toBe(60_000)
    driver.send({ kind: "joinTimeout" })
    expect(driver.joined(b)).toMatchObject({ generation: 2, leaderId: "b", members: [{ memberId: "b" }] })
    expect(driver.heartbeat("a").error).toBe("UNKNOWN_MEMBER_ID")
  })
})

describe("assignments", () => {
  it("gives every member an assignment, an empty one if the leader forgot it", () => {
    const driver = new GroupDriver()
    driver.join("a")
    driver.join("b")
    driver.send({ kind: "joinTimeout" })
    driver.send({ kind: "joinTimeout" })
    const b = driver.sync("b")
    expect(driver.isOpen(b)).toBe(true)
    const a = driver.sync("a", { a: "p0" })
    expect(driver.synced(a)).toMatchObject({ error: "NONE", text: "p0", protocol: "range", protocolType: "consumer" })
    expect(driver.synced(b)).toMatchObject({ error: "NONE", text: "" })
  })

  it("stores the assignment before anyone hears it", () => {
    const driver = new GroupDriver()
    driver.join("a")
    driver.send({ kind: "joinTimeout" })
    driver.send({ kind: "joinTimeout" })
    driver.sync("a", { a: "p0" })
    const kinds = driver.lastEffects.map((effect) => effect.kind)
    expect(kinds.indexOf("persist")).toBeLessThan(kinds.indexOf("reply"))
  })

  it("tells members waiting for an assignment when another rebalance starts first", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"])
    driver.rejoin("a")
    driver.rejoin("b")
    const b = driver.sync("b")
    driver.join("c")
    expect(driver.synced(b).error).toBe("REBALANCE_IN_PROGRESS")
  })

  it.each([
    ["ILLEGAL_GENERATION", { generation: 7 }],
    ["UNKNOWN_MEMBER_ID", { instanceId: "nobody" }],
  ])("answers %s to a SyncGroup that is not the member's own", (error, options) => {
    const driver = new GroupDriver()
    driver.settle(["a"])
    expect(driver.synced(driver.sync("a", {}, options)).error).toBe(error)
  })

  it("answers INCONSISTENT_GROUP_PROTOCOL when SyncGroup names another protocol", () => {
    const driver = new GroupDriver()
    driver.settle(["a"])
    const shape = { kind: "sync", memberId: "a", instanceId: null, generation: 1, assignments: new Map() } as const
    const ticket = driver.ask({ ...shape, protocolType: "consumer", protocol: "sticky" })
    expect(driver.synced(ticket).error).toBe("INCONSISTENT_GROUP_PROTOCOL")
  })

  it("repeats the assignment to a member that asks again", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"])
    expect(driver.synced(driver.sync("b")).text).toBe("to-b")
  })

  it("removes members that joined but never asked for their assignment", () => {
    const driver = new GroupDriver()
    driver.join("a")
    driver.join("b")
    driver.send({ kind: "joinTimeout" })
    driver.send({ kind: "joinTimeout" })
    driver.sync("a", { a: "p0", b: "p1" })
    expect(driver.timers.get("sync")).toBe(60_000)
    driver.send({ kind: "syncTimeout" })
    expect([...driver.group.members.keys()]).toEqual(["a"])
    expect(driver.group.phase).toBe("preparing")
  })

  it("assigns anew when the assignment could not be stored", () => {
    const driver = new GroupDriver()
    driver.settle(["a"])
    driver.send({ kind: "persistFailed", generation: 1 })
    expect(driver.group.phase).toBe("preparing")
    expect(driver.group.members.get("a")?.assignment.length).toBe(0)
  })
})

describe("heartbeats, sessions and leaving", () => {
  it("answers ILLEGAL_GENERATION when the generation is stale", () => {
    const driver = new GroupDriver()
    driver.settle(["a"])
    expect(driver.heartbeat("a", { generation: 0 }).error).toBe("ILLEGAL_GENERATION")
  })

  it("re-arms the session of the member that beats, and of nobody else", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"])
    driver.sessions.clear()
    expect(driver.heartbeat("b").error).toBe("NONE")
    expect([...driver.sessions.keys()]).toEqual(["b"])
  })

  it("does not run a session out while the member waits for a join or an assignment", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"])
    driver.rejoin("a")
    expect(driver.sessions.has("a")).toBe(false)
    driver.send({ kind: "sessionExpired", memberId: "a" })
    expect(driver.group.members.has("a")).toBe(true)
  })

  it("removes a member whose session ran out and rebalances the rest", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"])
    driver.send({ kind: "sessionExpired", memberId: "a" })
    expect(driver.heartbeat("b").error).toBe("REBALANCE_IN_PROGRESS")
    expect(driver.joined(driver.rejoin("b"))).toMatchObject({ generation: 2, leaderId: "b" })
  })

  it("becomes empty, in a new generation, when the last member leaves", () => {
    const driver = new GroupDriver()
    driver.settle(["a"])
    expect(driver.leave({ memberId: "a", instanceId: null }).members).toMatchObject([{ error: "NONE" }])
    expect(driver.group).toMatchObject({ phase: "empty", generation: 2, protocol: null, leaderId: null })
    expect(driver.group.members.size).toBe(0)
    expect(driver.lastEffects.some((effect) => effect.kind === "persist")).toBe(true)
  })

  it("answers each leaving member on its own", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"], (id) => ({ instanceId: `i-${id}` }))
    const answer = driver.leave(
      { memberId: "", instanceId: "i-a" },
      { memberId: "x", instanceId: "i-b" },
      { memberId: "y", instanceId: null },
      { memberId: "", instanceId: "i-z" },
    )
    expect(answer.members.map((member) => member.error)).toEqual(["NONE", "FENCED_INSTANCE_ID", "UNKNOWN_MEMBER_ID", "UNKNOWN_MEMBER_ID"])
  })

  it("answers UNKNOWN_MEMBER_ID to a joining member that is removed, so that it joins anew", () => {
    const driver = new GroupDriver()
    const a = driver.join("a")
    driver.send({ kind: "sessionExpired", memberId: "a" })
    expect(driver.joined(a).error).toBe("UNKNOWN_MEMBER_ID")
  })
})

describe("static members", () => {
  const instance = (id: string) => ({ instanceId: `i-${id}` })

  it("keep their assignment when they come back under a new id", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"], instance)
    const back = driver.joined(driver.join("b2", { ...instance("b"), protocols: [{ name: "range", metadata: text("meta-b") }] }))
    expect(back).toMatchObject({ error: "NONE", generation: 1, leaderId: "a", members: [] })
    expect(driver.group.phase).toBe("stable")
    expect(driver.synced(driver.sync("b2", {}, { instanceId: "i-b" })).text).toBe("to-b")
    expect(driver.persists).toBe(2)
  })

  it("fences the old id of a static member that came back", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"], instance)
    driver.join("b2", instance("b"))
    expect(driver.heartbeat("b", { instanceId: "i-b" }).error).toBe("FENCED_INSTANCE_ID")
    expect(driver.synced(driver.sync("b", {}, { instanceId: "i-b" })).error).toBe("FENCED_INSTANCE_ID")
  })

  it("lets a returning leader skip the assignment from JoinGroup 9 on", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"], instance)
    const back = driver.joined(driver.join("a2", { ...instance("a"), canSkipAssignment: true }))
    expect(back).toMatchObject({ leaderId: "a2", skipAssignment: true, generation: 1 })
    expect(back.members.length).toBe(2)
  })

  it("hides the leadership of a returning leader from older clients", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"], instance)
    expect(driver.joined(driver.join("a2", instance("a")))).toMatchObject({ leaderId: "a", skipAssignment: false, members: [] })
    expect(driver.group.leaderId).toBe("a2")
  })

  it("survive a rebalance they miss, until their session runs out", () => {
    const driver = new GroupDriver()
    driver.settle(["a", "b"], instance)
    driver.rejoin("a", instance("a"))
    driver.send({ kind: "joinTimeout" })
    expect(driver.group.members.has("b")).toBe(true)
    driver.sync("a", { a: "p0" }, { instanceId: "i-a" })
    driver.send({ kind: "syncTimeout" })
    expect(driver.group.members.has("b")).toBe(true)
    driver.send({ kind: "sessionExpired", memberId: "b" })
    expect(driver.group.members.has("b")).toBe(false)
  })
})

describe("any sequence of events", () => {
  const ids = ["a", "b", "c"]
  const instances = fc.constantFrom(null, null, "i-1")
  const event = fc.oneof(
    fc.record({ do: fc.constant("join" as const), id: fc.constantFrom("", ...ids), fresh: fc.boolean(), instanceId: instances }),
    fc.record({ do: fc.constant("sync" as const), id: fc.constantFrom(...ids), instanceId: instances }),
    fc.record({ do: fc.constant("beat" as const), id: fc.constantFrom(...ids), stale: fc.boolean() }),
    fc.record({ do: fc.constant("leave" as const), id: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constant("expire" as const), id: fc.constantFrom(...ids) }),
    fc.record({ do: fc.constantFrom("joinTimeout" as const, "syncTimeout" as const, "persistFailed" as const) }),
  )

  type Step = typeof event extends fc.Arbitrary<infer T> ? T : never

  it("never answers a request twice, never loses one, and never serves a stale generation", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const driver = new GroupDriver()
        for (const step of events) apply(driver, step)
        checkInvariants(driver)
      }),
      { numRuns: 2_000 },
    )
  })

  function apply(driver: GroupDriver, step: Step): void {
    const current = [...driver.group.members.keys()]
    if (step.do === "join")
      driver.join(`n${driver.nextTicket}`, { memberId: step.id && (current[0] ?? step.id), instanceId: step.instanceId })
    else if (step.do === "sync") driver.sync(current[ids.indexOf(step.id)] ?? step.id, {}, { instanceId: step.instanceId ?? undefined })
    else if (step.do === "beat") expectFresh(driver, current[ids.indexOf(step.id)] ?? step.id, step.stale)
    else if (step.do === "leave") driver.leave({ memberId: current[ids.indexOf(step.id)] ?? step.id, instanceId: null })
    else if (step.do === "expire") driver.send({ kind: "sessionExpired", memberId: current[ids.indexOf(step.id)] ?? step.id })
    else driver.send({ kind: step.do, generation: driver.group.generation } as GroupEvent)
  }

  function expectFresh(driver: GroupDriver, id: string, stale: boolean): void {
    const answer = driver.heartbeat(id, stale ? { generation: driver.group.generation - 1 } : {})
    if (stale) expect(answer.error).not.toBe("NONE")
  }

  function checkInvariants(driver: GroupDriver): void {
    const waiting = [...driver.group.members.values()].flatMap((member) => [member.joinTicket, member.syncTicket]).filter((t) => t !== null)
    for (const answers of driver.replies.values()) expect(answers.length).toBe(1)
    for (let ticket = 1; ticket < driver.nextTicket; ticket++) expect(driver.isOpen(ticket)).toBe(waiting.includes(ticket))
    const { group } = driver
    if (group.phase === "empty") expect(group.members.size).toBe(0)
    if (group.phase === "stable") for (const member of group.members.values()) expect(member.joinTicket ?? member.syncTicket).toBeNull()
    if (group.phase === "preparing" && group.members.size > 0) expect(driver.timers.has("join")).toBe(true)
    if (group.leaderId !== null) expect(group.members.has(group.leaderId)).toBe(true)
  }
})
