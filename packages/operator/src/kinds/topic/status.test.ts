import { kinds, type RivvenTopic } from "@rivven/resources"
import { expect, test } from "vitest"
import { failure } from "../../errors.ts"
import { type Findings, topicStatus } from "./status.ts"

const now = new Date("2026-01-31T12:00:00Z")
const later = new Date("2026-01-31T13:00:00Z")

const topic: RivvenTopic = {
  apiVersion: "rivven.io/v1alpha1",
  kind: "RivvenTopic",
  metadata: { name: "orders", namespace: "default", generation: 2 },
  spec: kinds.topic.schema.shape.spec.parse({ clusterRef: { name: "local" } }),
}

function partition(index: number, more: object = {}) {
  return { index, leader: 0, leaderEpoch: 0, replicas: [0, 1], inSyncReplicas: [0, 1], offlineReplicas: [], ...more }
}

function ready(partitions = [partition(0)]): Findings {
  const description = { name: "orders", id: "abc", isInternal: false, partitions }
  return { state: "ready", topicName: "orders", observed: { description, configs: [] }, managedConfigKeys: ["retention.ms"] }
}

const after = (status: RivvenTopic["status"]): RivvenTopic => ({ ...topic, status })
const summary = (status: RivvenTopic["status"]) => status?.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`)

test("says the same again while nothing changes, whatever the time", () => {
  const first = topicStatus(topic, ready(), now)
  expect(topicStatus(after(first), ready(), later)).toEqual(first)
  expect(first).toMatchObject({ phase: "Ready", topicId: "abc", currentPartitions: 1, currentReplicationFactor: 2, observedGeneration: 2 })
  expect(summary(first)).toEqual(["Ready=True TopicReady", "ConfigApplied=True Applied", "Drifted=False InSync", "Synced=True InSync"])
})

test("keeps what was observed while the cluster cannot be reached", () => {
  const before = topicStatus(topic, ready(), now)
  const failed: Findings = { state: "failed", topicName: "orders", failure: failure("ClusterUnreachable", "no broker answers") }
  const status = topicStatus(after(before), failed, later)
  expect(status).toMatchObject({ phase: "Pending", topicId: "abc", currentPartitions: 1, message: "no broker answers" })
  expect(summary(status)).toContain("ConfigApplied=True Applied")
  expect(summary(status)).toContain("Ready=False ClusterUnreachable")
  expect(status.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime).toBe("2026-01-31T13:00:00Z")
})

test("is Failed for what only a change of the spec can help", () => {
  expect(topicStatus(topic, { state: "failed", failure: failure("ResourceConflict", "x") }, now).phase).toBe("Failed")
})

test("shows drift that cannot be repaired", () => {
  const drift = [{ field: "spec.partitions", desired: "3", observed: "4" }]
  const status = topicStatus(topic, { ...ready(), state: "failed", failure: failure("NotSupported", "no"), drift }, now)
  expect(status.drift).toEqual(drift)
  expect(summary(status)).toContain("Drifted=True NotInSync")
})

test("keeps a repair visible until the resource changes", () => {
  const repaired = topicStatus(topic, { ...ready(), repaired: "reverted x" }, now)
  expect(topicStatus(after(repaired), ready(), later)).toEqual(repaired)
  const edited = { ...after(repaired), metadata: { ...topic.metadata, generation: 3 } }
  expect(summary(topicStatus(edited, ready(), later))).toContain("Drifted=False InSync")
})

test("drops Paused and Unmanaged once they are no longer asked for", () => {
  const paused = topicStatus(topic, { state: "paused" }, now)
  expect(paused.phase).toBe("Paused")
  expect(summary(paused)).toEqual(["Paused=True Requested"])
  expect(summary(topicStatus(after(paused), ready(), later))).not.toContain("Paused=True Requested")
})

test("lists the 64 worst partitions of a large topic in their order", () => {
  const partitions = Array.from({ length: 100 }, (_, index) =>
    partition(index, index === 99 ? { leader: null } : index === 98 ? { inSyncReplicas: [0] } : {}),
  )
  const status = topicStatus(topic, ready(partitions), now)
  expect(status.partitionInfo).toHaveLength(64)
  expect(status.partitionInfo?.slice(-2).map(({ partition: index, leader }) => [index, leader])).toEqual([
    [98, 0],
    [99, -1],
  ])
  expect(status).toMatchObject({ underReplicatedPartitions: 1, offlinePartitions: 1, currentPartitions: 100 })
})

test("says of wanted ACLs that there is no authorizer to ask", () => {
  const acls = [{ principal: "*", permissionType: "Allow" as const, host: "*", operations: ["Read" as const] }]
  const withAcls = { ...topic, spec: { ...topic.spec, acls } }
  expect(summary(topicStatus(withAcls, ready(), now))).toContain("ACLsApplied=Unknown NoAuthorizer")
})

test.each<Findings>([
  ready(),
  { state: "creating", topicName: "orders", isAbsent: true },
  { state: "deleting", failure: failure("ClusterUnreachable", "x") },
  { state: "paused" },
  { state: "unmanaged" },
  { state: "failed", failure: failure("InvalidConfig", "y".repeat(5000)) },
])("every status passes the schema of the resource: $state", (findings) => {
  const status = topicStatus(topic, findings, now)
  expect(kinds.topic.schema.safeParse({ ...topic, status }).error?.issues).toBeUndefined()
})
