// A7: what somebody may not describe looks exactly like what does not exist, in every API that takes a name, and is in no list. Driven by the
// table of uses.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { type AccessUse, accessUses } from "../testing/access-table.ts"
import { filled } from "../testing/filled.ts"
import type { TestBroker } from "../testing/in-process.ts"
import { allow, startSecuredBroker, talkAs } from "../testing/secured.ts"
import type { Talk } from "../testing/talk.ts"

const names = Array.from({ length: 200 }, (_, index) => String(index).padStart(3, "0"))
const served = new Map(handlers.map((handler) => [handler.api.key, handler]))
const uses = accessUses.filter(({ key, shows }) => served.has(key) && shows === undefined)
const lists = accessUses.filter(({ key, shows }) => served.has(key) && shows !== undefined)
const nameOf = ({ key, use }: AccessUse) => `${served.get(key)?.api.name ?? ""} ${use ?? ""}`.trim()

/** The names of the table, by what they are of. */
const resources = { topic: ["t", "gone", "new", "made"], group: ["g", "g2", "g3", "g4"], transaction: ["x"] }
type Kind = keyof typeof resources
const kinds = Object.keys(resources) as Kind[]

let broker: TestBroker
let root: Talk
let alice: Talk

beforeAll(async () => {
  broker = await startSecuredBroker()
  root = await talkAs("root", broker)
  alice = await talkAs("alice", broker)
  await Promise.all(names.flatMap((name) => [root.createTopic(`allowed-${name}`), root.createTopic(`hidden-${name}`)]))
  for (const name of names.slice(0, 20)) {
    await root.commit(`allowed-${name}`, { topic: `allowed-${name}`, offset: 0 })
    await root.commit(`hidden-${name}`, { topic: `hidden-${name}`, offset: 0 })
  }
  // A group of alice's that has an offset for a topic that she may not see.
  await root.commit("allowed-000", { topic: "hidden-000", offset: 0 })
  await allow(root, ...["TOPIC", "GROUP", "TRANSACTIONAL_ID"].map((type) => `ALLOW ALL ${type} allowed-* to alice`))
})
afterAll(async () => {
  await root[Symbol.asyncDispose]()
  await alice[Symbol.asyncDispose]()
  await broker.stop()
})

async function answerTo({ key, body, version }: AccessUse, rename: (name: string) => string): Promise<string> {
  const handler = served.get(key)
  if (!handler) throw new Error(`API ${key} is not served`)
  const used = version ?? (handler.accepts ?? handler.versions)[1]
  const answer = await alice.wire.call(handler.api, used, renamed(filled(handler.api.request, body, used), rename) as never)
  return JSON.stringify(answer, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? "bytes" : typeof value === "bigint" ? String(value) : value,
  )
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (typeof value === "string") return rename(value)
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map((one) => renamed(one, rename))
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, renamed(one, rename)]))
}

const mentions = (use: AccessUse, kind: Kind): boolean => {
  const texts = JSON.stringify(use.body, (_, value: unknown) => (ArrayBuffer.isView(value) ? 0 : value))
  return resources[kind].some((name) => texts.includes(`"${name}"`))
}

describe.each(kinds)("the name of a %s that may not be described", (kind) => {
  const about = uses.filter((use) => mentions(use, kind)).map((use) => [nameOf(use), use] as const)

  it.each(about)("gives the same answer in %s as one that does not exist", async (_, use) => {
    for (const name of kind === "topic" ? names : names.slice(0, 20)) {
      const ask = (prefix: string) =>
        answerTo(use, (text) => {
          if (resources[kind].includes(text)) return `${prefix}-${name}`
          return kinds.some((other) => resources[other].includes(text)) ? `allowed-${name}` : text
        })
      const [hidden, absent] = [await ask("hidden"), await ask("absent")]
      expect(hidden.replaceAll("hidden-", "*")).toBe(absent.replaceAll("absent-", "*"))
    }
  })
})

describe("lists", () => {
  it.each(lists.map((use) => [nameOf(use), use] as const))("%s leaves out what may not be described, and nothing else", async (_, use) => {
    const answer = await answerTo(use, (text) => text)
    expect(answer).not.toContain("hidden-")
    if (use.shows === "t") expect(answer.match(/"allowed-\d{3}"/g)).toHaveLength(names.length)
  })

  it("of all offsets of a group leave out topics that may not be described", async () => {
    const groups = { key: 9, body: { groups: [{ groupId: "allowed-000", topics: null }] }, enough: [] }
    const answer = await answerTo(groups, (text) => text)
    expect(answer).toContain("allowed-000")
    expect(answer).not.toContain("hidden-")
  })
})
