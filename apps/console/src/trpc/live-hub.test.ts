import { describe, expect, it, vi } from "vitest"
import { concerns, type LiveChange, LiveHub, type LiveListener } from "./live-hub.ts"
import type { LiveKey } from "./types.ts"

const topics: LiveKey = { of: "topics", cluster: "local" }
const orders: LiveKey = { ...topics, name: "orders" }
const change = (key: LiveKey, names: string[] | null = null): LiveChange => ({ key, names, asOf: 1 })
const settle = () => new Promise<void>((resolve) => setTimeout(resolve))

/** Tabs of one browser: a channel that reaches all others, and one lock. */
function browser() {
  const tabs: { onmessage: ((event: MessageEvent) => void) | null }[] = []
  const queue: (() => Promise<void>)[] = []
  let isHeld = false
  const next = async () => {
    const whileLeading = isHeld ? undefined : queue.shift()
    if (!whileLeading) return
    isHeld = true
    await whileLeading()
    isHeld = false
    await next()
  }
  const opened: { keys: LiveKey[]; listener: LiveListener; isOpen: boolean }[] = []
  const open = (tab: string, onConnected?: (isConnected: boolean) => void) => {
    const channel: { onmessage: ((event: MessageEvent) => void) | null; postMessage(message: unknown): void; close(): void } = {
      onmessage: null,
      postMessage: (message) => {
        if (!tabs.includes(channel)) throw new Error("Channel is closed")
        for (const other of tabs) if (other !== channel) other.onmessage?.({ data: structuredClone(message) } as MessageEvent)
      },
      close: () => tabs.splice(tabs.indexOf(channel), 1),
    }
    tabs.push(channel)
    const lead = (whileLeading: () => Promise<void>) => {
      queue.push(whileLeading)
      void next()
    }
    return new LiveHub(
      { channel, lead, tab, ...(onConnected ? { onConnected } : {}) },
      {
        open: (keys, listener) => {
          const stream = { keys, listener, isOpen: true }
          opened.push(stream)
          return () => {
            stream.isOpen = false
          }
        },
      },
      () => {},
    )
  }
  return { open, opened, stream: () => opened.filter(({ isOpen }) => isOpen) }
}

describe("live hub", () => {
  it("holds one stream for the keys of all tabs and passes changes on", async () => {
    const { open, stream } = browser()
    const first = open("a")
    const second = open("b")
    const onFirst = vi.fn()
    const onSecond = vi.fn()
    first.watch(topics, onFirst)
    second.watch(orders, onSecond)
    await settle()
    expect(stream()).toHaveLength(1)
    expect(stream()[0]?.keys).toEqual([topics, orders])
    stream()[0]?.listener.onChanges([change(topics, ["orders"])])
    expect(onFirst).toHaveBeenCalledTimes(1)
    expect(onSecond).toHaveBeenCalledTimes(1)
    stream()[0]?.listener.onChanges([change(topics, ["other"])])
    expect(onSecond).toHaveBeenCalledTimes(1)
  })

  it("hands the stream to another tab when the leader goes", async () => {
    const { open, stream } = browser()
    const first = open("a")
    const second = open("b")
    first.watch(topics, () => {})
    second.watch(orders, () => {})
    await settle()
    first.stop()
    await settle()
    expect(stream().map(({ keys }) => keys)).toEqual([[orders]])
  })

  it("says nothing more once its page has gone, as a closed channel would throw", async () => {
    const { open, opened } = browser()
    const hub = open("a")
    hub.watch(topics, () => {})
    await settle()
    hub.stop()
    expect(opened).toHaveLength(1)
    expect(() => opened[0]?.listener.onChanges([change(topics)])).not.toThrow()
  })

  it("holds changes back while paused and catches up once", async () => {
    const { open, stream } = browser()
    const hub = open("a")
    const run = vi.fn()
    hub.watch(topics, run)
    await settle()
    hub.setPaused(true)
    stream()[0]?.listener.onChanges([change(topics)])
    stream()[0]?.listener.onChanges([change(topics)])
    expect(run).not.toHaveBeenCalled()
    hub.setPaused(false)
    expect(run).toHaveBeenCalledTimes(1)
  })

  it("gives the stream up while nobody looks, and asks for everything afterwards", async () => {
    const { open, stream } = browser()
    const hub = open("a")
    const run = vi.fn()
    hub.watch(topics, run)
    await settle()
    hub.setHidden(true)
    await settle()
    expect(stream()).toHaveLength(0)
    hub.setHidden(false)
    await settle()
    expect(stream()).toHaveLength(1)
    expect(run).toHaveBeenCalledTimes(1)
  })
})

describe("what concerns whom", () => {
  it.each([
    [topics, change(topics, ["orders"]), true],
    [orders, change(topics, ["orders"]), true],
    [orders, change(topics, ["other"]), false],
    [orders, change(topics), true],
    [orders, change(orders), true],
    [topics, change({ of: "groups", cluster: "local" }), false],
    [topics, change({ of: "topics", cluster: "other" }), false],
    [{ of: "clusters", cluster: "" } as LiveKey, change({ of: "clusters", cluster: "" }), true],
  ])("%j and %j: %s", (wanted, changed, isConcerned) => expect(concerns(wanted, changed)).toBe(isConcerned))

  it("tells every tab that the stream broke, also one that comes later, and that it is back", async () => {
    const { open, stream } = browser()
    const onFirst = vi.fn()
    const onSecond = vi.fn()
    const onThird = vi.fn()
    open("a", onFirst).watch(topics, () => {})
    open("b", onSecond).watch(orders, () => {})
    await settle()
    stream()[0]?.listener.onConnected(true)
    expect(onFirst).not.toHaveBeenCalled()
    stream()[0]?.listener.onConnected(false)
    stream()[0]?.listener.onConnected(false)
    expect(onFirst.mock.calls).toEqual([[false]])
    expect(onSecond).toHaveBeenLastCalledWith(false)
    open("c", onThird).watch(topics, () => {})
    await settle()
    expect(onThird).toHaveBeenLastCalledWith(false)
    stream()[0]?.listener.onConnected(true)
    for (const told of [onFirst, onSecond, onThird]) expect(told).toHaveBeenLastCalledWith(true)
  })
})
