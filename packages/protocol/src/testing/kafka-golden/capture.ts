/**
 * Sends every API at every version to a running Kafka and prints one JSON line per exchange: {"api", "version", "request", "response"}, both in
 * hex without the four bytes of length, then {"key", "value"} of records in `__consumer_offsets`. Requests are ours, so Kafka judges them;
 * responses are Kafka's.
 * See README.md for the two commands that make the fixture.
 */
import { Socket } from "node:net"
import { decodeResponse, encodeRequest, FrameReader } from "../../index.ts"
import * as messages from "../../messages/index.ts"
import { ConsumerProtocolAssignment, ConsumerProtocolSubscription } from "../../messages/internal/index.ts"
import { batchHeaders, decodeBatch, encodeBatch } from "../../records/index.ts"
import type { Api, RequestInput, ResponseOf } from "../../schema/api.ts"
import { zeroUuid } from "../../schema/fields.ts"
import { encodeRecord } from "../../stored.ts"

export interface Exchange {
  readonly api: string
  readonly version: number
  readonly request: string
  readonly response: string
}

/** One connection, one request at a time. */
class Wire {
  readonly exchanges: Exchange[] = []
  private readonly socket = new Socket()
  private readonly frames = new FrameReader({ maxFrameBytes: 10_000_000 })
  private waiting: ((frame: Uint8Array) => void) | undefined
  private correlationId = 0

  async connect(host: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => this.socket.once("error", reject).connect(port, host, resolve))
    this.socket.on("data", (chunk) => {
      for (const frame of this.frames.push(chunk)) this.waiting?.(frame)
    })
  }

  async call<A extends Api>(api: A, version: number, body: RequestInput<A>): Promise<ResponseOf<A>> {
    this.correlationId += 1
    const request = encodeRequest(api, version, { correlationId: this.correlationId, clientId: "capture" }, body)
    const response = await this.exchange(request)
    this.exchanges.push({ api: api.name, version, request: hex(request.subarray(4)), response: hex(response) })
    return decodeResponse(api, version, response).body
  }

  /** Repeats a call until the coordinator has loaded, and keeps only the last exchange. */
  async loaded<A extends Api>(api: A, version: number, body: RequestInput<A>): Promise<ResponseOf<A>> {
    for (;;) {
      const answer = await this.call(api, version, body)
      const code = (answer as { errorCode?: number }).errorCode ?? 0
      if (![14, 15, 16].includes(code)) return answer
      this.exchanges.pop()
    }
  }

  exchange(request: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.waiting = resolve
      this.socket.write(request)
    })
  }

  close(): void {
    this.socket.destroy()
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex")
}

function versionsOf(api: Api, first = api.versions[0]): number[] {
  return Array.from({ length: api.versions[1] - first + 1 }, (_, index) => first + index)
}

const { ApiVersions, CreateTopics, DeleteTopics, Metadata, Produce, Fetch, ListOffsets, InitProducerId, FindCoordinator } = messages
const topicName = "golden-topic"
/** Kafka 4 serves these from here on; what comes before is ours alone. */
const firstOfKafka: Record<string, number> = { OffsetCommit: 2, CreateTopics: 2, DeleteTopics: 1, DescribeConfigs: 1 }

async function createTopics(wire: Wire): Promise<void> {
  for (const version of versionsOf(CreateTopics, firstOfKafka.CreateTopics)) {
    const plain = { numPartitions: 2, replicationFactor: 1, assignments: [], configs: [{ name: "retention.ms", value: "86400000" }] }
    const placed = { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [1] }], configs: [] }
    const topics = [
      { name: `golden-${version}`, ...plain },
      { name: `placed-${version}`, ...placed },
      { name: "not/legal", ...plain },
    ]
    await wire.call(CreateTopics, version, { topics, timeoutMs: 10_000, validateOnly: version % 2 === 1 })
  }
  const topics = [{ name: topicName, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }]
  await wire.call(CreateTopics, 7, { topics, timeoutMs: 10_000, validateOnly: false })
}

async function metadata(wire: Wire): Promise<string> {
  let topicId = zeroUuid
  for (const version of versionsOf(Metadata)) {
    const body = { allowAutoTopicCreation: version < 4, includeTopicAuthorizedOperations: version >= 8 }
    await wire.call(Metadata, version, { topics: version === 0 ? [] : null, ...body })
    const answer = await wire.call(Metadata, version, { topics: [{ name: topicName }, { name: "unknown-topic!" }], ...body })
    topicId = answer.topics.find((topic) => topic.name === topicName)?.topicId ?? topicId
  }
  return topicId
}

