import { z } from "zod"
import { cell, envelope, epochMs, numberCell, textCell } from "../../envelope.ts"
import { clusterName, condition, page, paged, problem, status, topicName } from "../../view-model.ts"

export * from "./plan-schema.ts"

export const topicInput = z.object({ cluster: clusterName, topic: topicName })

export const sortKeys = [
  /** What is wrong comes first, then by name. */
  "problems",
  "name",
  "partitions",
  "replicationFactor",
  "bytesInPerSecond",
  "recordsInPerSecond",
  "sizeBytes",
  "retentionMs",
  "lagSeconds",
  "managedBy",
] as const

export const listInput = z.object({
  cluster: clusterName,
  ...page,
  view: z.enum(["all", "problems", "unmanaged"]).default("all"),
  /** Also topics of the system (`__consumer_offsets`). */
  withInternal: z.boolean().default(false),
  sortBy: z.enum(sortKeys).default("problems"),
  isDescending: z.boolean().default(false),
})

/** Who decides about a topic. Unmanaged: no resource names it; it is never touched behind anybody's back. */
export const management = z.discriminatedUnion("state", [
  z.object({ state: z.literal("unmanaged") }),
  z.object({
    state: z.literal("managed"),
    resource: z.object({ namespace: z.string(), name: z.string() }),
    /** Field manager that wrote most of the spec, in words: "console", "kubectl", "Argo CD". */
    owner: z.string(),
  }),
])
export type Management = z.output<typeof management>

export const topicRow = z.object({
  name: z.string(),
  isInternal: z.boolean(),
  status,
  problems: z.array(problem),
  /** False: the resource exists, the topic on the broker does not (yet, or any more). */
  existsOnBroker: z.boolean(),
  partitions: numberCell,
  replicationFactor: numberCell,
  bytesInPerSecond: numberCell,
  bytesOutPerSecond: numberCell,
  recordsInPerSecond: numberCell,
  /** Rate of bytes in over the last hour, 30 points, oldest first. */
  trend: z.array(z.number().nullable()),
  sizeBytes: numberCell,
  /** -1 keeps for ever. */
  retentionMs: numberCell,
  /** Per partition; -1 is unlimited. */
  retentionBytes: numberCell,
  cleanupPolicy: textCell,
  /** Of the slowest group; `NEVER` when nobody reads it. */
  lagSeconds: numberCell,
  lagRecords: numberCell,
  slowestGroup: z.string().nullable(),
  management,
  labels: z.record(z.string(), z.string()),
})
export type TopicRow = z.output<typeof topicRow>

export const list = envelope(
  z.object({
    ...paged,
    rows: z.array(topicRow),
    /** Of all rows that the filter lets through, whatever the view. */
    counts: z.object({ all: z.int(), problems: z.int(), unmanaged: z.int(), internal: z.int() }),
  }),
)
export type TopicList = z.output<typeof list>

/** How far a change of the resource has come. */
export const rollout = z.object({
  state: z.enum(["settled", "applying", "failed"]),
  steps: z.array(
    z.object({
      id: z.enum(["accepted", "observed", "synced", "config", "ready"]),
      label: z.string(),
      state: z.enum(["done", "active", "waiting", "failed"]),
      detail: z.string(),
    }),
  ),
})
export type Rollout = z.output<typeof rollout>

export const topicResource = z.object({
  namespace: z.string(),
  name: z.string(),
  resourceVersion: z.string(),
  generation: z.int(),
  /** What the operator has seen; smaller than `generation` while a change is under way. */
  observedGeneration: z.int().nullable(),
  phase: z.string().nullable(),
  conditions: z.array(condition),
  isDeleting: z.boolean(),
  deleteOnRemove: z.boolean(),
  rollout,
})

export const verb = z.enum(["alter", "delete", "read-messages"])

