import { startTestBroker } from "@rivven/broker/testing"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Client, createClient } from "./client.ts"
import { consumeUntil, text } from "./contract/target.ts"
import { type Fault, startFaultyProxy } from "./testing/faulty-proxy.ts"

type Setting = { client: Client; spoilWith(faults: readonly Fault[], seed: number): void; heal(): void }

/** A real broker whose advertised address is a proxy, so that every connection of the client goes through it. */
async function throughProxy(run: (setting: Setting) => Promise<void>): Promise<void> {
  await using proxy = await startFaultyProxy()
  await using broker = await startTestBroker({ advertised: { host: "127.0.0.1", port: proxy.port } })
  proxy.target = { host: broker.host, port: broker.port }
  const client = createClient({
    bootstrap: [`127.0.0.1:${proxy.port}`],
    requestTimeoutMs: 200,
    connectTimeoutMs: 200,
    callTimeoutMs: 1_000,
    backoffMs: { first: 1, max: 10 },
  })
  const heal = () => {
    proxy.fault = () => "pass"
    // What a connection learned about versions may be garbled as well.
    proxy.dropConnections()
  }
  try {
    await run({
      client,
      heal,
      spoilWith(faults, seed) {
        let state = seed
        const next = () => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
          return state / 2 ** 32
        }
        proxy.random = next
        proxy.fault = () => faults[Math.floor(next() * faults.length)] ?? "pass"
      },
    })
  } finally {
    heal()
    await client.close()
  }
}

async function askEverything(client: Client): Promise<unknown[]> {
  const { admin } = client
  return Promise.all([
    admin.cluster.describe(),
    admin.cluster.logDirs(),
    admin.topics.list(),
    admin.topics.describe(["t", "none"]),
    admin.topics.create([{ name: "t" }, { name: "bad name" }]),
    admin.topics.createPartitions([{ name: "t", count: 1 }]),
    admin.configs.describe([
      { type: "topic", name: "t" },
      { type: "broker", name: "1" },
    ]),
    admin.configs.incrementalAlter([{ type: "topic", name: "t", operations: [{ name: "retention.ms", op: "set", value: "-5" }] }]),
    admin.offsets.list([{ topic: "t", partition: 0, at: "latest" }]),
    admin.groups.list(),
    admin.groups.describe(["g", "none"]),
    admin.groups.offsets(["g"]),
    admin.groups.alterOffsets("g", [{ topic: "t", partition: 0, offset: 1 }]),
    admin.groups.delete(["none"]),
    client.readMessages({ topic: "t", newest: 5 }),
    client.fetchRaw({ topic: "t", partition: 0, offset: 0 }),
  ])
}

describe("between client and broker", () => {
  it("cut, garbled and missing answers end in values, and everything works once they stop", async () => {
    await throughProxy(async ({ client, spoilWith, heal }) => {
      await client.admin.topics.create([{ name: "t", partitions: 2 }])
      await client.producer().send({ topic: "t", value: "x" })
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          spoilWith(["pass", "pass", "pass", "cut", "garble", "hang"], seed)
          for (const answer of await askEverything(client)) expect(answer).toBeTypeOf("object")
        }),
        { numRuns: 8, endOnFailure: true },
      )
      heal()
      expect(await client.admin.topics.list()).toMatchObject({ ok: true, value: [{ name: "t", partitionCount: 2 }] })
      const read = await client.readMessages({ topic: "t", newest: 5 })
      expect(read).toMatchObject({ ok: true, value: { records: [{}], partitions: [{ error: null }, { error: null }] } })
    })
  })

  it("cut connections neither lose nor double nor reorder a record", async () => {
    await throughProxy(async ({ client, spoilWith, heal }) => {
      await client.admin.topics.create([{ name: "t", partitions: 2 }])
      spoilWith(["pass", "pass", "pass", "pass", "cut"], 7)
      const producer = client.producer({ batchBytes: 200, lingerMs: 0 })
      const sending = producer.sendAll(Array.from({ length: 400 }, (_, i) => ({ topic: "t", partition: i % 2, value: `${i}` })))
      expect((await sending).filter(({ ok }) => !ok)).toEqual([])
      const consumer = client.consumer({ offsetReset: "earliest", maxPartitionBytes: 500, maxWaitMs: 50 })
      consumer.assign([0, 1].map((partition) => ({ topic: "t", partition })))
      const records = await consumeUntil(consumer, (got) => got.length >= 400)
      heal()
      for (const partition of [0, 1]) {
        const values = records.filter((record) => record.partition === partition).map(({ value }) => Number(text(value)))
        expect(values).toEqual(Array.from({ length: 200 }, (_, i) => i * 2 + partition))
      }
    })
  })

  it("a garbled record is never handed out", async () => {
    await throughProxy(async ({ client, spoilWith }) => {
      await client.admin.topics.create([{ name: "t" }])
      const values = Array.from({ length: 50 }, (_, i) => `value-${i}`)
      await client.producer({ batchBytes: 200 }).sendAll(values.map((value) => ({ topic: "t", value })))
      spoilWith(["pass", "garble"], 11)
      const consumer = client.consumer({ offsetReset: "earliest", maxPartitionBytes: 400, maxWaitMs: 50 })
      const here = { topic: "t", partition: 0 }
      consumer.assign([here])
      consumer.seek(here, 0)
      const seen = new Map<number, string | null>()
      const endMs = Date.now() + 20_000
      while (seen.size < values.length && Date.now() < endMs) {
        const { records, failures } = await consumer.poll({ timeoutMs: 100 })
        for (const record of records) seen.set(record.offset, text(record.value))
        // What could not be read stops the partition where it is: the caller decides to try again.
        if (failures.length > 0) consumer.seek(here, seen.size)
      }
      expect([...seen].sort(([a], [b]) => a - b).map(([, value]) => value)).toEqual(values)
    })
  })
})
