// RivvenTopic: what a topic on a cluster should be. The operator makes the broker follow; see packages/operator/src/kinds/topic.
import { z } from "zod"
import { atomicList, int, int64, setOf, text, textMap, withDefaults } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { rule, transition } from "../kit/rule.ts"
import { clusterRef } from "./cluster-ref.ts"
import { apiVersion, conditions, defineKind, metadata } from "./kind.ts"
import { compressionTypes } from "./workload.ts"

/** Kafka configs that have a field of their own in `spec.config`. `config.custom` may not hold them. */
export const topicConfigKeys = {
  retentionMs: "retention.ms",
  retentionBytes: "retention.bytes",
  segmentBytes: "segment.bytes",
  cleanupPolicy: "cleanup.policy",
  compressionType: "compression.type",
  minInsyncReplicas: "min.insync.replicas",
  maxMessageBytes: "max.message.bytes",
  messageTimestampType: "message.timestamp.type",
  flushIntervalMs: "flush.ms",
} as const

const dedicatedKeys: readonly string[] = Object.values(topicConfigKeys)
const mebibyte = 1_048_576

function topicName() {
  const legal = text({
    min: 1,
    max: 249,
    pattern: /^[a-zA-Z0-9._-]+$/,
    accepts: "1 to 249 letters, digits, dots, underscores and dashes, but not . or ..",
  })
  const notDots = rule(legal, {
    cel: "self != '.' && self != '..'",
    message: "topicName cannot be . or ..",
    check: (name) => name !== "." && name !== "..",
  })
  return transition(notDots, {
    cel: "self == oldSelf",
    message: "topicName is immutable",
    check: (next, previous) => next === previous,
  })
    .describe("Name of the topic on the cluster; the name of this resource if absent.")
    .register(formMeta, { label: "Topic name", placeholder: "same as the resource" })
}

function partitions() {
  return transition(int(1, 10_000), {
    cel: "self >= oldSelf",
    message: "partitions cannot be decreased",
    check: (next, previous) => next >= previous,
  })
    .describe("Number of partitions; the cluster's default if absent. It can grow, never shrink.")
    .register(formMeta, { label: "Partitions", placeholder: "cluster default" })
}

const retentionMs = rule(int64(-1, 315_360_000_000), {
  cel: "self == -1 || self >= 1000",
  message: "retentionMs must be -1 (unlimited) or at least 1000",
  check: (value) => value === -1 || value >= 1000,
})
  .describe("How long records are kept, in milliseconds; -1 keeps them for ever.")
  .register(formMeta, { label: "Retention", widget: "duration-ms" })

const retentionBytes = rule(int64(-1), {
  cel: "self == -1 || self >= 1048576",
  message: "retentionBytes must be -1 (unlimited) or at least 1048576",
  check: (value) => value === -1 || value >= mebibyte,
})
  .describe("How many bytes each partition keeps; -1 is unlimited.")
  .register(formMeta, { label: "Retention size", widget: "bytes" })

const custom = rule(textMap({ max: 50, maxValue: 4096 }), {
  cel: `self.all(k, !(k in [${dedicatedKeys.map((key) => `'${key}'`).join(", ")}]))`,
  message: "use the dedicated field instead of config.custom for this key",
  check: (map) => Object.keys(map).every((key) => !dedicatedKeys.includes(key)),
})
  .describe("Any other topic config of Kafka, by its own name.")
  .register(formMeta, { label: "Other configs", advanced: true })

