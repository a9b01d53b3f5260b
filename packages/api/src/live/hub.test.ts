import { FakeClock } from "@rivven/kube/testing"
import { describe, expect, it } from "vitest"
import type { LiveEvent, LiveKey } from "../routers/live/schema.ts"
import { LiveHub } from "./hub.ts"
import type { LiveStream } from "./stream.ts"

const topics: LiveKey = { of: "topics", cluster: "local" }
const orders: LiveKey = { ...topics, name: "orders" }
const never = new AbortController().signal

function hub() {
  const clock = new FakeClock()
  return { clock, live: new LiveHub({ clock, epoch: "e", version: "1" }) }
}

const open = (live: LiveHub, keys: LiveKey[], lastEventId?: string) =>
  live.open({ keys, sessionId: "s", streamId: `stream-${live.size}`, lastEventId })

/** What lies ready; asked for with a signal that has ended, so that nothing is waited for. */
async function drain(stream: LiveStream): Promise<{ id: string; event: LiveEvent }[]> {
  const items: { id: string; event: LiveEvent }[] = []
  const ended = AbortSignal.abort()
  for (let item = await stream.next(ended); item; item = await stream.next(ended)) items.push(item)
  return items
}

describe("live changes", () => {
  it("go out once a second, together, to those who look", async () => {
    const { clock, live } = hub()
    const [list, one, other] = [open(live, [topics]), open(live, [orders]), open(live, [{ ...topics, name: "clicks" }])]
    for (const stream of [list, one, other]) await drain(stream)
    live.publish("topics", "local", ["orders"])
    live.publish("topics", "local", ["invoices"])
    live.publish("groups", "local", ["billing"])
    expect(await drain(list)).toEqual([])
    clock.advance(1_000)
    expect((await drain(list)).map(({ event }) => event)).toEqual([
      { type: "changes", changes: [{ key: topics, names: ["orders", "invoices"], asOf: expect.any(Number) }] },
    ])
    expect(await drain(one)).toHaveLength(1)
    expect(await drain(other)).toEqual([])
  })

  it("are caught up after a break, or answered with a reset when they are gone", async () => {
    const { clock, live } = hub()
    const stream = open(live, [topics])
    live.publish("topics", "local", ["a"])
    clock.advance(1_000)
    const id = (await drain(stream)).at(-1)?.id
    live.publish("topics", "local", ["b"])
    clock.advance(1_000)
    const resumed = (await drain(open(live, [topics], id))).map(({ event }) => event)
    expect(resumed).toMatchObject([{ type: "hello" }, { type: "changes", changes: [{ names: ["b"] }] }])
    clock.advance(120_000)
    live.publish("topics", "local", ["c"])
    clock.advance(1_000)
    expect((await drain(open(live, [topics], id))).map(({ event }) => event.type)).toEqual(["hello", "reset"])
    expect((await drain(open(live, [topics], "other-process.7"))).map(({ event }) => event.type)).toEqual(["hello", "reset"])
  })

  it("end with the session, and with the server", async () => {
    const { live } = hub()
    const stream = open(live, [topics])
    live.endSession("somebody-else")
    live.endSession("s")
    expect((await drain(stream)).map(({ event }) => event.type)).toEqual(["hello", "signedOut"])
    expect(await stream.next(never)).toBeUndefined()
    live.drain()
    expect((await drain(open(live, [topics]))).map(({ event }) => event.type)).toEqual(["hello", "reconnect"])
  })

  it("of a browser that does not read become one reset", async () => {
    const { clock, live } = hub()
    const stream = open(live, [topics])
    for (let at = 0; at < 150; at++) {
      live.publish("topics", "local", [`t${at}`])
      clock.advance(1_000)
    }
    const types = (await drain(stream)).map(({ event }) => event.type)
    expect(types.length).toBeLessThanOrEqual(100)
    expect(types[0]).toBe("reset")
  })

  it("tell what is looked at", () => {
    const { live } = hub()
    const stream = open(live, [orders])
    expect(live.isWatched("topics", "local")).toBe(true)
    expect(live.isWatched("groups", "local")).toBe(false)
    expect(live.setKeys("stream-0", "s", [{ of: "groups", cluster: "local" }])).toBe(true)
    expect(live.setKeys("stream-0", "another session", [])).toBe(false)
    expect([live.isWatched("topics", "local"), live.isWatched("groups", "local")]).toEqual([false, true])
    stream.close()
    expect(live.isWatched("groups", "local")).toBe(false)
  })
})
