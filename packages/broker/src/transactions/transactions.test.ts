/** Transactions over the wire: both protocols, fencing, time-outs, group offsets, and what a restart finds. */
import { errorName } from "@rivven/protocol"
import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  DescribeProducers,
  DescribeTransactions,
  EndTxn,
  Fetch,
  InitProducerId,
  ListTransactions,
  Produce,
  TxnOffsetCommit,
  WriteTxnMarkers,
} from "@rivven/protocol/messages"
import { batchHeaders } from "@rivven/protocol/records"
import { expect, test } from "vitest"
import type { Disk } from "../ports.ts"
import { startTestBroker, type TestBroker } from "../testing/in-process.ts"
import { memoryDisk } from "../testing/memory-disk.ts"
import { batchOf, plain, recordsOf, Talk } from "../testing/talk.ts"

interface Producer {
  id: number
  epoch: number
  /** Next sequence by partition. */
  readonly sequences: Map<number, number>
}

interface Stage extends AsyncDisposable {
  readonly broker: TestBroker
  readonly talk: Talk
}

async function stage(disk: Disk = memoryDisk(), settings: Record<string, string> = {}): Promise<Stage> {
  const broker = await startTestBroker({ ports: { disk }, settings })
  const talk = await Talk.to(broker)
  await talk.createTopic("t", { partitions: 2 })
  return {
    broker,
    talk,
    async [Symbol.asyncDispose]() {
      await talk[Symbol.asyncDispose]()
      await broker.stop()
    },
  }
}

async function initialise(talk: Talk, transactionalId = "x", transactionTimeoutMs = 60_000): Promise<Producer> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await talk.wire.call(InitProducerId, 4, { transactionalId, transactionTimeoutMs })
    if (answer.errorCode === 0) return { id: answer.producerId, epoch: answer.producerEpoch, sequences: new Map() }
    expect(errorName(answer.errorCode)).toBe("CONCURRENT_TRANSACTIONS")
  }
  throw new Error("the id never became free")
}

interface How {
  readonly partition?: number
  readonly version?: number
  readonly transactionalId?: string
}

async function send({ talk }: Stage, producer: Producer, [value, how = {}]: readonly [value: string, how?: How]): Promise<string> {
  const { partition = 0, version = 12, transactionalId = "x" } = how
  const baseSequence = producer.sequences.get(partition) ?? 0
  // Markers bear the time of the broker: records of years ago would lie in another segment, and a fetch reads one.
  const timestamp = Date.now()
  const records = batchOf([value], {
    timestamp,
    producerId: producer.id,
    producerEpoch: producer.epoch,
    baseSequence,
    isTransactional: true,
  })
  const topicData = [{ name: "t", partitionData: [{ index: partition, records }] }]
  const { responses } = await talk.wire.call(Produce, version, { transactionalId, acks: -1, timeoutMs: 1_000, topicData })
  const error = errorName(responses[0]!.partitionResponses[0]!.errorCode)
  if (error === "NONE") producer.sequences.set(partition, baseSequence + 1)
  return error
}

async function end({ talk }: Stage, producer: Producer, [committed, how = {}]: readonly [committed: boolean, how?: How]): Promise<string> {
  const { version = 5, transactionalId = "x" } = how
  const claim = { transactionalId, producerId: producer.id, producerEpoch: producer.epoch, committed }
  const answer = await talk.wire.call(EndTxn, version, claim)
  if (answer.errorCode === 0 && version >= 5) {
    if (answer.producerEpoch !== producer.epoch || answer.producerId !== producer.id) producer.sequences.clear()
    producer.id = answer.producerId
    producer.epoch = answer.producerEpoch
  }
  return errorName(answer.errorCode)
}

async function add(talk: Talk, producer: Producer, partitions = [0]): Promise<string> {
  const answer = await talk.wire.call(AddPartitionsToTxn, 3, {
    transactions: [],
    v3AndBelowTransactionalId: "x",
    v3AndBelowProducerId: producer.id,
    v3AndBelowProducerEpoch: producer.epoch,
    v3AndBelowTopics: [{ name: "t", partitions }],
  })
  return errorName(answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode)
}

/** What a consumer with read_committed makes of partition 0: values, and where the broker says that it has to stop. */
async function committed(talk: Talk, partition = 0): Promise<{ values: (string | null)[]; lastStable: number; highWatermark: number }> {
  const answer = await talk.wire.call(Fetch, 11, {
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1_000_000,
    isolationLevel: 1,
    topics: [{ topic: "t", partitions: [{ partition, fetchOffset: 0, partitionMaxBytes: 1_000_000, currentLeaderEpoch: -1 }] }],
    forgottenTopicsData: [],
  })
  const found = answer.responses[0]!.partitions[0]!
  const aborted = found.abortedTransactions!.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
  const dropped = new Set<number>()
  const values: (string | null)[] = []
  for (const { header, records } of batches(found.records)) {
    while (aborted[0] && aborted[0].firstOffset <= header.lastOffset) dropped.add(aborted.shift()!.producerId)
    if (header.isControl) dropped.delete(header.producerId)
    else if (!dropped.has(header.producerId) || !header.isTransactional) values.push(...records.map(({ value }) => plain(value)))
  }
  return { values, lastStable: found.lastStableOffset, highWatermark: found.highWatermark }
}

