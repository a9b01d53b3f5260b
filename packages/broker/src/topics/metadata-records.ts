// Records of `__cluster_metadata`, in the format of Kafka's KRaft metadata log: frame version, type and version as unsigned varints,
// then the fields, always flexible. Types and fields are Kafka's, so that its tools can print this log.
import {
  array,
  DecodeError,
  decodeRecord,
  defineRecord,
  encodeRecord,
  int8,
  int32,
  int64,
  type RecordFormat,
  string,
  uuid,
} from "@rivven/protocol"

const TopicRecord = defineRecord({ name: "TopicRecord", versions: [0, 0], flexible: 0, fields: { name: string(), topicId: uuid() } })

const PartitionRecord = defineRecord({
  name: "PartitionRecord",
  versions: [0, 0],
  flexible: 0,
  fields: {
    partitionId: int32(),
    topicId: uuid(),
    replicas: array(int32()),
    isr: array(int32()),
    removingReplicas: array(int32()),
    addingReplicas: array(int32()),
    leader: int32(),
    leaderRecoveryState: int8({ tag: 0, default: 0 }),
    leaderEpoch: int32(),
    partitionEpoch: int32(),
  },
})

const ConfigRecord = defineRecord({
  name: "ConfigRecord",
  versions: [0, 0],
  flexible: 0,
  fields: { resourceType: int8(), resourceName: string(), name: string(), value: string({ nullableSince: 0 }) },
})

const RemoveTopicRecord = defineRecord({ name: "RemoveTopicRecord", versions: [0, 0], flexible: 0, fields: { topicId: uuid() } })

const ProducerIdsRecord = defineRecord({
  name: "ProducerIdsRecord",
  versions: [0, 0],
  flexible: 0,
  fields: { brokerId: int32(), brokerEpoch: int64(), nextProducerId: int64() },
})

export type MetadataRecord =
  | { readonly type: "topic"; readonly name: string; readonly topicId: string }
  | { readonly type: "partition"; readonly topicId: string; readonly partitionId: number; readonly nodeId: number }
  | {
      readonly type: "config"
      readonly resourceType: number
      readonly resourceName: string
      readonly name: string
      readonly value: string | null
    }
  | { readonly type: "removeTopic"; readonly topicId: string }
  | { readonly type: "producerIds"; readonly nodeId: number; readonly nextProducerId: number }

const types = { topic: 2, partition: 3, config: 4, removeTopic: 9, producerIds: 15 } as const satisfies Record<
  MetadataRecord["type"],
  number
>
const frameVersion = 1

export function encodeMetadataRecord(record: MetadataRecord): Uint8Array {
  const body = encodeBody(record)
  // `encodeRecord` puts an int16 version in front; a metadata frame has three varints of one byte each instead.
  const out = new Uint8Array(body.length + 1)
  out.set([frameVersion, types[record.type], 0])
  out.set(body.subarray(2), 3)
  return out
}

function encodeBody(record: MetadataRecord): Uint8Array {
  switch (record.type) {
    case "topic":
      return encodeRecord(TopicRecord, 0, record)
    case "partition":
      return encodeRecord(PartitionRecord, 0, partitionOnOneNode(record))
    case "config":
      return encodeRecord(ConfigRecord, 0, record)
    case "removeTopic":
      return encodeRecord(RemoveTopicRecord, 0, record)
    case "producerIds":
      return encodeRecord(ProducerIdsRecord, 0, { brokerId: record.nodeId, brokerEpoch: -1, nextProducerId: record.nextProducerId })
  }
}

function partitionOnOneNode({ topicId, partitionId, nodeId }: Extract<MetadataRecord, { type: "partition" }>) {
  const nodes = { replicas: [nodeId], isr: [nodeId], removingReplicas: [], addingReplicas: [], leader: nodeId }
  return { topicId, partitionId, ...nodes, leaderEpoch: 0, partitionEpoch: 0 }
}

/** Throws `DecodeError`, also for types this version does not write. */
export function decodeMetadataRecord(bytes: Uint8Array): MetadataRecord {
  const [frame, type, version] = bytes
  if (frame !== frameVersion || version !== 0)
    throw new DecodeError({ reason: `metadata record of frame version ${frame}, type ${type}, version ${version} is unknown`, offset: 0 })
  switch (type) {
    case types.topic:
      return { type: "topic", ...bodyOf(TopicRecord, bytes) }
    case types.partition: {
      const { topicId, partitionId, leader } = bodyOf(PartitionRecord, bytes)
      return { type: "partition", topicId, partitionId, nodeId: leader }
    }
    case types.config:
      return { type: "config", ...bodyOf(ConfigRecord, bytes) }
    case types.removeTopic:
      return { type: "removeTopic", ...bodyOf(RemoveTopicRecord, bytes) }
    case types.producerIds: {
      const { brokerId, nextProducerId } = bodyOf(ProducerIdsRecord, bytes)
      return { type: "producerIds", nodeId: brokerId, nextProducerId }
    }
    default:
      throw new DecodeError({ reason: `metadata record type ${type} is unknown`, offset: 1 })
  }
}

function bodyOf<F extends RecordFormat["fields"]>(format: RecordFormat<F>, bytes: Uint8Array) {
  const stored = bytes.slice(1)
  stored[0] = 0
  stored[1] = 0
  return decodeRecord(format, stored).value
}