const config = z.object({
  retentionMs: retentionMs.default(604_800_000),
  retentionBytes: retentionBytes.default(-1),
  segmentBytes: int64(mebibyte, 10_737_418_240)
    .describe("Size of a segment file; retention and compaction work on whole segments.")
    .register(formMeta, { label: "Segment size", widget: "bytes" })
    .default(1_073_741_824),
  cleanupPolicy: z
    .enum(["delete", "compact", "delete,compact", "compact,delete"])
    .describe("Whether old records are deleted, compacted to the newest per key, or both.")
    .register(formMeta, { label: "Cleanup policy" })
    .default("delete"),
  compressionType: z
    .enum(compressionTypes)
    .describe("Codec in which the broker stores batches; producer keeps what arrives.")
    .register(formMeta, { label: "Compression" })
    .default("lz4"),
  minInsyncReplicas: int(1, 10)
    .describe("Replicas that must have a record before it is acknowledged to a producer with acks=all.")
    .register(formMeta, { label: "Minimum in-sync replicas" })
    .default(1),
  maxMessageBytes: int64(1024, 104_857_600)
    .describe("Largest batch of records that the broker takes.")
    .register(formMeta, { label: "Largest message", widget: "bytes" })
    .default(mebibyte),
  messageTimestampType: z
    .enum(["CreateTime", "LogAppendTime"])
    .describe("Whose clock dates a record: the producer's or the broker's.")
    .register(formMeta, { label: "Timestamps", advanced: true })
    .default("CreateTime"),
  flushIntervalMs: int64(1, 86_400_000)
    .describe("Longest time until a record is forced to disk (flush.ms).")
    .register(formMeta, { label: "Flush interval", widget: "duration-ms", advanced: true })
    .optional(),
  custom: custom.optional(),
})

export const aclOperations = ["Read", "Write", "Create", "Delete", "Alter", "Describe", "DescribeConfigs", "AlterConfigs", "All"] as const

const acl = z.object({
  principal: text({
    min: 1,
    max: 256,
    pattern: /^(\*|(user|group|role|User|Group|Role):.+)$/,
    accepts: "* or a principal such as user:order-service",
  }).describe("Who; user:x becomes the principal User:x."),
  permissionType: z.enum(["Allow", "Deny"]).default("Allow"),
  host: text({ min: 1, max: 256 }).describe("From which address; * is any.").default("*"),
  operations: setOf(z.enum(aclOperations), { min: 1, max: 9 }).describe("What is allowed or denied on this topic."),
})

const specShape = z.object({
  clusterRef: clusterRef(),
  topicName: topicName().optional(),
  partitions: partitions().optional(),
  replicationFactor: int(1, 10)
    .describe("Copies of each partition; the cluster's default if absent.")
    .register(formMeta, { label: "Replication factor", placeholder: "cluster default" })
    .optional(),
  config: withDefaults(config)
    .describe(
      "Configs of the topic. Defaults are written as explicit overrides, so a later change of the broker's defaults does not reach it.",
    )
    .register(formMeta, { label: "Configuration", group: "Configuration" }),
  acls: atomicList(acl, { max: 100 })
    .describe("Access to this topic. No group is granted Read by it: a consumer also needs that of its group.")
    .register(formMeta, { label: "Access", group: "Access" })
    .optional(),
  deleteOnRemove: z
    .boolean()
    .describe("Whether deleting this resource deletes the topic and its records.")
    .register(formMeta, { label: "Delete the topic with the resource", group: "Lifecycle" })
    .default(false),
  topicLabels: textMap({ max: 64, maxValue: 256 })
    .describe("Labels shown in the console. They stay in the resource: Kafka has no place for them.")
    .register(formMeta, { label: "Labels", group: "Lifecycle" })
    .optional(),
  adoptionPolicy: z
    .enum(["Adopt", "FailIfExists"])
    .describe("What happens when the topic exists already.")
    .register(formMeta, { label: "If the topic exists", group: "Lifecycle", advanced: true })
    .default("Adopt"),
  replicationChangePolicy: z
    .enum(["Reassign", "Reject"])
    .describe("What happens when replicationFactor changes on an existing topic.")
    .register(formMeta, { label: "If replication changes", group: "Lifecycle", advanced: true })
    .default("Reject"),
})

const minIsrRule = rule(specShape, {
  cel: "!has(self.replicationFactor) || !has(self.config) || !has(self.config.minInsyncReplicas) || self.config.minInsyncReplicas <= self.replicationFactor",
  message: "config.minInsyncReplicas cannot exceed replicationFactor",
  field: "config.minInsyncReplicas",
  check: (spec) => spec.replicationFactor === undefined || spec.config.minInsyncReplicas <= spec.replicationFactor,
})

