/** A topic with cleanup.policy compact, as clients see it after the broker's own timer came round. */
import { batchHeaders } from "@rivven/protocol/records"
import { expect, test } from "vitest"
import { nodeClock } from "../../storage/node-time.ts"
import { startTestBroker } from "../../testing/in-process.ts"
import { batchOf, plain, Talk } from "../../testing/talk.ts"

test("a compacted topic answers the last value of each key at its offset", async () => {
  const due: (() => void)[] = []
  const clock: typeof nodeClock = {
    ...nodeClock,
    after: (ms, run) => {
      if (ms !== 15_000) return nodeClock.after(ms, run)
      due.push(run)
      return () => {}
    },
  }
  await using broker = await startTestBroker({ ports: { clock } })
  await using talk = await Talk.to(broker)
  await talk.createTopic("t", { configs: { "cleanup.policy": "compact", "segment.bytes": "1024", "min.cleanable.dirty.ratio": "0.01" } })
  for (let n = 0; n < 40; n++) await talk.produce("t", batchOf([`${n}`.padEnd(100)], { key: `k${n % 3}`, timestamp: Date.now() }))
  for (const run of due.splice(0)) run()
  await expect.poll(() => broker.log.filter(({ message }) => message === "log compacted").length).toBe(1)
  const offsets: number[] = []
  const keys = new Set<string | null>()
  for (let offset = 0; offset < 40; ) {
    const { records, answer } = await talk.fetch("t", { offset })
    expect(answer?.highWatermark).toBe(40)
    for (const { header } of batchHeaders(answer?.records ?? new Uint8Array(0))) offset = header.lastOffset + 1
    for (const { offset: at, key } of records) {
      offsets.push(at)
      keys.add(plain(key))
    }
  }
  expect(keys.size).toBe(3)
  expect(offsets.length).toBeLessThan(20)
  expect(offsets).toContain(39)
})
