import { FakeClock } from "@rivven/kube/testing"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { nodeRandom } from "../node-ports.ts"
import { openStore, type Store } from "../store/store.ts"
import { readPreferences, writePreferences } from "./preferences.ts"
import { whenSessionEnds } from "./session-end.ts"
import { loopbackLimits, Sessions } from "./sessions.ts"
import { SignInLinks } from "./sign-in-links.ts"

const hour = 3_600_000
const about = { userName: "local-admin", address: "127.0.0.1", userAgent: "test" }
let store: Store
let clock: FakeClock
const load = () => Sessions.load({ store, clock, random: nodeRandom, limits: loopbackLimits })

beforeEach(async () => {
  store = await openStore(":memory:")
  clock = new FakeClock()
})
afterEach(() => store.destroy())

describe("sessions", () => {
  it("survive a restart, and only a hash of their secret is stored", async () => {
    const { secret, session } = await (await load()).create(about)
    expect((await load()).find(secret)?.id).toBe(session.id)
    expect(JSON.stringify(await store.selectFrom("sessions").selectAll().execute())).not.toContain(secret)
  })

  it("end after eight hours without a request, and after a week in any case", async () => {
    const sessions = await load()
    const { secret } = await sessions.create(about)
    clock.advance(7 * hour)
    expect(sessions.find(secret)).toBeDefined()
    clock.advance(8 * hour)
    expect(sessions.find(secret)).toBeUndefined()
    const { secret: busy } = await sessions.create(about)
    for (let at = 0; at < 24; at++) {
      clock.advance(7 * hour)
      sessions.find(busy)
    }
    expect(sessions.find(busy)).toBeUndefined()
  })

  it("are told when they are revoked, and are ten at most", async () => {
    const sessions = await load()
    const ended: string[] = []
    sessions.onEnded((id) => ended.push(id))
    const first = await sessions.create(about)
    for (let at = 0; at < 10; at++) {
      clock.advance(1_000)
      await sessions.create(about)
    }
    expect(ended).toEqual([first.session.id])
    expect(sessions.find(first.secret)).toBeUndefined()
    expect(await sessions.revoke("somebody-else", sessions.list("local-admin")[0]?.id ?? "")).toBe(false)
    expect(sessions.list("local-admin")).toHaveLength(10)
  })
})

describe("sign-in links", () => {
  it("work once, and for ten minutes", async () => {
    const links = new SignInLinks({ store, clock, random: nodeRandom })
    const [first, second] = [await links.create(), await links.create()]
    expect(await links.redeem(first)).toBe(true)
    expect(await links.redeem(first)).toBe(false)
    clock.advance(10 * 60_000 + 1)
    expect(await links.redeem(second)).toBe(false)
    expect(await links.redeem("guess")).toBe(false)
  })
})

describe("preferences", () => {
  it("have defaults, and keep what was not changed", async () => {
    expect(await readPreferences(store, "a")).toMatchObject({ theme: "system", density: "compact" })
    await writePreferences({ store, clock }, "a", { theme: "dark" })
    expect(await writePreferences({ store, clock }, "a", { density: "comfortable" })).toMatchObject({
      theme: "dark",
      density: "comfortable",
    })
    expect(await readPreferences(store, "b")).toMatchObject({ theme: "system" })
  })
})

describe("the signal of a stream", () => {
  it("aborts when its own session is ended, after a moment for a goodbye", async () => {
    const sessions = await load()
    const [mine, other] = [await sessions.create(about), await sessions.create(about)]
    const end = whenSessionEnds({ sessions, clock }, mine.session.id)
    await sessions.revoke("local-admin", other.session.id)
    clock.advance(1_000)
    expect(end.signal.aborted).toBe(false)
    await sessions.revoke("local-admin", mine.session.id)
    expect(end.signal.aborted).toBe(false)
    clock.advance(1_000)
    expect(end.signal.aborted).toBe(true)
  })

  it("aborts when its session ran out, which tells nobody", async () => {
    const sessions = await load()
    const { session } = await sessions.create(about)
    const end = whenSessionEnds({ sessions, clock }, session.id)
    clock.advance(8 * hour)
    for (let at = 0; at < 3; at++) clock.advance(31_000)
    expect(end.signal.aborted).toBe(true)
  })

  it("aborts when its session had ended before the stream began", async () => {
    const sessions = await load()
    const { session } = await sessions.create(about)
    await sessions.revoke("local-admin", session.id)
    const end = whenSessionEnds({ sessions, clock }, session.id)
    clock.advance(1_000)
    expect(end.signal.aborted).toBe(true)
  })

  it("stays quiet once the stream is over", async () => {
    const sessions = await load()
    const { session } = await sessions.create(about)
    const end = whenSessionEnds({ sessions, clock }, session.id)
    end.release()
    await sessions.revoke("local-admin", session.id)
    clock.advance(60_000)
    expect(end.signal.aborted).toBe(false)
  })
})
