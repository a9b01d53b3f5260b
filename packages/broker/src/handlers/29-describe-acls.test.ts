// The three APIs of access rules, over the wire.
import { errorName } from "@rivven/protocol"
import { CreateAcls, DeleteAcls, DescribeAcls } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { startTestBroker } from "../testing/in-process.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { allow, ruleOf, startSecuredBroker, talkAs, withdraw } from "../testing/secured.ts"
import { Talk } from "../testing/talk.ts"

const anything = {
  resourceTypeFilter: 1,
  resourceNameFilter: null as string | null,
  patternTypeFilter: 1,
  principalFilter: null as string | null,
  hostFilter: null as string | null,
  operation: 1,
  permissionType: 1,
}

async function rulesOf(talk: Talk, filter: Partial<typeof anything> = {}): Promise<string[]> {
  const { errorCode, resources } = await talk.wire.call(DescribeAcls, 3, { ...anything, ...filter })
  if (errorCode !== 0) return [errorName(errorCode)]
  return resources
    .flatMap(({ resourceType, resourceName, patternType, acls }) =>
      acls.map((one) => [resourceType, resourceName, patternType, one.principal, one.host, one.operation, one.permissionType].join(" ")),
    )
    .sort()
}

describe("access rules", () => {
  it("are stored once, found again, removed one by one, and survive a restart", async () => {
    const disk = memoryDisk()
    {
      await using broker = await startSecuredBroker({ ports: { disk } })
      await using root = await talkAs("root", broker)
      expect(await allow(root, "ALLOW READ TOPIC orders to alice", "ALLOW WRITE TOPIC orders to alice")).toEqual(["NONE", "NONE"])
      expect(await allow(root, "ALLOW READ TOPIC orders to alice", "DENY READ TOPIC or* to bob")).toEqual(["NONE", "NONE"])
      expect(await withdraw(root, "ALLOW WRITE TOPIC orders to alice")).toBe(1)
      expect(await withdraw(root, "ALLOW WRITE TOPIC orders to alice")).toBe(0)
    }
    await using broker = await startSecuredBroker({ ports: { disk } })
    await using root = await talkAs("root", broker)
    expect(await rulesOf(root)).toEqual(["2 or 4 User:bob * 3 2", "2 orders 3 User:alice * 3 3"])
  })

  it("are in force for requests that start after the answer, on old connections too", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await using alice = await talkAs("alice", broker)
    await root.createTopic("orders")
    expect((await alice.metadata("orders")).errorCode).toBe(29)
    await allow(root, "ALLOW DESCRIBE TOPIC orders to alice")
    expect((await alice.metadata("orders")).errorCode).toBe(0)
    await withdraw(root, "ALLOW DESCRIBE TOPIC orders to alice")
    expect((await alice.metadata("orders")).errorCode).toBe(29)
  })

  it("are found by ANY, by MATCH with what has an effect on a name, and by their own words", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await allow(
      root,
      "ALLOW READ TOPIC orders to alice",
      "ALLOW READ TOPIC or* to bob",
      "DENY ALL TOPIC * to bob",
      "ALLOW READ GROUP orders to alice",
    )
    const [any, match, literal, prefixed] = [1, 2, 3, 4]
    const about = (patternTypeFilter: number, resourceNameFilter: string | null) =>
      rulesOf(root, { patternTypeFilter, resourceNameFilter, resourceTypeFilter: 2 })
    expect(await about(match, "orders")).toHaveLength(3)
    expect(await about(match, "orange")).toEqual(["2 * 3 User:bob * 2 2", "2 or 4 User:bob * 3 3"])
    expect(await about(any, "or")).toEqual(["2 or 4 User:bob * 3 3"])
    expect(await about(literal, "orders")).toEqual(["2 orders 3 User:alice * 3 3"])
    expect(await about(prefixed, "orders")).toEqual([])
    expect(await about(prefixed, null)).toHaveLength(1)
    expect(await rulesOf(root, { principalFilter: "User:alice" })).toHaveLength(2)
    expect(await rulesOf(root, { permissionType: 2, operation: 2 })).toEqual(["2 * 3 User:bob * 2 2"])
  })

  it("that make no sense are refused one by one, and so are filters, which remove nothing then", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    const good = ruleOf("ALLOW READ TOPIC t to alice")
    const bad = [
      { resourceType: 0 },
      { resourceType: 1 },
      { resourceType: 99 },
      { resourcePatternType: 1 },
      { resourcePatternType: 2 },
      { resourcePatternType: 0 },
      { operation: 1 },
      { operation: 0 },
      { operation: 16 },
      { permissionType: 1 },
      { permissionType: 0 },
      { resourceName: "" },
      { principal: "alice" },
      { principal: ":" },
      { host: "" },
      { resourceType: 4, resourceName: "other-cluster" },
    ].map((wrong) => ({ ...good, ...wrong }))
    const { results } = await root.wire.call(CreateAcls, 3, { creations: [...bad, good] })
    expect(results.map(({ errorCode }) => errorName(errorCode))).toEqual([...bad.map(() => "INVALID_REQUEST"), "NONE"])
    expect(results[0]?.errorMessage).toContain("resourceType 0")
    for (const wrong of [
      { resourceTypeFilter: 0 },
      { patternTypeFilter: 0 },
      { patternTypeFilter: 5 },
      { operation: 0 },
      { permissionType: 4 },
    ]) {
      expect(await rulesOf(root, wrong)).toEqual(["INVALID_REQUEST"])
      const { filterResults } = await root.wire.call(DeleteAcls, 3, { filters: [{ ...anything, ...wrong }] })
      expect(filterResults.map(({ errorCode, matchingAcls }) => [errorName(errorCode), matchingAcls.length])).toEqual([
        ["INVALID_REQUEST", 0],
      ])
    }
    expect(await rulesOf(root)).toHaveLength(1)
  })

  it("that two filters find are in both answers and gone once", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await allow(root, "ALLOW READ TOPIC t to alice", "ALLOW READ TOPIC u to alice", "ALLOW READ GROUP g to bob")
    const filters = [
      { ...anything, resourceNameFilter: "t" },
      { ...anything, principalFilter: "User:alice" },
    ]
    const { filterResults } = await root.wire.call(DeleteAcls, 3, { filters })
    expect(filterResults.map(({ matchingAcls }) => matchingAcls.length)).toEqual([1, 2])
    expect(await rulesOf(root)).toEqual(["3 g 3 User:bob * 3 3"])
  })

  it("are literal in version 0, which knows no other patterns", async () => {
    await using broker = await startSecuredBroker()
    await using root = await talkAs("root", broker)
    await allow(root, "ALLOW READ TOPIC or* to alice")
    const { resourcePatternType, ...creation } = ruleOf("ALLOW READ TOPIC orders to alice")
    expect(resourcePatternType).toBe(3)
    await root.wire.call(CreateAcls, 0, { creations: [creation] })
    const { patternTypeFilter, ...oldFilter } = anything
    expect(patternTypeFilter).toBe(1)
    const { resources } = await root.wire.call(DescribeAcls, 0, oldFilter)
    expect(resources.map(({ resourceName }) => resourceName)).toEqual(["orders"])
    const { filterResults } = await root.wire.call(DeleteAcls, 0, { filters: [oldFilter] })
    expect(filterResults[0]?.matchingAcls.map(({ resourceName }) => resourceName)).toEqual(["orders"])
    expect(await rulesOf(root)).toHaveLength(1)
  })

  it("are not there without an authorizer: SECURITY_DISABLED", async () => {
    await using broker = await startTestBroker()
    await using talk = await Talk.to(broker)
    expect(await rulesOf(talk)).toEqual(["SECURITY_DISABLED"])
    expect(await allow(talk, "ALLOW READ TOPIC t to alice")).toEqual(["SECURITY_DISABLED"])
    const { filterResults } = await talk.wire.call(DeleteAcls, 3, { filters: [anything] })
    expect(filterResults.map(({ errorCode }) => errorName(errorCode))).toEqual(["SECURITY_DISABLED"])
  })
})

describe("a start with an authorizer", () => {
  it.each([
    ["no super user", { superUsers: [] }],
    ["a super user who is everybody", { superUsers: ["ANONYMOUS"] }],
    ["a super user with a type", { superUsers: ["User:root"] }],
  ])("is refused with %s", async (_, authorizer) => {
    await expect(startSecuredBroker({ authorizer })).rejects.toMatchObject({ code: "CONFIG_INVALID", path: "/authorizer/superUsers" })
  })

  it("is refused when a listener lets clients in that nobody knows", async () => {
    await expect(startTestBroker({ authorizer: { superUsers: ["root"] } })).rejects.toMatchObject({ code: "CONFIG_INVALID" })
  })
})
