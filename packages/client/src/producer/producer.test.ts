import { InitProducerId, Metadata, Produce } from "@rivven/protocol/messages"
import { decodeBatch, parseBatchHeader } from "@rivven/protocol/records"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Client, createClient } from "../client.ts"
import type { Result } from "../errors.ts"
import { type ScriptedBroker, startScriptedBroker } from "../testing/scripted-broker.ts"
import type { RecordPosition } from "./types.ts"

const outOfOrder = 45
const tooLarge = 10
const notLeader = 6

type Fault = "none" | "answer lost" | "request lost" | "not leader"

/**
 * One partition's log under Kafka's rules for idempotent producers: order of sequences, the last five batches remembered, and any sequence
 * taken from a producer it knows nothing of.
 */
class SequenceLog {
  readonly values: string[] = []
  readonly #producers = new Map<number, { epoch: number; next: number; recent: { sequence: number; baseOffset: number }[] }>()

  append(bytes: Uint8Array): { errorCode: number; baseOffset: number } {
    const { producerId, producerEpoch, baseSequence } = parseBatchHeader(bytes)
    const { records } = decodeBatch(bytes)
    const known = this.#producers.get(producerId)
    const fresh = { epoch: producerEpoch, next: known === undefined ? baseSequence : 0, recent: [] }
    const state = known === undefined || producerEpoch > known.epoch ? fresh : known
    if (producerEpoch < state.epoch) return { errorCode: 47, baseOffset: -1 }
    const repeated = state.recent.find(({ sequence }) => sequence === baseSequence)
    if (repeated !== undefined) return { errorCode: 0, baseOffset: repeated.baseOffset }
    if (baseSequence !== state.next) return { errorCode: outOfOrder, baseOffset: -1 }
    const baseOffset = this.values.length
    this.values.push(...records.map(({ value }) => Buffer.from(value ?? []).toString()))
    state.recent = [...state.recent, { sequence: baseSequence, baseOffset }].slice(-5)
    state.next = baseSequence + records.length
    this.#producers.set(producerId, state)
    return { errorCode: 0, baseOffset }
  }
}

type Service = { logs: Map<number, SequenceLog>; faultOf?: (batches: Uint8Array[]) => Fault; mostRecords?: number }

function serve(broker: ScriptedBroker, { logs, faultOf = () => "none", mostRecords = 1_000 }: Service): void {
  broker.on(Produce, ({ topicData }) => {
    const fault = faultOf(topicData.flatMap(({ partitionData }) => partitionData.map(({ records }) => records ?? new Uint8Array(0))))
    if (fault === "request lost") return "close"
    const responses = topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) => {
        const bytes = records ?? new Uint8Array(0)
        const log = logs.get(index) ?? new SequenceLog()
        logs.set(index, log)
        if (fault === "not leader") return { index, errorCode: notLeader, baseOffset: -1 }
        if (parseBatchHeader(bytes).recordsCount > mostRecords) return { index, errorCode: tooLarge, baseOffset: -1 }
        return { index, ...log.append(bytes) }
      }),
    }))
    return fault === "answer lost" ? "close" : { body: { responses } }
  })
}

async function withProducer<T>(partitions: number, run: (client: Client, broker: ScriptedBroker) => Promise<T>): Promise<T> {
  await using broker = await startScriptedBroker({ topics: { t: partitions } })
  const client = createClient({ bootstrap: [broker.address], backoffMs: { first: 1, max: 4 } })
  try {
    return await run(client, broker)
  } finally {
    await client.close()
  }
}

const faults: Fault[] = ["none", "none", "none", "answer lost", "request lost", "not leader"]

const anyRun = fc.record({
  faults: fc.array(fc.constantFrom(...faults), { maxLength: 25 }),
  count: fc.integer({ min: 1, max: 60 }),
  mostRecords: fc.constantFrom(1, 2, 1_000),
})

