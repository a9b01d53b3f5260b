import { FakeClock } from "@rivven/kube/testing"
import { describe, expect, it } from "vitest"
import { type Loaded, Reading } from "./reading.ts"

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

function counting(answers: (() => Promise<Loaded<number>>)[]) {
  const clock = new FakeClock()
  let calls = 0
  const reading = new Reading(clock, () => (answers[Math.min(calls++, answers.length - 1)] as () => Promise<Loaded<number>>)())
  return { clock, reading, calls: () => calls }
}

const value = (of: number) => async (): Promise<Loaded<number>> => ({ ok: true, value: of })
const failure = async (): Promise<Loaded<number>> => ({ ok: false, error: { code: "TIMEOUT", message: "no answer" } })

describe("reading", () => {
  it("asks once for equal questions at the same time, and not again while the answer is fresh", async () => {
    const { clock, reading, calls } = counting([value(1), value(2)])
    const [first, second] = await Promise.all([reading.read(5_000), reading.read(5_000)])
    expect([first.value, second.value, calls()]).toEqual([1, 1, 1])
    clock.advance(4_000)
    expect((await reading.read(5_000)).value).toBe(1)
    clock.advance(2_000)
    expect((await reading.read(5_000)).value).toBe(2)
  })

  it("keeps the old value with its age when a read fails, and says when it tries again", async () => {
    const { clock, reading } = counting([value(1), failure])
    const { asOf } = await reading.read(0)
    clock.advance(10_000)
    const read = await reading.read(5_000)
    expect(read).toMatchObject({ value: 1, asOf, failure: { code: "TIMEOUT" } })
    expect(read.failure?.retryAt).toBe(clock.wall() + 2_000)
  })

  it("does not hammer a source that fails", async () => {
    const { clock, reading, calls } = counting([failure])
    await reading.read(0)
    await reading.read(0)
    expect(calls()).toBe(1)
    clock.advance(2_001)
    await reading.read(0)
    expect(calls()).toBe(2)
  })

  it("makes nobody wait for a source that failed just now, but for who needs the newest", async () => {
    const hangs = new Promise<Loaded<number>>(() => undefined)
    const { clock, reading } = counting([failure, () => hangs])
    await reading.read(1_000)
    clock.advance(3_000)
    expect((await reading.read(1_000)).failure?.code).toBe("TIMEOUT")
    let isAnswered = false
    void reading.read(0).then(() => {
      isAnswered = true
    })
    await settle()
    expect(isAnswered).toBe(false)
    clock.advance(5_000)
    await settle()
    expect(isAnswered).toBe(true)
  })

  it("answers with the old value when a source is slow, while the read goes on", async () => {
    const slow = Promise.withResolvers<Loaded<number>>()
    const { clock, reading } = counting([value(1), () => slow.promise])
    await reading.read(0)
    clock.advance(20_000)
    const asked = reading.read(5_000)
    await settle()
    clock.advance(5_000)
    expect(await asked).toMatchObject({ value: 1, failure: { code: "TIMEOUT" } })
    slow.resolve({ ok: true, value: 2 })
    await settle()
    expect((await reading.read(5_000)).value).toBe(2)
  })

  it("does not make anybody wait while the old value is not that old, and reads on", async () => {
    const slow = Promise.withResolvers<Loaded<number>>()
    const { clock, reading } = counting([value(1), () => slow.promise])
    await reading.read(0)
    clock.advance(10_000)
    const asked = reading.read(5_000)
    await settle()
    clock.advance(300)
    expect(await asked).toMatchObject({ value: 1, failure: undefined })
    slow.resolve({ ok: true, value: 2 })
    await settle()
    expect(reading.peek().value).toBe(2)
  })

  it("reads again at once after a change, also when the read under way began before it", async () => {
    const first = Promise.withResolvers<Loaded<number>>()
    const { reading, calls } = counting([() => first.promise, value(2)])
    const asked = reading.read(5_000)
    reading.invalidate()
    first.resolve({ ok: true, value: 1 })
    expect((await asked).value).toBe(1)
    expect((await reading.read(5_000)).value).toBe(2)
    expect(calls()).toBe(2)
  })
})
