// A3 and A8: every API with no rule, with each single operation and with exactly what is enough, over the wire. Driven by the table of
// handlers: a new API without a line in the table of uses fails here.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { AccessProbe, isDeniedByTable } from "../testing/access-probe.ts"
import { accessUses, openKeys } from "../testing/access-table.ts"
import type { TestBroker } from "../testing/in-process.ts"
import { startSecuredBroker, talkAs } from "../testing/secured.ts"
import type { Talk } from "../testing/talk.ts"
import { operationCodes } from "./acl-rule.ts"

const served = new Map(handlers.map((handler) => [handler.api.key, handler]))
const uses = accessUses.filter(({ key }) => served.has(key))
const titled = uses.map((use) => [`${served.get(use.key)?.api.name ?? ""} ${use.use ?? ""}`.trim(), use] as const)
const initProducerId = 22

let broker: TestBroker
let root: Talk
let alice: Talk
let probe: AccessProbe

beforeAll(async () => {
  broker = await startSecuredBroker({ settings: { "auto.create.topics.enable": "true" } })
  root = await talkAs("root", broker)
  alice = await talkAs("alice", broker)
  probe = new AccessProbe({ root, alice, lastVersion: (key) => (served.get(key)?.accepts ?? served.get(key)?.versions)?.[1] })
  await root.createTopic("t")
  await root.commit("g", { topic: "t", offset: 0 })
  const transactional = uses.find(({ key, use }) => key === initProducerId && use !== undefined)
  if (transactional) await probe.denialsOf(transactional)
})
afterAll(async () => {
  await root[Symbol.asyncDispose]()
  await alice[Symbol.asyncDispose]()
  await broker.stop()
})

it("has a use of every API that is served", () => {
  const known = new Set([...accessUses.map(({ key }) => key), ...openKeys])
  expect(handlers.filter(({ api }) => !known.has(api.key)).map(({ api }) => api.name)).toEqual([])
})

describe.each(titled)("%s", (_, use) => {
  it("is denied without a rule, unless everybody may", async () => {
    expect(await probe.isDenied(use, [])).toBe(use.enough.length > 0)
  })

  it("takes exactly what is enough, and no part of it", async () => {
    for (const rights of use.enough) {
      expect(await probe.isDenied(use, rights), rights.join()).toBe(false)
      if (rights.length === 1) continue
      for (const right of rights) {
        const others = rights.filter((one) => one !== right)
        expect(await probe.isDenied(use, others), `without ${right}`).toBe(true)
      }
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
        expect(await probe.isDenied(use, [right]), right).toBe(isDeniedByTable(use, [right]))
      }
  })

  it("is denied nothing to a super user", async () => {
    expect(await probe.denialsOf(use)).toEqual([])
  })
})
