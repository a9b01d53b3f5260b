import { describe, expect, it } from "vitest"
import { consumeUntil, type Suite, text } from "./target.ts"

export function restartContract(suite: Suite): void {
  describe("when the broker restarts", () => {
    it("producers, consumers, groups and administrators go on by themselves; nothing is lost, doubled or reordered", async () => {
      const client = suite.client()
      const topic = await suite.topic(2)
      const groupId = suite.name("survivors")
      const producer = client.producer({ batchBytes: 500 })
      const group = client.consumer({ groupId, offsetReset: "earliest", sessionTimeoutMs: 10_000, heartbeatIntervalMs: 200 })
      group.subscribe([topic])
      const send = (from: number, to: number) => {
        const records = Array.from({ length: to - from }, (_, i) => ({ topic, partition: (from + i) % 2, value: `${from + i}` }))
        return producer.sendAll(records)
      }
      expect((await send(0, 100)).every(({ ok }) => ok)).toBe(true)
      const before = await consumeUntil(group, (got) => got.length >= 100)
      expect((await group.commit()).every(({ result }) => result.ok)).toBe(true)
      const restarted = suite.restart()
      const during = send(100, 200)
      const asked = client.admin.topics.list({ timeoutMs: 60_000 })
      await restarted
      expect((await during).filter(({ ok }) => !ok)).toEqual([])
      expect((await asked).ok).toBe(true)
      expect((await send(200, 300)).every(({ ok }) => ok)).toBe(true)
      const after = await consumeUntil(group, (got) => new Set(got.map(({ value }) => text(value))).size >= 200, 60_000)
      const values = [...before, ...after].map(({ value }) => Number(text(value)))
      expect(new Set(values).size).toBe(300)
      const reader = client.consumer({ offsetReset: "earliest" })
      reader.assign([0, 1].map((partition) => ({ topic, partition })))
      const all = await consumeUntil(reader, (got) => got.length >= 300)
      for (const partition of [0, 1]) {
        const own = all.filter((record) => record.partition === partition).map(({ value }) => Number(text(value)))
        expect(own).toEqual(Array.from({ length: 150 }, (_, i) => i * 2 + partition))
      }
      await group.close()
    }, 180_000)
  })
}
