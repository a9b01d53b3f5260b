import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Client, createClient } from "../client.ts"
import { type Fault, type FaultyProxy, startFaultyProxy } from "../testing/faulty-proxy.ts"
import { consumeUntil, text } from "./target.ts"

/** A broker that advertises the given port of 127.0.0.1, where a proxy stands before it. */
export type StartBehind = (advertisedPort: number) => Promise<{ port: number; stop(): Promise<void> }>

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

export function faultsContract(start: StartBehind): void {
  describe("between client and broker", () => {
    let proxy: FaultyProxy
    let broker: Awaited<ReturnType<StartBehind>>
    beforeAll(async () => {
      proxy = await startFaultyProxy()
      broker = await start(proxy.port)
      proxy.target = { host: "127.0.0.1", port: broker.port }
    })
    afterAll(async () => {
      await broker.stop()
      await proxy[Symbol.asyncDispose]()
    })

    const heal = () => {
      proxy.fault = () => "pass"
      proxy.isDeaf = false
      // What a connection learned about versions may be garbled as well.
      proxy.dropConnections()
    }

    const spoilWith = (faults: readonly Fault[], seed: number) => {
      let state = seed
      proxy.random = () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
        return state / 2 ** 32
      }
      proxy.fault = () => faults[Math.floor(proxy.random() * faults.length)] ?? "pass"
    }

    /** Every connection of this client goes through the proxy. */
    async function throughProxy(run: (client: Client) => Promise<void>): Promise<void> {
      const timeouts = { requestTimeoutMs: 300, connectTimeoutMs: 300, callTimeoutMs: 1_500 }
      const client = createClient({ bootstrap: [`127.0.0.1:${proxy.port}`], ...timeouts, backoffMs: { first: 1, max: 10 } })
      try {
        await run(client)
      } finally {
        heal()
        await client.close()
      }
    }

    it("cut, garbled and missing answers end in values, and everything works once they stop", async () => {
      await throughProxy(async (client) => {
        await client.admin.topics.create([{ name: "t", partitions: 2 }])
        await client.producer().send({ topic: "t", value: "x" })
        await fc.assert(
          fc.asyncProperty(fc.nat(), async (seed) => {
            spoilWith(["pass", "pass", "pass", "cut", "garble", "hang"], seed)
            for (const answer of await askEverything(client)) expect(answer).toBeTypeOf("object")
          }),
          { numRuns: 6, endOnFailure: true },
        )
        heal()
        const listed = await client.admin.topics.list()
        expect(listed.ok && listed.value.filter(({ name }) => name === "t")).toMatchObject([{ partitionCount: 2 }])
        const read = await client.readMessages({ topic: "t", newest: 5 })
        expect(read).toMatchObject({ ok: true, value: { records: [{}], partitions: [{ error: null }, { error: null }] } })
      })
    })

    it("cut connections neither lose nor double nor reorder a record", async () => {
      await throughProxy(async (client) => {
        await client.admin.topics.create([{ name: "cut", partitions: 2 }])
        spoilWith(["pass", "pass", "pass", "pass", "cut"], 7)
        const producer = client.producer({ batchBytes: 200, lingerMs: 0 })
        const sending = producer.sendAll(Array.from({ length: 400 }, (_, i) => ({ topic: "cut", partition: i % 2, value: `${i}` })))
        expect((await sending).filter(({ ok }) => !ok)).toEqual([])
        const consumer = client.consumer({ offsetReset: "earliest", maxPartitionBytes: 500, maxWaitMs: 50 })
        consumer.assign([0, 1].map((partition) => ({ topic: "cut", partition })))
        const records = await consumeUntil(consumer, (got) => got.length >= 400)
        for (const partition of [0, 1]) {
          const values = records.filter((record) => record.partition === partition).map(({ value }) => Number(text(value)))
          expect(values).toEqual(Array.from({ length: 200 }, (_, i) => i * 2 + partition))
        }
      })
    })

    it("a producer goes on under a new epoch after records that never arrived were given up", async () => {
      await throughProxy(async (client) => {
        await client.admin.topics.create([{ name: "deaf" }])
        const producer = client.producer({ lingerMs: 0, deliveryTimeoutMs: 400 })
        expect((await producer.send({ topic: "deaf", value: "a" })).ok).toBe(true)
        proxy.isDeaf = true
        const lost = await producer.sendAll(["b", "c"].map((value) => ({ topic: "deaf", value })))
        expect(lost).toMatchObject([
          { ok: false, error: { code: "TIMEOUT" } },
          { ok: false, error: { code: "TIMEOUT" } },
        ])
        heal()
        const patient = await producer.sendAll(["d", "e"].map((value) => ({ topic: "deaf", value })))
        expect(patient).toMatchObject([
          { ok: true, value: { offset: 1 } },
          { ok: true, value: { offset: 2 } },
        ])
        expect(await producer.send({ topic: "deaf", value: "f" })).toMatchObject({ ok: true, value: { offset: 3 } })
      })
    })

    it("a garbled record is never handed out", async () => {
      await throughProxy(async (client) => {
        await client.admin.topics.create([{ name: "garbled" }])
        const values = Array.from({ length: 50 }, (_, i) => `value-${i}`)
        await client.producer({ batchBytes: 200 }).sendAll(values.map((value) => ({ topic: "garbled", value })))
        spoilWith(["pass", "garble"], 11)
        const consumer = client.consumer({ offsetReset: "earliest", maxPartitionBytes: 400, maxWaitMs: 50 })
        const here = { topic: "garbled", partition: 0 }
        consumer.assign([here])
        consumer.seek(here, 0)
        // Offsets are outside a batch's checksum, so the contents are what counts.
        const seen = new Set<string | null>()
        const endMs = Date.now() + 20_000
        while (seen.size < values.length && Date.now() < endMs) {
          const { records, failures } = await consumer.poll({ timeoutMs: 100 })
          for (const { value } of records) seen.add(text(value))
          // What could not be read stops the partition where it is: the caller decides to try again.
          const next = values.findIndex((value) => !seen.has(value))
          if (failures.length > 0) consumer.seek(here, Math.max(0, next))
        }
        expect(seen).toEqual(new Set(values))
      })
    })
  })
}