async function produceAndFetch(wire: Wire, topicId: string): Promise<void> {
  const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const
  for (const version of versionsOf(Produce)) {
    const codec = codecs[version % (version < 7 ? 4 : 5)] ?? "none"
    const records = encodeBatch({
      codec,
      records: [{ timestamp: 1_700_000_000_000, key: null, value: Buffer.from("value"), headers: [{ key: "h", value: null }] }],
    })
    const partitionData = [0, 7].map((index) => ({ index, records }))
    await wire.call(Produce, version, { acks: -1, timeoutMs: 1_000, topicData: [{ name: topicName, topicId, partitionData }] })
  }
  for (const version of versionsOf(Fetch)) {
    const partitions = [0, 1, 9].map((partition) => ({ partition, fetchOffset: partition === 1 ? 99 : 0, partitionMaxBytes: 600 }))
    const forgottenTopicsData: never[] = []
    await wire.call(Fetch, version, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 2_000,
      topics: [{ topic: topicName, topicId, partitions }],
      forgottenTopicsData,
    })
  }
  for (const version of versionsOf(ListOffsets)) {
    const partitions = [-1, -2, 1_600_000_000_000].map((timestamp, index) => ({ partitionIndex: index % 2, timestamp }))
    const topics = [
      { name: topicName, partitions: partitions.slice(0, 2) },
      { name: "missing", partitions: partitions.slice(2) },
    ]
    await wire.call(ListOffsets, version, { replicaId: -1, isolationLevel: 0, topics })
  }
}

async function coordinators(wire: Wire): Promise<void> {
  for (const version of versionsOf(InitProducerId))
    await wire.loaded(InitProducerId, version, { transactionalId: null, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 })
  for (let code = -1; code !== 0; ) {
    const answer = await wire.call(FindCoordinator, 6, { keyType: 0, coordinatorKeys: ["golden-group-0"] })
    code = answer.coordinators[0]?.errorCode ?? -1
    if (code !== 0) wire.exchanges.pop()
  }
  for (const version of versionsOf(FindCoordinator)) {
    await wire.call(
      FindCoordinator,
      version,
      version < 4 ? { key: "golden-group-0", coordinatorKeys: [] } : { coordinatorKeys: ["golden-group-0", "other"] },
    )
  }
}

/** One life of a member per version: join, sync, heartbeat, commit, look, leave, delete. */
async function groups(wire: Wire, topicId: string): Promise<void> {
  for (let version = 0; version <= 10; version += 1) await groupLife(wire, version, topicId)
}

async function groupLife(wire: Wire, version: number, topicId: string): Promise<void> {
  const { JoinGroup, SyncGroup, Heartbeat, OffsetCommit, OffsetFetch, DescribeGroups, ListGroups, LeaveGroup, OffsetDelete, DeleteGroups } =
    messages
  const groupId = `golden-group-${version}`
  const at = (api: Api) => Math.min(version, api.versions[1])
  const subscription = encodeRecord(ConsumerProtocolSubscription, version % 4, { topics: [topicName], userData: null, ownedPartitions: [] })
  const join = {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: subscription }],
  }
  let joined = await wire.loaded(JoinGroup, at(JoinGroup), { ...join, memberId: "", groupInstanceId: version === 5 ? "static-1" : null })
  if (joined.memberId !== "" && joined.errorCode !== 0)
    joined = await wire.call(JoinGroup, at(JoinGroup), { ...join, memberId: joined.memberId })
  const { generationId, memberId } = joined
  const assignment = encodeRecord(ConsumerProtocolAssignment, version % 4, {
    assignedPartitions: [{ topic: topicName, partitions: [0, 1] }],
    userData: null,
  })
  await wire.call(SyncGroup, at(SyncGroup), {
    groupId,
    generationId,
    memberId,
    protocolType: "consumer",
    protocolName: "range",
    assignments: [{ memberId, assignment }],
  })
  await wire.call(Heartbeat, at(Heartbeat), { groupId, generationId, memberId })
  if (version >= 2) {
    const partitions = [0, 9].map((partitionIndex) => ({
      partitionIndex,
      committedOffset: 3,
      committedLeaderEpoch: 0,
      committedMetadata: partitionIndex === 0 ? "note" : null,
    }))
    await wire.call(OffsetCommit, at(OffsetCommit), {
      groupId,
      generationIdOrMemberEpoch: generationId,
      memberId,
      topics: [{ name: topicName, topicId, partitions }],
    })
  }
  if (version >= 1) {
    const topics = [{ name: topicName, topicId, partitionIndexes: [0, 1] }]
    const many = [
      { groupId, topics },
      { groupId: "nobody", topics: null },
    ]
    await wire.call(OffsetFetch, at(OffsetFetch), version < 8 ? { groupId, topics, groups: [] } : { groups: many })
  }
  await wire.call(DescribeGroups, at(DescribeGroups), { groups: [groupId, "nobody"], includeAuthorizedOperations: version >= 3 })
  await wire.call(ListGroups, at(ListGroups), { statesFilter: version === 4 ? ["Stable"] : [], typesFilter: [] })
  const leave = version >= 3 ? { members: [{ memberId }, { memberId: "ghost" }] } : { memberId, members: [] }
  await wire.call(LeaveGroup, at(LeaveGroup), { groupId, ...leave })
  await wire.call(OffsetDelete, 0, { groupId, topics: [{ name: topicName, partitions: [{ partitionIndex: 0 }] }] })
  await wire.call(DeleteGroups, at(DeleteGroups), { groupsNames: [groupId, "nobody"] })
}

