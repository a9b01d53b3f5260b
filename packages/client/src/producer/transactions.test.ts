import { noResponse, startTestBroker } from "@rivven/broker/testing"
import { AddOffsetsToTxn, AddPartitionsToTxn, EndTxn, InitProducerId, Produce } from "@rivven/protocol/messages"
import { describe, expect, it } from "vitest"
import { createClient } from "../client.ts"
import { unwrap } from "../errors.ts"
import { startScriptedBroker } from "../testing/scripted-broker.ts"

describe("a transactional producer", () => {
  it("asks again when the answer to its commit was lost, and goes on with the next epoch", async () => {
    await using broker = await startTestBroker()
    const client = createClient({ bootstrap: [broker.bootstrap], requestTimeoutMs: 150, backoffMs: { first: 1, max: 4 } })
    const producer = client.producer({ transactionalId: "lost", lingerMs: 0 })
    unwrap(await producer.init())
    for (let round = 0; round < 3; round++) {
      let calls = 0
      const restore = broker.intercept(EndTxn, async (_request, next) => {
        const answer = await next()
        return calls++ === 0 ? noResponse : answer
      })
      unwrap(producer.begin())
      unwrap(await producer.send({ topic: "t", value: `${round}` }))
      unwrap(await producer.commit())
      expect(calls).toBe(2)
      restore()
    }
    await client.close()
  })

  it("keeps an unanswered commit as it is: no abort, the same call again finds out", async () => {
    await using broker = await startTestBroker()
    const client = createClient({ bootstrap: [broker.bootstrap], requestTimeoutMs: 100, backoffMs: { first: 1, max: 4 } })
    const producer = client.producer({ transactionalId: "hung", lingerMs: 0 })
    unwrap(await producer.init())
    unwrap(producer.begin())
    unwrap(await producer.send({ topic: "t", value: "x" }))
    const restore = broker.intercept(EndTxn, async (_request, next) => {
      await next()
      return noResponse
    })
    expect(await producer.commit({ timeoutMs: 120 })).toMatchObject({ ok: false, error: { code: "TIMEOUT" } })
    expect(producer.transactionState).toBe("ending")
    expect(await producer.abort()).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
    restore()
    unwrap(await producer.commit())
    expect(producer.transactionState).toBe("ready")
    await client.close()
  })

  it.each([
    ["announces nothing in version 2", 2, { keys: [InitProducerId.key, Produce.key, EndTxn.key], versions: [12, 5] }],
    [
      "announces partitions in version 1",
      1,
      { keys: [InitProducerId.key, AddPartitionsToTxn.key, Produce.key, EndTxn.key], versions: [11, 4] },
    ],
  ] as const)("%s", async (_, level, { keys, versions }) => {
    await using broker = await startScriptedBroker({ topics: { t: 1 }, features: { "transaction.version": level } })
    const identity = { errorCode: 0, throttleTimeMs: 0, producerId: 5, producerEpoch: 1 }
    broker.on(AddPartitionsToTxn, ({ v3AndBelowTopics }) => ({
      throttleTimeMs: 0,
      resultsByTransaction: [],
      resultsByTopicV3AndBelow: v3AndBelowTopics.map(({ name, partitions }) => ({
        name,
        resultsByPartition: partitions.map((partitionIndex) => ({ partitionIndex, partitionErrorCode: 0 })),
      })),
    }))
    broker.on(Produce, () => ({
      responses: [{ name: "t", partitionResponses: [{ index: 0, errorCode: 0, baseOffset: 0 }] }],
    }))
    broker.on(EndTxn, (_body, { apiVersion }) => (apiVersion >= 5 ? identity : { errorCode: 0, throttleTimeMs: 0 }))
    const client = createClient({ bootstrap: [broker.address] })
    const producer = client.producer({ transactionalId: "id", lingerMs: 0 })
    unwrap(await producer.init())
    unwrap(producer.begin())
    unwrap(await producer.send({ topic: "t", value: "x" }))
    unwrap(await producer.commit())
    const own: number[] = [InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, Produce, EndTxn].map(({ key }) => key)
    const asked = broker.requests.filter(({ apiKey }) => own.includes(apiKey))
    expect(asked.map(({ apiKey }) => apiKey)).toEqual(keys)
    expect(asked.slice(-2).map(({ apiVersion }) => apiVersion)).toEqual(versions)
    await client.close()
  })
})
