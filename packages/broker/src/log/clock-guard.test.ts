import { expect, test } from "vitest"
import { SimScheduler } from "../testing/sim-scheduler.ts"
import { ClockGuard } from "./clock-guard.ts"

const day = 86_400_000

function guarded(lastSeenMs?: number): { scheduler: SimScheduler; guard: ClockGuard; wall: () => number } {
  const scheduler = new SimScheduler()
  const clock = scheduler.clock()
  return { scheduler, guard: new ClockGuard(clock, lastSeenMs ?? clock.wall()), wall: () => clock.wall() }
}

test("follows a clock that runs as it should", async () => {
  const { scheduler, guard, wall } = guarded()
  await scheduler.advance(day)
  expect(guard.nowMs()).toBe(wall())
})

test("believes a forward jump only ten minutes after it was first seen", async () => {
  const { scheduler, guard, wall } = guarded()
  const before = guard.nowMs()
  scheduler.wallSkewMs = 3_650 * day
  expect(guard.nowMs()).toBe(before)
  await scheduler.advance(599_000)
  expect(guard.nowMs()).toBe(before + 599_000)
  await scheduler.advance(1_000)
  expect(guard.nowMs()).toBe(wall())
})

test("never believes a jump that is taken back", async () => {
  const { scheduler, guard, wall } = guarded()
  for (let round = 0; round < 20; round++) {
    scheduler.wallSkewMs = day
    guard.nowMs()
    await scheduler.advance(300_000)
    scheduler.wallSkewMs = 0
    expect(guard.nowMs()).toBe(wall())
    await scheduler.advance(300_000)
  }
})

test("believes a step back at once", () => {
  const { scheduler, guard, wall } = guarded()
  scheduler.wallSkewMs = -day
  expect(guard.nowMs()).toBe(wall())
})

test("distrusts a clock that is far ahead of the last start", async () => {
  const { scheduler, guard, wall } = guarded(1_600_000_000_000)
  expect(guard.nowMs()).toBe(1_600_000_000_000)
  await scheduler.advance(600_000)
  expect(guard.nowMs()).toBe(wall())
})
