// What Kafka asks of whoever uses an API, one line for each use: the request in short, and the sets of rights of which one is enough. Said
// anew here, apart from the handlers, which are tested against it. A right is written `READ TOPIC t`.
import { batchOf } from "./talk.ts"

export interface AccessUse {
  readonly key: number
  readonly use?: string
  /** What is not said is zero, empty or null. */
  readonly body: Readonly<Record<string, unknown>>
  /** Empty: everybody may. */
  readonly enough: readonly (readonly string[])[]
  /** Of lists, which leave out what may not be seen: a name that shows up only for who may see it. */
  readonly shows?: string
  /** What has to be there before. */
  readonly needs?: "topic gone" | "no topic made"
  readonly version?: number
}

const cluster = "CLUSTER kafka-cluster"
const offset = { partitionIndex: 0, committedOffset: 1, committedMetadata: "" }
const config = { name: "retention.ms", value: "1000" }
const quota = { entity: [{ entityType: "user", entityName: "u" }], ops: [{ key: "producer_byte_rate", value: 1, remove: false }] }
const rule = { resourceType: 2, resourceName: "z", resourcePatternType: 3, principal: "User:z", host: "*", operation: 3, permissionType: 3 }
const nothingLike = { resourceTypeFilter: 2, resourceNameFilter: "y", patternTypeFilter: 3, operation: 1, permissionType: 1 }
const produced = (isTransactional: boolean) => {
  const producer = isTransactional ? { producerId: 1, producerEpoch: 0, baseSequence: 0, isTransactional } : {}
  return [{ name: "t", partitionData: [{ index: 0, records: batchOf(["x"], producer) }] }]
}
const fetched = { topics: [{ topic: "t", partitions: [{ partition: 0, partitionMaxBytes: 1_000 }] }], sessionEpoch: -1 }
const member = { groupId: "g3", memberId: "m", generationId: 1 }
const transaction = { transactionalId: "x", producerId: 1, producerEpoch: 0 }
const partitionsOfT = [{ name: "t", partitions: [{ partitionIndex: 0 }] }]

