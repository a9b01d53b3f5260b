// A2: the authorizer against an oracle of its own, on the whole matrix and on random sets of rules.
import { commitSeed, count } from "@rivven/protocol/testing"
import { describe, expect, it } from "vitest"
import { type OracleRule, oracleAllows, oracleAllowsSome } from "../testing/acl-oracle.ts"
import type { Operation, ResourceType } from "./access.ts"
import { AclAuthorizer, type AuthorizerSettings } from "./acl-authorizer.ts"
import { type AclRule, allOperations, operationCodes, patternTypes, permissions, resourceTypeCodes } from "./acl-rule.ts"
import { AclStore } from "./acl-store.ts"

const types = Object.keys(resourceTypeCodes) as ResourceType[]
const operations = Object.keys(operationCodes) as Operation[]
const alice = { principal: { type: "User", name: "alice" }, host: "/127.0.0.1" } as const

const stored = (rule: OracleRule): AclRule => ({
  resourceType: resourceTypeCodes[rule.type as ResourceType],
  resourceName: rule.name,
  patternType: rule.pattern === "LITERAL" ? patternTypes.literal : patternTypes.prefixed,
  principal: rule.principal,
  host: rule.host,
  operation: rule.operation === "ALL" ? allOperations : operationCodes[rule.operation as Operation],
  permissionType: rule.permission === "ALLOW" ? permissions.allow : permissions.deny,
})

function authorizerOf(rules: readonly OracleRule[], settings: Partial<AuthorizerSettings> = {}) {
  const store = new AclStore()
  for (const [index, rule] of rules.entries()) store.put(String(index), stored(rule))
  const denied: string[] = []
  const onDenied = (operation: Operation, type: ResourceType) => void denied.push(`${operation} ${type}`)
  const authorizer = new AclAuthorizer({ settings: { superUsers: ["root"], ...settings }, rules: store.index, onDenied })
  return { store, authorizer, denied }
}

const patterns = [
  { pattern: "LITERAL", name: "orders" },
  { pattern: "PREFIXED", name: "ord" },
  { pattern: "LITERAL", name: "*" },
] as const
const verdicts = [[], ["ALLOW"], ["DENY"], ["ALLOW", "DENY"]] as const

describe("every cell of the matrix", () => {
  it.each(types)("%s agrees with the oracle", (type) => {
    let cells = 0
    for (const ruled of operations)
      for (const pattern of patterns)
        for (const verdict of verdicts)
          for (const host of ["127.0.0.1", "*"])
            for (const principal of ["User:alice", "User:*", "User:bob"]) {
              const rules = verdict.map((permission) => ({ type, ...pattern, principal, host, operation: ruled, permission }))
              const { authorizer } = authorizerOf(rules)
              for (const operation of operations) {
                const question = { user: "alice", host: "127.0.0.1", operation, type, name: "orders" }
                const expected = oracleAllows({ rules, superUsers: ["root"], allowsUnruled: false }, question)
                const got = authorizer.allows(alice, { operation, resourceType: type, name: "orders" })
                if (got !== expected) expect.fail(`${JSON.stringify({ rules, question })} was ${got}`)
              }
              cells += 1
            }
    expect(cells).toBe(5_616 / types.length)
  })
})

