import { FakeClock } from "@rivven/kube/testing"
import { expect, test } from "vitest"
import { Batcher } from "./batcher.ts"

function setUp(maxItems = 3) {
  const clock = new FakeClock()
  const sent: string[][] = []
  const send = (items: readonly string[]) => {
    sent.push([...items])
    return Promise.resolve(items.map((item) => item.toUpperCase()))
  }
  return { clock, sent, batcher: new Batcher<string, string>({ clock, keyOf: (item) => item, send, maxItems, lingerMs: 100 }) }
}

test("sends what came within the linger as one call and gives each its own result", async () => {
  const { clock, sent, batcher } = setUp()
  const results = [batcher.submit("a"), batcher.submit("b")]
  clock.advance(99)
  expect(sent).toEqual([])
  clock.advance(1)
  expect(await Promise.all(results)).toEqual(["A", "B"])
  expect(sent).toEqual([["a", "b"]])
})

test("does not wait when the batch is full", async () => {
  const { sent, batcher } = setUp()
  expect(await Promise.all(["a", "b", "c"].map((item) => batcher.submit(item)))).toEqual(["A", "B", "C"])
  expect(sent).toEqual([["a", "b", "c"]])
})

test("never sends the same key twice in a batch", async () => {
  const { clock, sent, batcher } = setUp()
  const results = [batcher.submit("a"), batcher.submit("a")]
  clock.advance(100)
  clock.advance(100)
  expect(await Promise.all(results)).toEqual(["A", "A"])
  expect(sent).toEqual([["a"], ["a"]])
})

test("gives a failure of the call to everybody who waits for it and goes on", async () => {
  const clock = new FakeClock()
  let calls = 0
  const send = (items: readonly string[]) => (calls++ === 0 ? Promise.reject(new Error("lost")) : Promise.resolve(items))
  const batcher = new Batcher<string, string>({ clock, keyOf: (item) => item, send, maxItems: 10, lingerMs: 1 })
  const results = Promise.allSettled([batcher.submit("a"), batcher.submit("b")])
  clock.advance(1)
  expect((await results).map(({ status }) => status)).toEqual(["rejected", "rejected"])
  const again = batcher.submit("a")
  clock.advance(1)
  expect(await again).toBe("a")
})