async function admin(wire: Wire, topicId: string): Promise<void> {
  const { DescribeConfigs, IncrementalAlterConfigs, CreatePartitions, DescribeLogDirs, DescribeCluster, DescribeTopicPartitions } = messages
  for (const version of versionsOf(IncrementalAlterConfigs)) {
    const configs = [{ name: "retention.ms", configOperation: 0, value: "3600000" }]
    const resources = [topicName, "missing"].map((resourceName) => ({ resourceType: 2, resourceName, configs }))
    await wire.call(IncrementalAlterConfigs, version, { resources, validateOnly: false })
  }
  for (const version of versionsOf(DescribeConfigs, firstOfKafka.DescribeConfigs)) {
    const keys = ["retention.ms", "cleanup.policy"]
    const resources = [topicName, "missing"].map((resourceName) => ({ resourceType: 2, resourceName, configurationKeys: keys }))
    const broker = { resourceType: 4, resourceName: "1", configurationKeys: ["log.dirs", "num.partitions"] }
    await wire.call(DescribeConfigs, version, {
      resources: [...resources, broker],
      includeSynonyms: true,
      includeDocumentation: version >= 3,
    })
  }
  for (const version of versionsOf(CreatePartitions)) {
    const topics = [
      { name: "golden-2", count: 3 + version, assignments: version === 3 ? [{ brokerIds: [1] }] : null },
      { name: "missing", count: 2, assignments: null },
    ]
    await wire.call(CreatePartitions, version, { topics, timeoutMs: 10_000, validateOnly: false })
  }
  for (const version of versionsOf(DescribeLogDirs))
    await wire.call(DescribeLogDirs, version, { topics: [{ topic: topicName, partitions: [0, 1] }] })
  for (const version of versionsOf(DescribeCluster))
    await wire.call(DescribeCluster, version, { includeClusterAuthorizedOperations: true, includeFencedBrokers: false })
  await wire.call(DescribeTopicPartitions, 0, { topics: [{ name: topicName }, { name: "missing" }], responsePartitionLimit: 1 })
  await wire.call(DescribeTopicPartitions, 0, { topics: [{ name: topicName }], cursor: { topicName, partitionIndex: 1 } })
  for (const version of versionsOf(DeleteTopics, firstOfKafka.DeleteTopics)) {
    const topics = [
      { name: `golden-${version}`, topicId: zeroUuid },
      { name: null, topicId },
    ]
    await wire.call(
      DeleteTopics,
      version,
      version < 6 ? { topics: [], topicNames: [`golden-${version}`, "missing"], timeoutMs: 10_000 } : { topics, timeoutMs: 10_000 },
    )
  }
}

/** What Kafka's group coordinator wrote: one record of each key and value version. */
async function coordinatorRecords(wire: Wire): Promise<StoredRecord[]> {
  const partitions = Array.from({ length: 50 }, (_, partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 100_000 }))
  const topics = [{ topic: "__consumer_offsets", topicId: zeroUuid, partitions }]
  const request = { maxWaitMs: 0, minBytes: 0, maxBytes: 5_000_000, topics, forgottenTopicsData: [] }
  const answer = await wire.call(Fetch, 12, request)
  wire.exchanges.pop()
  const found = new Map<string, StoredRecord>()
  for (const { records } of answer.responses.flatMap((topic) => topic.partitions)) {
    for (const { at } of batchHeaders(records ?? Buffer.alloc(0))) {
      for (const { key, value } of decodeBatch((records ?? Buffer.alloc(0)).subarray(at)).records) {
        if (key && value)
          found.set(hex(key.subarray(0, 2)) + hex(value.subarray(0, 2)) + value.byteLength, { key: hex(key), value: hex(value) })
      }
    }
  }
  return [...found.values()]
}

export interface StoredRecord {
  readonly key: string
  readonly value: string
}

export async function capture(host: string, port: number): Promise<readonly (Exchange | StoredRecord)[]> {
  const wire = new Wire()
  await wire.connect(host, port)
  for (const version of versionsOf(ApiVersions))
    await wire.call(ApiVersions, version, { clientSoftwareName: "rivven", clientSoftwareVersion: "0.1.0" })
  await createTopics(wire)
  const topicId = await metadata(wire)
  await produceAndFetch(wire, topicId)
  await coordinators(wire)
  await groups(wire, topicId)
  await admin(wire, topicId)
  const stored = await coordinatorRecords(wire)
  wire.close()
  return [...wire.exchanges, ...stored]
}

if (import.meta.main) {
  const [host = "127.0.0.1", port = "9092"] = (process.argv[2] ?? "").split(":")
  for (const exchange of await capture(host, Number(port))) process.stdout.write(`${JSON.stringify(exchange)}\n`)
}
