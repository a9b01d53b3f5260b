// Records of `__cluster_metadata`, in the format of Kafka's KRaft metadata log: frame version, type and version as unsigned varints,
// then the fields, always flexible. Types and fields are Kafka's, so that its tools can print this log.
import {
  array,
  bool,
  bytes,
  DecodeError,
  decodeRecord,
  defineRecord,
  encodeRecord,
  float64,
  int8,
  int32,
  int64,
  type RecordFormat,
  string,
  uuid,
} from "@rivven/protocol"
import type { QuotaChange } from "../quotas/quota-entity.ts"
import type { AclRule } from "../security/acl-rule.ts"
import { type ScramCredential, type ScramMechanism, scramMechanisms } from "../security/scram-credential.ts"

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

const UserScramCredentialRecord = defineRecord({
  name: "UserScramCredentialRecord",
  versions: [0, 0],
  flexible: 0,
  fields: { name: string(), mechanism: int8(), salt: bytes(), storedKey: bytes(), serverKey: bytes(), iterations: int32() },
})

const RemoveUserScramCredentialRecord = defineRecord({
  name: "RemoveUserScramCredentialRecord",
  versions: [0, 0],
  flexible: 0,
  fields: { name: string(), mechanism: int8() },
})

const AccessControlEntryRecord = defineRecord({
  name: "AccessControlEntryRecord",
  versions: [0, 0],
  flexible: 0,
  fields: {
    id: uuid(),
    resourceType: int8(),
    resourceName: string(),
    patternType: int8(),
    principal: string(),
    host: string(),
    operation: int8(),
    permissionType: int8(),
  },
})

const RemoveAccessControlEntryRecord = defineRecord({
  name: "RemoveAccessControlEntryRecord",
  versions: [0, 0],
  flexible: 0,
  fields: { id: uuid() },
})

const ClientQuotaRecord = defineRecord({
  name: "ClientQuotaRecord",
  versions: [0, 0],
  flexible: 0,
  fields: {
    entity: array({ entityType: string(), entityName: string({ nullableSince: 0 }) }),
    key: string(),
    value: float64(),
    remove: bool(),
  },
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
  | { readonly type: "scramCredential"; readonly user: string; readonly mechanism: ScramMechanism; readonly credential: ScramCredential }
  | { readonly type: "removeScramCredential"; readonly user: string; readonly mechanism: ScramMechanism }
  | { readonly type: "acl"; readonly id: string; readonly rule: AclRule }
  | { readonly type: "removeAcl"; readonly id: string }
  | { readonly type: "clientQuota"; readonly change: QuotaChange }

const types = {
  topic: 2,
  partition: 3,
  config: 4,
  removeTopic: 9,
  scramCredential: 11,
  clientQuota: 14,
  producerIds: 15,
  acl: 18,
  removeAcl: 19,
  removeScramCredential: 22,
} as const satisfies Record<MetadataRecord["type"], number>
/** Kafka's numbers. */
export const scramTypes = { "SCRAM-SHA-256": 1, "SCRAM-SHA-512": 2 } as const satisfies Record<ScramMechanism, number>
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
    case "scramCredential":
      return encodeRecord(UserScramCredentialRecord, 0, {
        name: record.user,
        mechanism: scramTypes[record.mechanism],
        ...record.credential,
      })
    case "removeScramCredential":
      return encodeRecord(RemoveUserScramCredentialRecord, 0, { name: record.user, mechanism: scramTypes[record.mechanism] })
    case "acl":
      return encodeRecord(AccessControlEntryRecord, 0, { id: record.id, ...record.rule })
    case "removeAcl":
      return encodeRecord(RemoveAccessControlEntryRecord, 0, record)
    case "clientQuota":
      return encodeRecord(ClientQuotaRecord, 0, record.change)
  }
}

function partitionOnOneNode({ topicId, partitionId, nodeId }: Extract<MetadataRecord, { type: "partition" }>) {
  const nodes = { replicas: [nodeId], isr: [nodeId], removingReplicas: [], addingReplicas: [], leader: nodeId }
  return { topicId, partitionId, ...nodes, leaderEpoch: 0, partitionEpoch: 0 }
}

/** Throws `DecodeError`, also for types this version does not write. */
export function decodeMetadataRecord(stored: Uint8Array): MetadataRecord {
  const [frame, type, version] = stored
  if (frame !== frameVersion || version !== 0)
    throw new DecodeError({ reason: `metadata record of frame version ${frame}, type ${type}, version ${version} is unknown`, offset: 0 })
  switch (type) {
    case types.topic:
      return { type: "topic", ...bodyOf(TopicRecord, stored) }
    case types.partition: {
      const { topicId, partitionId, leader } = bodyOf(PartitionRecord, stored)
      return { type: "partition", topicId, partitionId, nodeId: leader }
    }
    case types.config:
      return { type: "config", ...bodyOf(ConfigRecord, stored) }
    case types.removeTopic:
      return { type: "removeTopic", ...bodyOf(RemoveTopicRecord, stored) }
    case types.producerIds: {
      const { brokerId, nextProducerId } = bodyOf(ProducerIdsRecord, stored)
      return { type: "producerIds", nodeId: brokerId, nextProducerId }
    }
    case types.scramCredential: {
      const { name, mechanism, salt, iterations, storedKey, serverKey } = bodyOf(UserScramCredentialRecord, stored)
      const credential = { salt, iterations, storedKey, serverKey }
      return { type: "scramCredential", user: name, mechanism: scramMechanism(mechanism), credential }
    }
    case types.removeScramCredential: {
      const { name, mechanism } = bodyOf(RemoveUserScramCredentialRecord, stored)
      return { type: "removeScramCredential", user: name, mechanism: scramMechanism(mechanism) }
    }
    case types.acl: {
      const { id, ...rule } = bodyOf(AccessControlEntryRecord, stored)
      return { type: "acl", id, rule }
    }
    case types.removeAcl:
      return { type: "removeAcl", ...bodyOf(RemoveAccessControlEntryRecord, stored) }
    case types.clientQuota:
      return { type: "clientQuota", change: bodyOf(ClientQuotaRecord, stored) }
    default:
      throw new DecodeError({ reason: `metadata record type ${type} is unknown`, offset: 1 })
  }
}

function scramMechanism(type: number): ScramMechanism {
  for (const mechanism of scramMechanisms) if (scramTypes[mechanism] === type) return mechanism
  throw new DecodeError({ reason: `SCRAM mechanism ${type} is unknown`, offset: 3 })
}

function bodyOf<F extends RecordFormat["fields"]>(format: RecordFormat<F>, stored: Uint8Array) {
  const body = stored.slice(1)
  body[0] = 0
  body[1] = 0
  return decodeRecord(format, body).value
}