function batches(bytes: Uint8Array | null) {
  return bytes
    ? [...batchHeaders(bytes)].map(({ at, header }) => ({ header, records: recordsOf(bytes.subarray(at, at + header.sizeBytes)) }))
    : []
}

test("shows a committed transaction whole, an aborted one never, and an open one not yet", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk)
  expect(await send(s, producer, ["a"])).toBe("NONE")
  expect(await send(s, producer, ["b"])).toBe("NONE")
  expect(await committed(s.talk)).toMatchObject({ values: [], lastStable: 0, highWatermark: 2 })
  expect(await end(s, producer, [true])).toBe("NONE")
  expect(await committed(s.talk)).toMatchObject({ values: ["a", "b"], lastStable: 3 })
  expect(await send(s, producer, ["c"])).toBe("NONE")
  expect(await end(s, producer, [false])).toBe("NONE")
  expect(await send(s, producer, ["d"])).toBe("NONE")
  expect(await end(s, producer, [true])).toBe("NONE")
  expect((await committed(s.talk)).values).toEqual(["a", "b", "d"])
})

test("gives every transaction an epoch of its own, so that what comes late is refused", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk)
  const late = { ...producer, sequences: new Map([[0, 1]]) }
  expect(await send(s, producer, ["a"])).toBe("NONE")
  const before = { ...producer }
  expect(await end(s, producer, [true])).toBe("NONE")
  expect(producer.epoch).toBe(before.epoch + 1)
  expect(await send(s, late, ["late"])).toBe("INVALID_PRODUCER_EPOCH")
  expect(await send(s, producer, ["b"])).toBe("NONE")
  expect(await end(s, { ...before, sequences: new Map() }, [false]), "a delayed abort of the transaction before").toBe("PRODUCER_FENCED")
  expect(await end(s, producer, [true])).toBe("NONE")
  expect((await committed(s.talk)).values).toEqual(["a", "b"])
})

test("answers the same end again with the same id and epoch, and the other outcome with an error", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk)
  expect(await send(s, producer, ["a"])).toBe("NONE")
  const [first, again, other] = [0, 1, 2].map(() => ({ ...producer, sequences: new Map<number, number>() }))
  expect(await end(s, first!, [true])).toBe("NONE")
  expect(await end(s, again!, [true])).toBe("NONE")
  expect([again!.id, again!.epoch]).toEqual([first!.id, first!.epoch])
  expect(await end(s, other!, [false])).toBe("INVALID_TXN_STATE")
})

test("speaks the older protocol: partitions are added first, and the epoch stays", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk)
  expect(await send(s, producer, ["unasked", { version: 9 }])).toBe("INVALID_TXN_STATE")
  expect(await send(s, producer, ["unasked", { version: 11 }])).toBe("TRANSACTION_ABORTABLE")
  expect(await add(s.talk, producer)).toBe("NONE")
  expect(await send(s, producer, ["a", { version: 9 }])).toBe("NONE")
  expect(await end(s, producer, [true, { version: 3 }])).toBe("NONE")
  expect(await add(s.talk, producer)).toBe("NONE")
  expect(await send(s, producer, ["b", { version: 9 }])).toBe("NONE")
  expect(await end(s, producer, [false, { version: 3 }])).toBe("NONE")
  expect((await committed(s.talk)).values).toEqual(["a"])
  expect(await end(s, { ...producer, epoch: producer.epoch + 1 }, [true, { version: 3 }])).toBe("PRODUCER_FENCED")
  expect(await end(s, { ...producer, epoch: producer.epoch + 1 }, [true, { version: 1 }])).toBe("INVALID_PRODUCER_EPOCH")
})

test("refuses the older protocol where the operator says so", async () => {
  await using s = await stage(memoryDisk(), { "transaction.legacy": "deny" })
  const producer = await initialise(s.talk)
  expect(await add(s.talk, producer)).toBe("UNSUPPORTED_VERSION")
  expect(await send(s, producer, ["a"])).toBe("NONE")
  expect(await end(s, producer, [true])).toBe("NONE")
})