describe("an idempotent producer", () => {
  it("neither loses, doubles nor reorders a record, whatever happens to requests and answers", async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ faults: planned, count, mostRecords }) => {
        const script = [...planned]
        await withProducer(2, async (client, broker) => {
          const logs = new Map<number, SequenceLog>()
          serve(broker, { logs, faultOf: () => script.shift() ?? "none", mostRecords })
          const producer = client.producer({ lingerMs: 0, batchBytes: 160 })
          const values = Array.from({ length: count }, (_, i) => `${i}`)
          const results: Result<RecordPosition>[] = []
          // In groups, so that several requests are on their way at a time.
          for (let at = 0; at < count; at += 7) {
            const group = values.slice(at, at + 7).map((value) => ({ topic: "t", partition: Number(value) % 2, value }))
            const sent = producer.sendAll(group)
            if (at % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
            results.push(...((await Promise.all([sent]))[0] ?? []))
          }
          expect(results.every(({ ok }) => ok)).toBe(true)
          for (const partition of [0, 1]) {
            const wanted = values.filter((value) => Number(value) % 2 === partition)
            expect(logs.get(partition)?.values ?? []).toEqual(wanted)
          }
          results.forEach((result, i) => {
            if (result.ok && result.value.offset !== null) expect(logs.get(i % 2)?.values[result.value.offset]).toBe(`${i}`)
          })
        })
      }),
      { numRuns: 60 },
    )
  })

  it("keeps the order when the first batch of a partition is refused and the broker would take any later one", async () => {
    await withProducer(1, async (client, broker) => {
      const logs = new Map<number, SequenceLog>()
      const script: Fault[] = ["not leader", "none", "answer lost"]
      serve(broker, { logs, faultOf: () => script.shift() ?? "none" })
      const producer = client.producer({ lingerMs: 0, batchBytes: 100 })
      const values = Array.from({ length: 12 }, (_, i) => `${i}`)
      const results = await producer.sendAll(values.map((value) => ({ topic: "t", value })))
      expect(results.map((result) => result.ok && result.value.offset)).toEqual(values.map(Number))
      expect(logs.get(0)?.values).toEqual(values)
    })
  })

  it("starts a new epoch at sequence 0 after a batch with an unknown outcome was given up", async () => {
    await withProducer(1, async (client, broker) => {
      const logs = new Map<number, SequenceLog>()
      const hasB = (batches: Uint8Array[]) => batches.some((bytes) => decodeBatch(bytes).records.some(({ value }) => value?.[0] === 0x62))
      serve(broker, { logs, faultOf: (batches) => (hasB(batches) ? "request lost" : "none") })
      const producer = client.producer({ lingerMs: 0, deliveryTimeoutMs: 60 })
      expect((await producer.send({ topic: "t", value: "a" })).ok).toBe(true)
      expect(await producer.send({ topic: "t", value: "b" })).toMatchObject({ ok: false, error: { code: "TIMEOUT" } })
      const patient = await producer.send({ topic: "t", value: "c" })
      expect(patient.ok).toBe(true)
      expect(logs.get(0)?.values).toEqual(["a", "c"])
    })
  })
})