const nameRule = transition(minIsrRule, {
  cel: "has(self.topicName) == has(oldSelf.topicName)",
  message: "topicName cannot be added or removed after creation",
  check: (next, previous) => (next.topicName === undefined) === (previous.topicName === undefined),
})

const spec = transition(nameRule, {
  cel: "!has(oldSelf.partitions) || has(self.partitions)",
  message: "partitions cannot be removed once it was given",
  check: (next, previous) => previous.partitions === undefined || next.partitions !== undefined,
})

export const topicPhases = ["Pending", "Creating", "Ready", "Updating", "Deleting", "Paused", "Unmanaged", "Failed"] as const
export const topicConditions = ["Ready", "Synced", "ConfigApplied", "ACLsApplied", "Drifted", "Paused", "Unmanaged"] as const

const nodeIds = () => atomicList(z.int(), { max: 20 })

const status = z.object({
  phase: z.enum(topicPhases).describe("Derived from the conditions, for printing.").optional(),
  observedGeneration: int64(0).optional(),
  conditions: conditions(),
  message: text({ max: 4096 }).optional(),
  topicName: text({ max: 249 }).optional(),
  topicId: text({ max: 64 }).optional(),
  topicExists: z.boolean().optional(),
  currentPartitions: int64(0).optional(),
  currentReplicationFactor: int64(0).optional(),
  underReplicatedPartitions: int64(0).optional(),
  offlinePartitions: int64(0).optional(),
  managedConfigKeys: setOf(text({ max: 128 }), { max: 64 })
    .describe("Configs that this resource set and may therefore unset.")
    .optional(),
  appliedAcls: atomicList(
    z.object({
      principal: text({ max: 256 }),
      host: text({ max: 256 }),
      permissionType: z.enum(["Allow", "Deny"]),
      operations: setOf(z.enum(aclOperations), { max: 9 }),
    }),
    { max: 200 },
  )
    .describe("ACLs that this resource created and may therefore delete.")
    .optional(),
  drift: atomicList(
    z.object({
      field: text({ max: 256 }),
      desired: text({ max: 512 }).optional(),
      observed: text({ max: 512 }).optional(),
    }),
    { max: 50 },
  )
    .describe("What differed from the resource when the broker was last read.")
    .optional(),
  partitionInfo: atomicList(
    z.object({
      partition: int64(0),
      leader: int64(-1).optional(),
      replicas: nodeIds().optional(),
      isr: nodeIds().optional(),
    }),
    { max: 64 },
  )
    .describe("Partitions; of larger topics the 64 worst.")
    .optional(),
})

const schema = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal("RivvenTopic"),
  metadata: metadata(),
  spec,
  status: status.optional(),
})

export type RivvenTopic = z.output<typeof schema>
export type RivvenTopicInput = z.input<typeof schema>
export type RivvenTopicSpec = z.output<typeof spec>
export type RivvenTopicStatus = z.output<typeof status>
export type TopicPhase = (typeof topicPhases)[number]
export type TopicConditionType = (typeof topicConditions)[number]

const readyCondition = ".status.conditions[?(@.type=='Ready')]"

export const topic = defineKind({
  kind: "RivvenTopic",
  plural: "rivventopics",
  singular: "rivventopic",
  shortName: "rvt",
  description: "A topic of a cluster: partitions, configs, access, and what happens to it with this resource.",
  schema,
  hasScale: false,
  selectableFields: [".spec.clusterRef.name"],
  columns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name" },
    { name: "Partitions", type: "integer", jsonPath: ".status.currentPartitions" },
    { name: "Replication", type: "integer", jsonPath: ".status.currentReplicationFactor" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "Ready", type: "string", jsonPath: `${readyCondition}.status`, priority: 1 },
    { name: "Reason", type: "string", jsonPath: `${readyCondition}.reason`, priority: 1 },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
})
