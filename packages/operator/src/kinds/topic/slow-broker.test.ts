// What the operator makes of a broker that is slow to answer, or answers that it cannot: no other broker can be made to do that on demand.
import { noResponse, startTestBroker, type TestBroker } from "@rivven/broker/testing"
import { startTempApi, type TempApi } from "@rivven/kube/testing"
import { zeroUuid } from "@rivven/protocol"
import { CreateTopics, DescribeTopicPartitions } from "@rivven/protocol/messages"
import { afterAll, beforeAll, expect, test } from "vitest"
import { condition, Stand } from "../../testing/stand.ts"

let api: TempApi
let broker: TestBroker

beforeAll(async () => {
  ;[api, broker] = await Promise.all([startTempApi(), startTestBroker()])
})
afterAll(async () => {
  await broker.stop()
  await api[Symbol.asyncDispose]()
})

async function stand(): Promise<Stand> {
  const made = await new Stand({ kube: api.client, bootstrap: broker.bootstrap }).prepare()
  await made.startOperator({ batch: { lingerMs: 2, callTimeoutMs: 600 } })
  await made.cluster()
  return made
}

test("a topic whose creation takes longer than a call is made once and told once, whoever fails in between", async () => {
  await using on = await stand()
  const held = Promise.withResolvers<typeof noResponse>()
  let unanswered = 0
  broker.intercept(CreateTopics, async (_request, next) => {
    await next()
    unanswered += 1
    broker.intercept(DescribeTopicPartitions, (_described, describe) => (unanswered++ < 6 ? held.promise : describe()))
    return held.promise
  })
  await on.topic("large", { partitions: 100, adoptionPolicy: "FailIfExists" })
  await on.until("large", ({ status }) => status?.phase === "Creating" && condition({ status }, "Ready")?.reason === "ClusterUnreachable")
  await on.ready("large")
  held.resolve(noResponse)
  await on.stopOperator()
  const events = await on.events("large")
  expect(events.filter((reason) => reason === "Created")).toHaveLength(1)
  expect(events).not.toContain("Adopted")
  expect(unanswered).toBeGreaterThan(6)
})

test("a creation that only takes long is no outage", async () => {
  await using on = await stand()
  const held = Promise.withResolvers<typeof noResponse>()
  const restore = broker.intercept(CreateTopics, async (_request, next) => {
    await next()
    return held.promise
  })
  await on.topic("slow", { partitions: 10 })
  const said = new Set<string | undefined>()
  on.topics.onChange((_before, after) => said.add(condition(after ?? {}, "Ready")?.reason))
  await on.ready("slow")
  held.resolve(noResponse)
  restore()
  await on.stopOperator()
  expect([...said].filter((reason) => reason !== undefined)).toEqual(["Creating", "TopicReady"])
  expect(await on.events("slow")).toEqual(["Created"])
})

test("what the broker says of its own trouble is what the topic says, and the topic is made when that is over", async () => {
  await using on = await stand()
  const restore = broker.intercept(CreateTopics, ({ topics }) =>
    Promise.resolve({
      topics: topics.map(({ name }) => ({
        name,
        topicId: zeroUuid,
        errorCode: 56,
        errorMessage: "the disk is full",
        numPartitions: -1,
        replicationFactor: -1,
        configs: [],
      })),
    }),
  )
  await on.topic("t")
  const { status } = await on.failing("t", "BrokerFailed")
  expect(status).toMatchObject({ phase: "Pending", message: "KAFKA_STORAGE_ERROR: the disk is full" })
  restore()
  await on.ready("t")
  await on.stopOperator()
  expect(await on.events("t")).toEqual(["BrokerFailed", "Created"])
})