describe("a producer", () => {
  it("answers per record when the topic does not exist, naming the topic", async () => {
    await withProducer(1, async (client) => {
      const producer = client.producer({ maxBlockMs: 300 })
      const results = await producer.sendAll([
        { topic: "none", value: "x" },
        { topic: "none", value: "y" },
      ])
      expect(results).toMatchObject([
        { ok: false, error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } },
        { ok: false, error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } },
      ])
    })
  })

  it("refuses what cannot be a record, with the field", async () => {
    await withProducer(2, async (client) => {
      const producer = client.producer({ maxRequestBytes: 1_000 })
      const results = await producer.sendAll([
        { topic: "t", value: Buffer.alloc(2_000) },
        { topic: "t", value: "x", partition: -1 },
        { topic: "t", value: "x", partition: 7 },
        { topic: "t", value: "x", timestamp: 1.5 },
      ])
      expect(results.map((result) => (result.ok ? "" : `${result.error.code} ${result.error.path}`))).toEqual([
        "BAD_INPUT /value",
        "BAD_INPUT /partition",
        "BAD_INPUT /partition",
        "BAD_INPUT /timestamp",
      ])
    })
  })

  it("waits for space in the buffer and answers BUFFER_FULL when none comes", async () => {
    await withProducer(1, async (client, broker) => {
      broker.on(Produce, () => "hang")
      const producer = client.producer({ bufferBytes: 300, maxBlockMs: 40, lingerMs: 0, deliveryTimeoutMs: 200, requestTimeoutMs: 100 })
      const first = producer.send({ topic: "t", value: Buffer.alloc(200) })
      expect(await producer.send({ topic: "t", value: Buffer.alloc(200) })).toMatchObject({ ok: false, error: { code: "BUFFER_FULL" } })
      expect(producer.bufferedBytes).toBeLessThanOrEqual(300)
      expect(await first).toMatchObject({ ok: false, error: { code: "TIMEOUT" } })
      expect(producer.bufferedBytes).toBe(0)
    })
  })

  it("keeps the order of one topic's records when the first has to wait for metadata", async () => {
    await withProducer(1, async (client, broker) => {
      const logs = new Map<number, SequenceLog>()
      serve(broker, { logs })
      let calls = 0
      broker.on(Metadata, () => (calls++ === 0 ? "close" : undefined))
      const producer = client.producer({ lingerMs: 0 })
      const sends = Array.from({ length: 20 }, (_, i) => producer.send({ topic: "t", value: `${i}` }))
      await Promise.all(sends)
      expect(logs.get(0)?.values).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`))
    })
  })

  it("stops asking for a producer id when the cluster forbids it, and says so per record", async () => {
    await withProducer(1, async (client, broker) => {
      broker.on(InitProducerId, () => ({ errorCode: 31, producerId: -1, producerEpoch: -1 }))
      expect(await client.producer().send({ topic: "t", value: "x" })).toMatchObject({
        ok: false,
        error: { code: "CLUSTER_AUTHORIZATION_FAILED" },
      })
    })
  })

  it("sends without a sequence and without waiting with acks 0", async () => {
    await withProducer(1, async (client, broker) => {
      const bases: number[] = []
      broker.on(Produce, ({ topicData }) => {
        bases.push(parseBatchHeader(topicData[0]?.partitionData[0]?.records ?? new Uint8Array(0)).baseSequence)
        return "hang"
      })
      const producer = client.producer({ acks: 0, lingerMs: 0 })
      expect(await producer.send({ topic: "t", value: "x" })).toMatchObject({ ok: true, value: { offset: null } })
      await expect.poll(() => bases).toEqual([-1])
    })
  })

  it("flush resolves when everything sent before has its result", async () => {
    await withProducer(1, async (client, broker) => {
      const logs = new Map<number, SequenceLog>()
      serve(broker, { logs })
      const producer = client.producer({ lingerMs: 60_000 })
      const sent = producer.send({ topic: "t", value: "x" })
      await producer.flush()
      expect(logs.get(0)?.values).toEqual(["x"])
      expect((await sent).ok).toBe(true)
    })
  })

  it("close fails what is not acknowledged in time", async () => {
    await withProducer(1, async (client, broker) => {
      broker.on(Produce, () => "hang")
      const producer = client.producer({ lingerMs: 0 })
      const sent = producer.send({ topic: "t", value: "x" })
      await producer.close({ timeoutMs: 50 })
      expect(await sent).toMatchObject({ ok: false, error: { code: "CLOSED" } })
      expect(await producer.send({ topic: "t", value: "y" })).toMatchObject({ ok: false, error: { code: "CLOSED" } })
    })
  })
})
