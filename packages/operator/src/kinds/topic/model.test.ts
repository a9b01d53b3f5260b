import type { ConfigEntry, TopicDescription } from "@rivven/client"
import { type RivvenTopic, validateTopic } from "@rivven/resources"
import { describe, expect, test } from "vitest"
import {
  claimOf,
  configDrift,
  configOperations,
  describeDrift,
  desiredConfigs,
  fieldOf,
  isSameValue,
  newTopic,
  ownerOf,
  shapeDrift,
} from "./model.ts"

function topicOf(spec: object, metadata: object = {}): RivvenTopic {
  const validated = validateTopic({
    apiVersion: "rivven.io/v1alpha1",
    kind: "RivvenTopic",
    metadata: { name: "orders", namespace: "default", ...metadata },
    spec: { clusterRef: { name: "local" }, ...spec },
  })
  if (!validated.ok) throw new Error(JSON.stringify(validated.errors))
  return validated.value
}

function entry(name: string, value: string | null, more: Partial<ConfigEntry> = {}): ConfigEntry {
  return { name, value, source: "topic", type: "string", isReadOnly: false, isSensitive: false, synonyms: [], documentation: null, ...more }
}

function description(partitions: number, replicas: number[] = [0]): TopicDescription {
  const indices = Array.from({ length: partitions }, (_, index) => index)
  return {
    name: "orders",
    id: "id",
    isInternal: false,
    partitions: indices.map((index) => ({ index, leader: 0, leaderEpoch: 0, replicas, inSyncReplicas: replicas, offlineReplicas: [] })),
  }
}

const desired = new Map([
  ["retention.ms", "5000"],
  ["cleanup.policy", "compact,delete"],
])

describe("desired configs", () => {
  test("are the defaults, the dedicated fields and custom ones under the broker's names", () => {
    const { values } = desiredConfigs(topicOf({ config: { compressionType: "none", custom: { "segment.ms": "1" } } }).spec, undefined)
    expect(Object.fromEntries(values)).toEqual({
      "retention.ms": "604800000",
      "retention.bytes": "-1",
      "segment.bytes": "1073741824",
      "cleanup.policy": "delete",
      "compression.type": "uncompressed",
      "min.insync.replicas": "1",
      "max.message.bytes": "1048576",
      "message.timestamp.type": "CreateTime",
      "segment.ms": "1",
    })
  })

  test("keep to the allow list of an external cluster and say what they leave out", () => {
    const { values, skipped } = desiredConfigs(topicOf({ config: { custom: { "segment.ms": "1" } } }).spec, ["retention.ms", "segment.ms"])
    expect([...values.keys()]).toEqual(["retention.ms", "segment.ms"])
    expect(skipped).toContain("cleanup.policy")
  })

  test("never hold the throttles that the broker moves replicas under", () => {
    const custom = { "leader.replication.throttled.replicas": "*", "follower.replication.throttled.replicas": "*" }
    expect(
      [...desiredConfigs(topicOf({ config: { custom } }).spec, undefined).values.keys()].filter((key) => key.includes("throttled")),
    ).toEqual([])
  })
})

describe("config operations", () => {
  const state = (observed: ConfigEntry[], managedKeys: string[] = []) => configOperations({ desired, observed, managedKeys })

  test("set what differs and nothing else", () => {
    const observed = [entry("retention.ms", "6000", { type: "long" }), entry("cleanup.policy", "delete,compact", { type: "list" })]
    expect(state(observed)).toEqual([{ name: "retention.ms", op: "set", value: "5000" }])
  })

  test("make a value explicit once that only happens to be the default", () => {
    const observed = [entry("retention.ms", "5000", { source: "default" }), entry("cleanup.policy", "compact,delete")]
    expect(state(observed)).toEqual([{ name: "retention.ms", op: "set", value: "5000" }])
    expect(state(observed, ["retention.ms"])).toEqual([])
  })

  test("unset only keys that this resource set before", () => {
    const observed = [
      entry("retention.ms", "5000"),
      entry("cleanup.policy", "compact,delete"),
      entry("segment.ms", "1"),
      entry("flush.ms", "9"),
      entry("leader.replication.throttled.replicas", "*"),
    ]
    expect(state(observed, ["segment.ms", "index.interval.bytes", "leader.replication.throttled.replicas"])).toEqual([
      { name: "segment.ms", op: "delete" },
    ])
  })

  test("set a sensitive config once, because it cannot be compared", () => {
    const observed = [entry("retention.ms", null, { isSensitive: true }), entry("cleanup.policy", "compact,delete")]
    expect(state(observed)).toEqual([{ name: "retention.ms", op: "set", value: "5000" }])
    expect(state(observed, ["retention.ms"])).toEqual([])
  })
})

test.each([
  { type: "long", value: "1000", wanted: "1000.0", isSame: true },
  { type: "double", value: "0.50", wanted: "0.5", isSame: true },
  { type: "boolean", value: "TRUE", wanted: "true", isSame: true },
  { type: "list", value: "a, b", wanted: "b,a", isSame: true },
  { type: "string", value: "a,b", wanted: "b,a", isSame: false },
  { type: "int", value: null, wanted: "1", isSame: false },
] as const)("compares $type $value with $wanted", ({ type, value, wanted, isSame }) => {
  expect(isSameValue({ type, value }, wanted)).toBe(isSame)
})

describe("drift", () => {
  test("names fields of the resource", () => {
    const drift = configDrift(desired, [entry("retention.ms", "1", { type: "long" })])
    expect(drift).toEqual([
      { field: "spec.config.retentionMs", desired: "5000", observed: "1" },
      { field: "spec.config.cleanupPolicy", desired: "compact,delete" },
    ])
    expect(describeDrift(drift)).toBe("spec.config.retentionMs 1 → 5000, spec.config.cleanupPolicy unset → compact,delete")
    expect(fieldOf("segment.ms")).toBe("spec.config.custom[segment.ms]")
  })

  test("is about partitions and copies only where the resource says how many", () => {
    expect(shapeDrift(topicOf({}).spec, description(4, [0, 1]))).toEqual([])
    expect(shapeDrift(topicOf({ partitions: 6, replicationFactor: 3 }).spec, description(4, [0, 1]))).toEqual([
      { field: "spec.partitions", desired: "6", observed: "4" },
      { field: "spec.replicationFactor", desired: "3", observed: "2" },
    ])
  })
})

test("the oldest resource has the topic, and among equals the first by name", () => {
  const at = (name: string, creationTimestamp: string) => topicOf({ topicName: "orders" }, { name, creationTimestamp })
  const [young, old, twin] = [at("a", "2026-01-02T00:00:00Z"), at("z", "2026-01-01T00:00:00Z"), at("b", "2026-01-01T00:00:00Z")]
  expect(ownerOf([young, old])?.metadata.name).toBe("z")
  expect(ownerOf([young, old, twin])?.metadata.name).toBe("b")
  expect(claimOf(young)).toBe("default/local orders")
})

test("a new topic leaves partitions and copies to the broker unless told", () => {
  expect(newTopic(topicOf({}), new Map())).toEqual({ name: "orders", configs: {} })
  expect(newTopic(topicOf({ topicName: "x", partitions: 3, replicationFactor: 1 }), desired)).toEqual({
    name: "x",
    partitions: 3,
    replicationFactor: 1,
    configs: { "retention.ms": "5000", "cleanup.policy": "compact,delete" },
  })
})
