import { expect, test } from "vitest"
import { settled } from "../testing/sim-scheduler.ts"
import { OffsetWaiters } from "./waiters.ts"

function recording(): { waiters: OffsetWaiters; wait: (offset: number) => void; log: string[] } {
  const waiters = new OffsetWaiters()
  const log: string[] = []
  return {
    waiters,
    log,
    wait: (offset) =>
      void waiters
        .wait(offset)
        .then(() => log.push(`ok ${offset}`))
        .catch(() => log.push(`no ${offset}`)),
  }
}

test("wakes in order of offsets, and only those below the end", async () => {
  const { waiters, wait, log } = recording()
  for (const offset of [5, 3, 9, 3]) wait(offset)
  waiters.advance(6)
  await settled()
  expect(log).toEqual(["ok 3", "ok 3", "ok 5"])
  expect(waiters.size).toBe(1)
})

test("rejects from an offset on and keeps the others", async () => {
  const { waiters, wait, log } = recording()
  for (const offset of [1, 2, 3, 4]) wait(offset)
  waiters.reject(3, new Error("gone"))
  waiters.advance(10)
  await settled()
  expect(log.sort()).toEqual(["no 3", "no 4", "ok 1", "ok 2"])
})

test("holds thousands and forgets them", async () => {
  const { waiters, wait, log } = recording()
  for (let offset = 0; offset < 5_000; offset++) wait(offset)
  for (let end = 0; end <= 5_000; end += 7) waiters.advance(end)
  waiters.advance(5_000)
  await settled()
  expect(log).toHaveLength(5_000)
  expect(waiters.size).toBe(0)
})
