// A3 and A8: every API with no rule, with each single operation and with exactly what is enough, over the wire. Driven by the table of
// handlers: a new API without a line in the table of uses fails here.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { type AccessUse, accessUses, openKeys } from "../testing/access-table.ts"
import { type OracleRule, oracleAllows } from "../testing/acl-oracle.ts"
import { errorsOf, filled } from "../testing/filled.ts"
import type { TestBroker } from "../testing/in-process.ts"
import { allow, startSecuredBroker, talkAs, withdraw } from "../testing/secured.ts"
import type { Talk } from "../testing/talk.ts"
import { operationCodes } from "./acl-rule.ts"

const served = new Map(handlers.map((handler) => [handler.api.key, handler]))
const uses = accessUses.filter(({ key }) => served.has(key))
const titled = uses.map((use) => [`${served.get(use.key)?.api.name ?? ""} ${use.use ?? ""}`.trim(), use] as const)
const denials = ["TOPIC", "GROUP", "CLUSTER", "TRANSACTIONAL_ID"].map((type) => `${type}_AUTHORIZATION_FAILED`)

let broker: TestBroker
let root: Talk
let alice: Talk

beforeAll(async () => {
  broker = await startSecuredBroker({ settings: { "auto.create.topics.enable": "true" } })
  root = await talkAs("root", broker)
  alice = await talkAs("alice", broker)
  await root.createTopic("t")
  await root.commit("g", { topic: "t", offset: 0 })
  const transactions = served.get(22)
  if (served.has(66) && transactions)
    await root.wire.call(transactions.api, 4, {
      transactionalId: "x",
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
    } as never)
})
afterAll(async () => {
  await root[Symbol.asyncDispose]()
  await alice[Symbol.asyncDispose]()
  await broker.stop()
})

/** Whether alice is denied what she asks, or does not see what she might. */
async function isDenied(use: AccessUse): Promise<boolean> {
  const handler = served.get(use.key)
  if (!handler) throw new Error(`API ${use.key} is not served`)
  if (use.needs === "topic gone") await root.createTopic("gone")
  if (use.needs === "no topic made") await root.deleteTopic("made")
  const version = use.version ?? (handler.accepts ?? handler.versions)[1]
  const answer = await alice.wire.call(handler.api, version, filled(handler.api.request, use.body, version) as never)
  if (use.shows !== undefined) return !JSON.stringify(answer).includes(`"${use.shows}"`)
  return [...errorsOf(answer)].some((error) => denials.includes(error))
}

async function isDeniedWith(use: AccessUse, rules: readonly string[]): Promise<boolean> {
  const texts = rules.map((right) => `ALLOW ${right} to alice`)
  if (texts.length > 0) await allow(root, ...texts)
  const outcome = await isDenied(use)
  if (texts.length > 0) expect(await withdraw(root, ...texts)).toBe(texts.length)
  return outcome
}

function expectedWith(use: AccessUse, rules: readonly string[]): boolean {
  const parsed = rules.map((right): OracleRule => {
    const [operation = "", type = "", name = ""] = right.split(" ")
    return { type, pattern: "LITERAL", name, principal: "User:alice", host: "*", operation, permission: "ALLOW" }
  })
  const has = (right: string) => {
    const [operation = "", type = "", name = ""] = right.split(" ")
    return oracleAllows({ rules: parsed, superUsers: [], allowsUnruled: false }, { user: "alice", host: "", operation, type, name })
  }
  return use.enough.length > 0 && !use.enough.some((rights) => rights.every(has))
}

it("has a use of every API that is served", () => {
  const known = new Set([...accessUses.map(({ key }) => key), ...openKeys])
  expect(handlers.filter(({ api }) => !known.has(api.key)).map(({ api }) => api.name)).toEqual([])
})

describe.each(titled)("%s", (_, use) => {
  it("is denied without a rule, unless everybody may", async () => {
    expect(await isDeniedWith(use, [])).toBe(use.enough.length > 0)
  })

  it("takes exactly what is enough, and no part of it", async () => {
    for (const rights of use.enough) {
      expect(await isDeniedWith(use, rights), rights.join()).toBe(false)
      if (rights.length > 1)
        for (const right of rights)
          expect(
            await isDeniedWith(
              use,
              rights.filter((one) => one !== right),
            ),
            right,
          ).toBe(true)
    }
  })

  it("takes no other single operation on what it is about", async () => {
    const resources = new Set([
      "CLUSTER kafka-cluster",
      "TOPIC t",
      ...use.enough.flat().map((right) => right.slice(right.indexOf(" ") + 1)),
    ])
    for (const resource of resources)
      for (const operation of [...Object.keys(operationCodes), "ALL"]) {
        const right = `${operation} ${resource}`
        expect(await isDeniedWith(use, [right]), right).toBe(expectedWith(use, [right]))
      }
  })

  it("is denied nothing to a super user", async () => {
    const handler = served.get(use.key)
    if (!handler) return
    const version = use.version ?? (handler.accepts ?? handler.versions)[1]
    const answer = await root.wire.call(handler.api, version, filled(handler.api.request, use.body, version) as never)
    expect([...errorsOf(answer)].filter((error) => denials.includes(error))).toEqual([])
  })
})