describe("random sets of rules", () => {
  const names = ["o", "or", "orders", "orders-1", "other", "*", "hardcode", "x"]
  const users = ["alice", "bob", "root"]
  const hosts = ["127.0.0.1", "10.0.0.1"]
  const seed = commitSeed()

  it(`agree with the oracle, also after rules went away (seed ${seed})`, () => {
    const random = generator(seed)
    const pick = <T>(of: readonly T[]): T => of[random() % of.length] as T
    const randomRule = (): OracleRule => ({
      type: pick(types.slice(0, 3)),
      pattern: random() % 3 === 0 ? "PREFIXED" : "LITERAL",
      name: pick(names),
      principal: `User:${pick([...users, "*"])}`,
      host: pick([...hosts, "*", "*"]),
      operation: pick([...operations.slice(0, 6), "ALL", "DESCRIBE_CONFIGS", "ALTER_CONFIGS"]),
      permission: random() % 3 === 0 ? "DENY" : "ALLOW",
    })
    for (let round = 0; round < count({ ci: 100_000, campaign: 1_000_000 }); round++) {
      const all = Array.from({ length: random() % 7 }, randomRule)
      const allowsUnruled = random() % 4 === 0
      const { authorizer, store } = authorizerOf(all, { allowsEveryoneIfNoAcl: allowsUnruled })
      const gone = new Set(all.filter(() => random() % 4 === 0).map((rule) => JSON.stringify(rule)))
      for (const { id, rule } of store.find(everything))
        if (all.some((one) => gone.has(JSON.stringify(one)) && JSON.stringify(stored(one)) === JSON.stringify(rule))) store.remove(id)
      const setting = { rules: all.filter((rule) => !gone.has(JSON.stringify(rule))), superUsers: ["root"], allowsUnruled }
      const question = {
        user: pick(users),
        host: pick(hosts),
        operation: pick(operations),
        type: pick(types.slice(0, 3)),
        name: pick(names.slice(0, 5)),
      }
      const subject = { principal: { type: "User", name: question.user }, host: `/${question.host}` } as const
      const [operation, resourceType] = [question.operation, question.type]
      const got = authorizer.allows(subject, { operation, resourceType, name: question.name })
      if (got !== oracleAllows(setting, question)) expect.fail(`${JSON.stringify({ setting, question })} was ${got}`)
      // Of implied operations nobody asks whether they may be done to anything.
      if (allowsUnruled || operation === "DESCRIBE" || operation === "DESCRIBE_CONFIGS") continue
      const some = authorizer.allowsSome(subject, operation, resourceType)
      if (some !== oracleAllowsSome(setting, question)) expect.fail(`some: ${JSON.stringify({ setting, question })} was ${some}`)
    }
  })
})

describe("a decision", () => {
  it("lets super users do what rules deny", () => {
    const deny = {
      type: "TOPIC",
      pattern: "LITERAL",
      name: "*",
      principal: "User:*",
      host: "*",
      operation: "ALL",
      permission: "DENY",
    } as const
    const { authorizer } = authorizerOf([deny])
    const root = { ...alice, principal: { type: "User", name: "root" } } as const
    expect(authorizer.allows(root, { operation: "WRITE", resourceType: "TOPIC", name: "t" })).toBe(true)
    expect(authorizer.allowsSome(root, "WRITE", "TOPIC")).toBe(true)
    expect(authorizer.allowsSome(alice, "WRITE", "TOPIC")).toBe(false)
  })

  it("counts what somebody was denied, and not what was merely looked through", () => {
    const { authorizer, denied } = authorizerOf([])
    authorizer.wouldAllow(alice, { operation: "READ", resourceType: "TOPIC", name: "t" })
    expect(denied).toEqual([])
    authorizer.allows(alice, { operation: "READ", resourceType: "TOPIC", name: "t" })
    authorizer.allowsSome(alice, "WRITE", "TOPIC")
    expect(denied).toEqual(["READ TOPIC", "WRITE TOPIC"])
  })

  it("knows an IPv6 host in each of its spellings", () => {
    const rule = { type: "TOPIC", pattern: "LITERAL", name: "t", principal: "User:alice", operation: "READ", permission: "ALLOW" } as const
    const { authorizer } = authorizerOf([{ ...rule, host: "0:0:0:0:0:0:0:1" }])
    expect(authorizer.allows({ ...alice, host: "/::1" }, { operation: "READ", resourceType: "TOPIC", name: "t" })).toBe(true)
    expect(authorizer.allows({ ...alice, host: "/::2" }, { operation: "READ", resourceType: "TOPIC", name: "t" })).toBe(false)
  })

  it("takes about as long with 10,000 rules as with 10", () => {
    const rulesOf = (total: number): OracleRule[] =>
      Array.from({ length: total }, (_, index) => ({
        type: "TOPIC",
        pattern: index % 2 === 0 ? "LITERAL" : "PREFIXED",
        name: `topic-${index}`,
        principal: `User:user-${index % 100}`,
        host: "*",
        operation: "READ",
        permission: "ALLOW",
      }))
    const timeOf = (total: number): number => {
      const { authorizer } = authorizerOf(rulesOf(total))
      const ask = (times: number) => {
        for (let time = 0; time < times; time++)
          authorizer.wouldAllow(alice, { operation: "READ", resourceType: "TOPIC", name: `topic-${time % total}-x` })
      }
      ask(20_000)
      const started = performance.now()
      ask(20_000)
      return performance.now() - started
    }
    const few = Math.min(timeOf(10), timeOf(10))
    const many = Math.min(timeOf(10_000), timeOf(10_000))
    // Looking at each rule would take 1,000 times as long.
    expect(many / few).toBeLessThan(30)
  })
})

const everything = { resourceType: 1, resourceName: null, patternType: 1, principal: null, host: null, operation: 1, permissionType: 1 }

/** Whole numbers of 31 bits. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 5
  }
}
