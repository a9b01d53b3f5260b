import { KubeError, silentLogger } from "@rivven/kube"
import { FakeClock } from "@rivven/kube/testing"
import { expect, test } from "vitest"
import { Controller, done, type Outcome, retry, terminal } from "./controller.ts"

function setUp(outcomes: (() => Outcome)[]) {
  const clock = new FakeClock()
  const runs: number[] = []
  const errors: string[] = []
  const logger = { ...silentLogger, error: (_fields: object, message: string) => void errors.push(message) }
  const reconcile = () => {
    runs.push(clock.monotonic())
    const outcome = outcomes[Math.min(runs.length, outcomes.length) - 1]
    return outcome ? Promise.resolve().then(outcome) : Promise.resolve(done)
  }
  const controller = new Controller({ name: "test", clock, logger, concurrency: 2, reconcile })
  controller.start()
  return { clock, controller, runs, errors }
}

test("repeats a failed call to the API server with growing delays, until it succeeds", async () => {
  const lost = () => {
    throw new KubeError("Unreachable", "no answer")
  }
  const { clock, controller, runs, errors } = setUp([lost, lost, () => done])
  controller.enqueue("a")
  for (let round = 0; round < 4; round++) {
    await controller.idle()
    clock.advance(1_000)
  }
  await controller.idle()
  expect(runs).toHaveLength(3)
  expect(errors).toEqual([])
})

test("survives a bug, says so, and tries again", async () => {
  const bug = () => {
    throw new TypeError("undefined is not a function")
  }
  const { clock, controller, runs, errors } = setUp([bug, () => done])
  controller.enqueue("a")
  await controller.idle()
  clock.advance(1_000)
  await controller.idle()
  expect(runs).toHaveLength(2)
  expect(errors).toEqual(["reconcile failed unexpectedly"])
})

test("does not repeat what only a change of the resource can help", async () => {
  const { clock, controller, runs } = setUp([() => terminal])
  controller.enqueue("a")
  await controller.idle()
  clock.advance(3_600_000)
  await controller.idle()
  expect(runs).toHaveLength(1)
})

test("comes back after the time that a run asks for", async () => {
  const { clock, controller, runs } = setUp([() => ({ kind: "requeue", afterMs: 500 }), () => done])
  controller.enqueue("a")
  await controller.idle()
  clock.advance(499)
  await controller.idle()
  expect(runs).toEqual([0])
  clock.advance(1)
  await controller.idle()
  expect(runs).toEqual([0, 500])
})

test("never waits longer than half a minute, however often it failed", async () => {
  const { clock, controller, runs } = setUp([() => retry])
  controller.enqueue("a")
  for (let round = 0; round < 20; round++) {
    await controller.idle()
    clock.advance(30_000)
  }
  await controller.idle()
  expect(runs.length).toBeGreaterThanOrEqual(20)
  await controller.stop()
})