test("fences the older of two producers and ends what it left open", async () => {
  await using s = await stage()
  const old = await initialise(s.talk)
  expect(await send(s, old, ["left behind"])).toBe("NONE")
  const fresh = await initialise(s.talk)
  expect(fresh.id).toBe(old.id)
  expect(fresh.epoch).toBeGreaterThan(old.epoch)
  expect(await send(s, old, ["zombie"])).toBe("INVALID_PRODUCER_EPOCH")
  expect(await end(s, old, [true])).toBe("PRODUCER_FENCED")
  expect(await send(s, fresh, ["a"])).toBe("NONE")
  expect(await end(s, fresh, [true])).toBe("NONE")
  expect(await committed(s.talk)).toMatchObject({ values: ["a"], lastStable: 4, highWatermark: 4 })
})

test("aborts a transaction that takes longer than its time-out, and its client cannot go on with it", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk, "x", 50)
  expect(await send(s, producer, ["a"])).toBe("NONE")
  await expect.poll(() => committed(s.talk), { timeout: 10_000 }).toMatchObject({ values: [], lastStable: 2, highWatermark: 2 })
  expect(await send(s, producer, ["b"])).toBe("INVALID_PRODUCER_EPOCH")
})

test.each([-1, 0, 900_001])("refuses a time-out of %i ms", async (transactionTimeoutMs) => {
  await using s = await stage()
  const answer = await s.talk.wire.call(InitProducerId, 4, { transactionalId: "x", transactionTimeoutMs })
  expect(errorName(answer.errorCode)).toBe("INVALID_TRANSACTION_TIMEOUT")
})

test("refuses ids that belong to nobody or to somebody else", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk)
  expect(await end(s, producer, [true, { transactionalId: "other" }])).toBe("INVALID_PRODUCER_ID_MAPPING")
  expect(await send(s, producer, ["a", { transactionalId: "other" }])).toBe("INVALID_PRODUCER_ID_MAPPING")
  expect(await send(s, { ...producer, id: producer.id + 1 }, ["a"])).toBe("INVALID_PRODUCER_ID_MAPPING")
  expect(await end(s, producer, [true]), "nothing is open").toBe("INVALID_TXN_STATE")
})

async function commitOffset(
  { talk }: Stage,
  producer: Producer,
  { offset, version = 5 }: { offset: number; version?: number },
): Promise<string> {
  const { topics } = await talk.wire.call(TxnOffsetCommit, version, {
    transactionalId: "x",
    groupId: "g",
    producerId: producer.id,
    producerEpoch: producer.epoch,
    generationId: -1,
    memberId: "",
    groupInstanceId: null,
    topics: [{ name: "t", partitions: [{ partitionIndex: 0, committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: "m" }] }],
  })
  return errorName(topics[0]!.partitions[0]!.errorCode)
}

test("commits offsets of a group with the transaction, or not at all", async () => {
  const disk = memoryDisk()
  {
    await using s = await stage(disk)
    const producer = await initialise(s.talk)
    expect(await commitOffset(s, producer, { offset: 7 })).toBe("NONE")
    expect(await s.talk.committed("g", "t")).toMatchObject({ offset: -1 })
    expect((await s.talk.committed("g", "t", { requireStable: true })).error).toBe("UNSTABLE_OFFSET_COMMIT")
    expect(await end(s, producer, [true])).toBe("NONE")
    expect(await s.talk.committed("g", "t", { requireStable: true })).toMatchObject({ offset: 7, metadata: "m", error: "NONE" })
    await commitOffset(s, producer, { offset: 9 })
    expect(await end(s, producer, [false])).toBe("NONE")
    expect(await s.talk.committed("g", "t")).toMatchObject({ offset: 7 })
    await commitOffset(s, producer, { offset: 11 })
  }
  await using s = await stage(disk)
  expect(await s.talk.committed("g", "t")).toMatchObject({ offset: 7 })
  expect((await s.talk.committed("g", "t", { requireStable: true })).error, "still open after the restart").toBe("UNSTABLE_OFFSET_COMMIT")
  await initialise(s.talk)
  expect(await s.talk.committed("g", "t", { requireStable: true })).toMatchObject({ offset: 7, error: "NONE" })
})

test("never lets an offset of a transaction win over one that was committed later, nor over a topic that came back", async () => {
  const disk = memoryDisk()
  {
    await using s = await stage(disk)
    const producer = await initialise(s.talk)
    expect(await commitOffset(s, producer, { offset: 7 })).toBe("NONE")
    expect(await s.talk.commit("g", { topic: "t", offset: 9 })).toBe("NONE")
    expect(await end(s, producer, [true])).toBe("NONE")
    expect(await s.talk.committed("g", "t")).toMatchObject({ offset: 9 })
    expect(await commitOffset(s, producer, { offset: 11 })).toBe("NONE")
    await s.talk.deleteTopic("t")
    await s.talk.createTopic("t", { partitions: 2 })
    expect(await end(s, producer, [true])).toBe("NONE")
    expect(await s.talk.committed("g", "t")).toMatchObject({ offset: -1 })
    expect(await commitOffset(s, producer, { offset: 13 })).toBe("NONE")
    expect(await s.talk.commit("g", { topic: "t", offset: 15 })).toBe("NONE")
    expect(await end(s, producer, [true])).toBe("NONE")
  }
  await using s = await stage(disk)
  expect(await s.talk.committed("g", "t")).toMatchObject({ offset: 15 })
})