export const topicDetails = topicRow.extend({
  /** One word for the title: "Ready", "Creating", "Unmanaged", "Missing". */
  state: z.object({ status, word: z.string(), reason: z.string() }),
  topicId: textCell,
  records: numberCell,
  groups: z.int(),
  underReplicated: z.int(),
  offline: z.int(),
  /** Time of the newest record that was seen; `NEVER` when it is empty. */
  newestRecordAt: numberCell,
  /** Null: unmanaged. */
  resource: topicResource.nullable(),
  allowed: z.array(verb),
})
export type TopicDetails = z.output<typeof topicDetails>
export const get = envelope(topicDetails)

export const partitionRow = z.object({
  partition: z.int(),
  status,
  /** Empty when nothing is wrong. */
  reason: z.string(),
  /** -1: none. */
  leader: z.int(),
  leaderEpoch: z.int(),
  replicas: z.array(z.int()),
  isr: z.array(z.int()),
  startOffset: numberCell,
  /** Offset of the next record. */
  endOffset: numberCell,
  /** `endOffset - startOffset`; compaction and control records make it an upper bound. */
  records: numberCell,
  sizeBytes: numberCell,
})
export type PartitionRow = z.output<typeof partitionRow>
export const partitions = envelope(
  z.object({
    rows: z.array(partitionRow),
    /** Largest partition as a multiple of the mean; null when there is nothing to compare. */
    sizeSkew: z.number().nullable(),
  }),
)

export const configSources = ["resource", "topic", "broker", "static", "default"] as const
export const configRow = z.object({
  name: z.string(),
  /** Null: sensitive, not told. */
  value: z.string().nullable(),
  /** With its unit, for reading: "7 d", "1 GiB"; equal to `value` where nothing is gained. */
  valueText: z.string(),
  /** `resource`: set on the topic by its RivvenTopic; `topic`: set on the topic by somebody else. */
  source: z.enum(configSources),
  /** Where the value would come from without this one, most specific first. */
  synonyms: z.array(z.object({ name: z.string(), value: z.string().nullable(), source: z.enum(configSources) })),
  type: z.enum(["boolean", "string", "int", "short", "long", "double", "list", "class", "password", "unknown"]),
  documentation: z.string(),
  isReadOnly: z.boolean(),
  isSensitive: z.boolean(),
  /** What a change can break; null when nothing out of the ordinary. */
  risk: z.string().nullable(),
  /** Path in the resource that edits it: `spec.config.retentionMs`; null when it cannot be edited here. */
  field: z.string().nullable(),
})
export type ConfigRow = z.output<typeof configRow>
/** Set on the topic first, then the defaults. */
export const configs = envelope(z.array(configRow))

export const consumerRow = z.object({
  group: z.string(),
  /** State in the words of Kafka: `Stable`, `Empty`, … */
  state: z.string(),
  status,
  members: numberCell,
  lagRecords: numberCell,
  lagSeconds: numberCell,
  /** Partitions of this topic with a committed offset. */
  partitionsCommitted: z.int(),
  partitionsAssigned: z.int(),
})
export type ConsumerRow = z.output<typeof consumerRow>
/** Furthest behind first. */
export const consumers = envelope(z.array(consumerRow))

export const eventRow = z.object({
  id: z.string(),
  at: epochMs,
  isWarning: z.boolean(),
  reason: z.string(),
  message: z.string(),
  /** Who reported it: `rivven-operator`. */
  reporter: z.string(),
  count: z.int(),
})
/** Newest first. Empty for an unmanaged topic. */
export const events = envelope(z.array(eventRow))

export const driftRow = z.object({
  /** `spec.config.retentionMs`, `spec.partitions`. */
  field: z.string(),
  label: z.string(),
  /** What the resource says, in words; null when it says nothing. */
  desired: z.string().nullable(),
  /** What the broker has. */
  observed: cell(z.string()),
  /** Field manager of the resource's field; null when it is a default. */
  owner: z.string().nullable(),
})
/** Empty: resource and broker agree, or there is no resource. */
export const drift = envelope(z.object({ rows: z.array(driftRow), isManaged: z.boolean() }))