export const accessUses: readonly AccessUse[] = [
  { key: 0, body: { acks: -1, topicData: produced(false) }, enough: [["WRITE TOPIC t"]] },
  {
    key: 0,
    use: "of a transaction",
    body: { acks: -1, transactionalId: "x", topicData: produced(true) },
    enough: [["WRITE TRANSACTIONAL_ID x", "WRITE TOPIC t"]],
  },
  { key: 1, version: 12, body: fetched, enough: [["READ TOPIC t"]] },
  { key: 1, use: "of a replica", version: 12, body: { ...fetched, replicaId: 7 }, enough: [[`CLUSTER_ACTION ${cluster}`]] },
  { key: 2, body: { replicaId: -1, topics: [{ name: "t", partitions: [{ timestamp: -1 }] }] }, enough: [["DESCRIBE TOPIC t"]] },
  { key: 3, use: "of one topic", body: { topics: [{ name: "t" }], allowAutoTopicCreation: false }, enough: [["DESCRIBE TOPIC t"]] },
  { key: 3, use: "of all topics", body: { topics: null }, enough: [["DESCRIBE TOPIC t"]], shows: "t" },
  {
    key: 3,
    use: "that makes a topic",
    body: { topics: [{ name: "made" }], allowAutoTopicCreation: true },
    enough: [
      ["DESCRIBE TOPIC made", "CREATE TOPIC made"],
      ["DESCRIBE TOPIC made", `CREATE ${cluster}`],
    ],
    needs: "no topic made",
  },
  { key: 8, body: { groupId: "g", topics: [{ name: "t", partitions: [offset] }] }, enough: [["READ GROUP g", "READ TOPIC t"]] },
  {
    key: 9,
    body: { groups: [{ groupId: "g", topics: [{ name: "t", partitionIndexes: [0] }] }] },
    enough: [["DESCRIBE GROUP g", "DESCRIBE TOPIC t"]],
  },
  { key: 10, use: "of a group", body: { keyType: 0, coordinatorKeys: ["g"] }, enough: [["DESCRIBE GROUP g"]] },
  { key: 10, use: "of a transaction", body: { keyType: 1, coordinatorKeys: ["x"] }, enough: [["DESCRIBE TRANSACTIONAL_ID x"]] },
  {
    key: 11,
    body: { ...member, memberId: "", sessionTimeoutMs: 10_000, protocolType: "consumer", protocols: [{ name: "range" }] },
    enough: [["READ GROUP g3"]],
  },
  { key: 12, body: member, enough: [["READ GROUP g3"]] },
  { key: 13, body: { groupId: "g3", members: [{ memberId: "m" }] }, enough: [["READ GROUP g3"]] },
  { key: 14, body: { ...member, protocolType: "consumer", protocolName: "range" }, enough: [["READ GROUP g3"]] },
  { key: 15, body: { groups: ["g"] }, enough: [["DESCRIBE GROUP g"]] },
  { key: 16, body: {}, enough: [["DESCRIBE GROUP g"], [`DESCRIBE ${cluster}`]], shows: "g" },
  {
    key: 19,
    body: { topics: [{ name: "new", numPartitions: 1, replicationFactor: 1 }], validateOnly: true },
    enough: [["CREATE TOPIC new"], [`CREATE ${cluster}`]],
  },
  {
    key: 20,
    body: { topics: [{ name: "gone" }], timeoutMs: 5_000 },
    enough: [["DELETE TOPIC gone"], [`DELETE ${cluster}`]],
    needs: "topic gone",
  },
  { key: 21, body: { topics: [{ name: "t", partitions: [{ offset: 0 }] }] }, enough: [["DELETE TOPIC t"]] },
  {
    key: 22,
    body: { transactionalId: null, producerId: -1, producerEpoch: -1 },
    enough: [[`IDEMPOTENT_WRITE ${cluster}`], ["WRITE TOPIC t"]],
  },
  {
    key: 22,
    use: "for transactions",
    body: { transactionalId: "x", transactionTimeoutMs: 1_000, producerId: -1, producerEpoch: -1 },
    enough: [["WRITE TRANSACTIONAL_ID x"]],
  },
  {
    key: 23,
    body: { replicaId: -1, topics: [{ topic: "t", partitions: [{ leaderEpoch: 0 }] }] },
    enough: [["DESCRIBE TOPIC t"], [`CLUSTER_ACTION ${cluster}`]],
  },
  {
    key: 24,
    body: { v3AndBelowTransactionalId: "x", v3AndBelowProducerId: 1, v3AndBelowTopics: [{ name: "t", partitions: [0] }] },
    enough: [["WRITE TRANSACTIONAL_ID x", "WRITE TOPIC t"]],
  },
  { key: 25, body: { ...transaction, groupId: "g" }, enough: [["WRITE TRANSACTIONAL_ID x", "READ GROUP g"]] },
  { key: 26, body: transaction, enough: [["WRITE TRANSACTIONAL_ID x"]] },
  {
    key: 27,
    body: { markers: [{ producerId: 77, topics: [{ name: "t", partitionIndexes: [0] }] }] },
    enough: [[`CLUSTER_ACTION ${cluster}`], [`ALTER ${cluster}`]],
  },
  {
    key: 28,
    body: { ...transaction, groupId: "g", topics: [{ name: "t", partitions: [offset] }] },
    enough: [["WRITE TRANSACTIONAL_ID x", "READ GROUP g", "READ TOPIC t"]],
  },
  { key: 29, body: { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 }, enough: [[`DESCRIBE ${cluster}`]] },
  { key: 30, body: { creations: [rule] }, enough: [[`ALTER ${cluster}`]] },
  { key: 31, body: { filters: [nothingLike] }, enough: [[`ALTER ${cluster}`]] },
  { key: 32, use: "of a topic", body: { resources: [{ resourceType: 2, resourceName: "t" }] }, enough: [["DESCRIBE_CONFIGS TOPIC t"]] },
  { key: 32, use: "of brokers", body: { resources: [{ resourceType: 4 }] }, enough: [[`DESCRIBE_CONFIGS ${cluster}`]] },
  { key: 32, use: "of a group", body: { resources: [{ resourceType: 32, resourceName: "g" }] }, enough: [["DESCRIBE_CONFIGS GROUP g"]] },
  {
    key: 33,
    use: "of a topic",
    body: { resources: [{ resourceType: 2, resourceName: "t", configs: [config] }] },
    enough: [["ALTER_CONFIGS TOPIC t"]],
  },
  { key: 33, use: "of brokers", body: { resources: [{ resourceType: 4 }], validateOnly: true }, enough: [[`ALTER_CONFIGS ${cluster}`]] },
  { key: 35, body: { topics: null }, enough: [[`DESCRIBE ${cluster}`]] },
  { key: 37, body: { topics: [{ name: "t", count: 2 }], validateOnly: true }, enough: [["ALTER TOPIC t"]] },
  { key: 42, body: { groupsNames: ["g2"] }, enough: [["DELETE GROUP g2"]] },
  { key: 43, body: { topicPartitions: [{ topic: "t", partitions: [0] }] }, enough: [[`ALTER ${cluster}`]] },
  {
    key: 44,
    use: "of a topic",
    body: { resources: [{ resourceType: 2, resourceName: "t", configs: [config] }] },
    enough: [["ALTER_CONFIGS TOPIC t"]],
  },
  { key: 44, use: "of brokers", body: { resources: [{ resourceType: 4 }] }, enough: [[`ALTER_CONFIGS ${cluster}`]] },
  { key: 44, use: "of a group", body: { resources: [{ resourceType: 32, resourceName: "g" }] }, enough: [["ALTER_CONFIGS GROUP g"]] },
  { key: 45, body: { topics: [{ name: "t", partitions: [{ replicas: null }] }] }, enough: [[`ALTER ${cluster}`]] },
  { key: 46, body: { topics: null }, enough: [[`DESCRIBE ${cluster}`]] },
  { key: 47, body: { groupId: "g2", topics: partitionsOfT }, enough: [["DELETE GROUP g2"]] },
  { key: 48, body: {}, enough: [[`DESCRIBE_CONFIGS ${cluster}`]] },
  { key: 49, body: { entries: [quota], validateOnly: true }, enough: [[`ALTER_CONFIGS ${cluster}`]] },
  { key: 50, body: { users: [{ name: "nobody" }] }, enough: [[`DESCRIBE ${cluster}`]] },
  { key: 51, body: { deletions: [{ name: "nobody", mechanism: 1 }] }, enough: [[`ALTER ${cluster}`]] },
  {
    key: 55,
    body: { topics: [{ topicName: "__cluster_metadata", partitions: [{ partitionIndex: 0 }] }] },
    enough: [[`DESCRIBE ${cluster}`]],
  },
  { key: 60, body: { endpointType: 1 }, enough: [] },
  { key: 61, body: { topics: [{ name: "t", partitionIndexes: [0] }] }, enough: [["READ TOPIC t"]] },
  { key: 65, body: { transactionalIds: ["x"] }, enough: [["DESCRIBE TRANSACTIONAL_ID x"]] },
  { key: 66, body: { durationFilter: -1 }, enough: [["DESCRIBE TRANSACTIONAL_ID x"]], shows: "x" },
  {
    key: 68,
    body: {
      groupId: "g4",
      memberId: "AAAAAAAAAAAAAAAAAAAAAQ",
      memberEpoch: 5,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: ["t"],
      topicPartitions: null,
    },
    enough: [["READ GROUP g4", "DESCRIBE TOPIC t"]],
  },
  { key: 69, body: { groupIds: ["g"] }, enough: [["DESCRIBE GROUP g"]] },
  { key: 74, body: {}, enough: [[`DESCRIBE_CONFIGS ${cluster}`]] },
  { key: 75, use: "of one topic", body: { topics: [{ name: "t" }] }, enough: [["DESCRIBE TOPIC t"]] },
  { key: 75, use: "of all topics", body: {}, enough: [["DESCRIBE TOPIC t"]], shows: "t" },
]

/** Those of the connection itself, before anybody is known: they ask for no right. */
export const openKeys: readonly number[] = [17, 18, 36]