test("takes offsets of the older protocol only after the group was added", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk)
  expect(await commitOffset(s, producer, { offset: 7, version: 3 })).toBe("INVALID_TXN_STATE")
  const claim = { transactionalId: "x", producerId: producer.id, producerEpoch: producer.epoch, groupId: "g" }
  expect((await s.talk.wire.call(AddOffsetsToTxn, 3, claim)).errorCode).toBe(0)
  expect(await commitOffset(s, producer, { offset: 7, version: 3 })).toBe("NONE")
  expect(await end(s, producer, [true, { version: 3 }])).toBe("NONE")
  expect(await s.talk.committed("g", "t")).toMatchObject({ offset: 7 })
})

test("frees the offsets of a group too when an administrator ends the transaction in their log", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk)
  expect(await commitOffset(s, producer, { offset: 7 })).toBe("NONE")
  const marker = { producerId: producer.id, producerEpoch: producer.epoch, transactionResult: false, coordinatorEpoch: 0 }
  const topics = [{ name: "__consumer_offsets", partitionIndexes: [0] }]
  const { markers } = await s.talk.wire.call(WriteTxnMarkers, 1, { markers: [{ ...marker, topics }] })
  expect(markers[0]!.topics[0]!.partitions[0]!.errorCode).toBe(0)
  expect(await s.talk.committed("g", "t", { requireStable: true })).toMatchObject({ offset: -1, error: "NONE" })
})

test("lets a producer go on with its open transaction after a restart", async () => {
  const disk = memoryDisk()
  let producer: Producer
  {
    await using s = await stage(disk)
    producer = await initialise(s.talk)
    expect(await send(s, producer, ["a"])).toBe("NONE")
  }
  await using s = await stage(disk)
  expect(await committed(s.talk)).toMatchObject({ values: [], lastStable: 0 })
  expect(await send(s, producer, ["b"])).toBe("NONE")
  expect(await send(s, producer, ["c", { partition: 1 }])).toBe("NONE")
  expect(await end(s, producer, [true])).toBe("NONE")
  expect((await committed(s.talk)).values).toEqual(["a", "b"])
  expect((await committed(s.talk, 1)).values).toEqual(["c"])
})

test("tells administrators what is open, and lets them end it where it hangs", async () => {
  await using s = await stage()
  const producer = await initialise(s.talk)
  expect(await send(s, producer, ["a"])).toBe("NONE")
  const described = await s.talk.wire.call(DescribeTransactions, 0, { transactionalIds: ["x", "nobody"] })
  expect(described.transactionStates.map((one) => [errorName(one.errorCode), one.transactionState, one.topics])).toEqual([
    ["NONE", "Ongoing", [{ topic: "t", partitions: [0] }]],
    ["TRANSACTIONAL_ID_NOT_FOUND", "", []],
  ])
  const list = async (filters: object, version = 2) =>
    (
      await s.talk.wire.call(ListTransactions, version, {
        stateFilters: [],
        producerIdFilters: [],
        transactionalIdPattern: null,
        ...filters,
      })
    ).transactionStates.map(({ transactionalId }) => transactionalId)
  expect(await list({})).toEqual(["x"])
  expect(await list({ stateFilters: ["Empty"] })).toEqual([])
  expect(await list({ transactionalIdPattern: "y.*" })).toEqual([])
  expect(await list({ durationFilter: 60_000 })).toEqual([])
  const producers = await s.talk.wire.call(DescribeProducers, 0, { topics: [{ name: "t", partitionIndexes: [0] }] })
  expect(producers.topics[0]!.partitions[0]!.activeProducers).toMatchObject([
    { producerId: producer.id, currentTxnStartOffset: 0, lastSequence: 0 },
  ])
  const marker = { producerId: producer.id, producerEpoch: producer.epoch, transactionResult: false, coordinatorEpoch: 0 }
  const { markers } = await s.talk.wire.call(WriteTxnMarkers, 1, {
    markers: [{ ...marker, topics: [{ name: "t", partitionIndexes: [0] }] }],
  })
  expect(markers[0]!.topics[0]!.partitions[0]!.errorCode).toBe(0)
  expect(await committed(s.talk)).toMatchObject({ values: [], lastStable: 2 })
})
