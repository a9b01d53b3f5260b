import { describe, expect, it } from "vitest"
import { WorkQueue } from "./queue.ts"
import { FakeClock } from "./testing/fake-clock.ts"

describe("WorkQueue", () => {
  it("hands out a key once however often it was added", async () => {
    const queue = new WorkQueue({ clock: new FakeClock() })
    queue.add("a")
    queue.add("a")
    queue.add("b")
    expect([await queue.take(), await queue.take()]).toEqual(["a", "b"])
    expect(queue.length).toBe(0)
  })

  it("never hands out a key that is running, and hands it out again when it was added meanwhile", async () => {
    const queue = new WorkQueue({ clock: new FakeClock() })
    queue.add("a")
    const key = await queue.take()
    queue.add("a")
    expect(queue.length).toBe(0)
    queue.done(key ?? "")
    expect(await queue.take()).toBe("a")
  })

  it("gives a waiting worker the next key as soon as it comes", async () => {
    const queue = new WorkQueue({ clock: new FakeClock() })
    const taken = queue.take()
    queue.add("a")
    expect(await taken).toBe("a")
  })

  it("adds a delayed key when its time has come, and the earliest of several delays wins", async () => {
    const clock = new FakeClock()
    const queue = new WorkQueue({ clock })
    queue.addAfter("a", 1000)
    queue.addAfter("a", 200)
    queue.addAfter("a", 500)
    clock.advance(199)
    expect(queue.length).toBe(0)
    clock.advance(1)
    expect(queue.length).toBe(1)
    clock.advance(2000)
    expect(queue.length).toBe(1)
  })

  it("doubles the delay with each failure of a key, and starts again after forget", async () => {
    const clock = new FakeClock()
    const queue = new WorkQueue({ clock, perSecond: 1e9, burst: 1e9 })
    for (const expectedMs of [5, 10, 20, 40]) {
      queue.addRateLimited("a")
      clock.advance(expectedMs - 1)
      expect(queue.length).toBe(0)
      clock.advance(1)
      expect(queue.length).toBe(1)
      queue.done((await queue.take()) ?? "")
    }
    expect(queue.failures("a")).toBe(4)
    queue.forget("a")
    expect(queue.failures("a")).toBe(0)
  })

  it("lets 100 retries through at once and then 10 per second", () => {
    const clock = new FakeClock()
    const queue = new WorkQueue({ clock })
    for (let i = 0; i < 120; i += 1) queue.addRateLimited(`key-${i}`)
    clock.advance(5)
    expect(queue.length).toBe(100)
    clock.advance(995)
    expect(queue.length).toBe(110)
    clock.advance(1000)
    expect(queue.length).toBe(120)
  })

  it("runs workers side by side but never one key twice at once", async () => {
    const queue = new WorkQueue()
    const running = new Set<string>()
    let most = 0
    const runs = new Map<string, number>()
    const work = queue.run(
      async (key) => {
        expect(running.has(key)).toBe(false)
        running.add(key)
        most = Math.max(most, running.size)
        runs.set(key, (runs.get(key) ?? 0) + 1)
        if (runs.get(key) === 1) queue.add(key)
        await new Promise(setImmediate)
        running.delete(key)
      },
      { concurrency: 3 },
    )
    for (const key of ["a", "b", "c", "d"]) queue.add(key)
    await queue.idle()
    queue.stop()
    await work
    expect(most).toBe(3)
    expect([...runs.values()]).toEqual([2, 2, 2, 2])
  })

  it("wakes its workers and drops what waits when it stops", async () => {
    const clock = new FakeClock()
    const queue = new WorkQueue({ clock })
    const taken = queue.take()
    queue.addAfter("later", 10)
    queue.stop()
    expect(await taken).toBeUndefined()
    clock.advance(100)
    queue.add("more")
    expect(queue.length).toBe(0)
    expect(await queue.take()).toBeUndefined()
  })
})
