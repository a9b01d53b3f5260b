// Pure: the status of a RivvenTopic from what was observed and what went wrong. A steady state gives the same status again, byte for byte.
import type { TopicDescription } from "@rivven/client"
import { type NewCondition, setCondition } from "@rivven/kube"
import type { RivvenTopic, RivvenTopicStatus, TopicConditionType, TopicPhase } from "@rivven/resources"
import type { ObservedTopic } from "../../clusters/topic-admin.ts"
import { type Failure, isTerminal } from "../../errors.ts"
import { type Drift, replicationFactorOf } from "./model.ts"

export type TopicReason =
  | Failure["code"]
  | "TopicReady"
  | "Creating"
  | "Deleting"
  | "InSync"
  | "NotInSync"
  | "Repaired"
  | "Applied"
  | "NoAuthorizer"
  | "Requested"

export type TopicCondition = { type: TopicConditionType; status: "True" | "False" | "Unknown"; reason: TopicReason; message: string }

/** What one reconcile found out. */
export type Findings = {
  state: "creating" | "deleting" | "paused" | "unmanaged" | "failed" | "ready"
  failure?: Failure
  observed?: ObservedTopic
  /** The topic was looked for and is not there. */
  isAbsent?: boolean
  topicName?: string
  managedConfigKeys?: readonly string[]
  /** Differences that are left after the reconcile. */
  drift?: readonly Drift[]
  /** Foreign changes that this reconcile reverted. */
  repaired?: string
  configFailure?: Failure
  skippedConfigs?: readonly string[]
}

export function topicStatus(topic: RivvenTopic, findings: Findings, now: Date): RivvenTopicStatus {
  const { status: before, metadata } = topic
  const generation = metadata.generation ?? 0
  const conditions = conditionsOf(topic, findings).reduce<readonly Condition[]>(
    (list, condition) => setCondition(list, { ...condition, observedGeneration: generation } satisfies NewCondition, now),
    keptConditions(topic, findings),
  )
  const status: RivvenTopicStatus = {
    ...observedFields(before, findings),
    phase: phaseOf(findings),
    observedGeneration: generation,
    conditions: [...conditions],
  }
  const message = findings.failure?.message ?? skippedMessage(findings)
  if (message !== undefined) status.message = message.slice(0, 4096)
  return withoutUndefined(status)
}

type Condition = NonNullable<RivvenTopicStatus["conditions"]>[number]

/** What was true stays until it is looked at again, and what only holds while asked for goes. */
function keptConditions({ status }: RivvenTopic, { state }: Findings): readonly Condition[] {
  const fleeting = new Set<string>(["Paused", "Unmanaged"].filter((type) => type.toLowerCase() !== state))
  return (status?.conditions ?? []).filter(({ type }) => !fleeting.has(type))
}

function conditionsOf(topic: RivvenTopic, findings: Findings): TopicCondition[] {
  const { state, failure } = findings
  switch (state) {
    case "unmanaged":
      return [{ type: "Unmanaged", status: "True", reason: "Requested", message: 'rivven.io/managed is "false": the topic is left alone' }]
    case "paused":
      return [{ type: "Paused", status: "True", reason: "Requested", message: 'rivven.io/paused is "true": nothing is changed' }]
    case "creating":
      return [notReady(failure?.code ?? "Creating", failure?.message ?? "the topic is being created")]
    case "deleting":
      return [notReady(failure?.code ?? "Deleting", failure?.message ?? "the topic is being deleted")]
    case "failed":
      return [notReady(failure?.code ?? "BrokerRefused", failure?.message ?? ""), ...syncConditions(topic, findings)]
    case "ready":
      return [
        { type: "Ready", status: "True", reason: "TopicReady", message: "the topic is as it should be" },
        ...syncConditions(topic, findings),
      ]
  }
}

function notReady(reason: TopicReason, message: string): TopicCondition {
  return { type: "Ready", status: "False", reason, message }
}

/** Only after the broker was read: these tell observed truth. */
function syncConditions(topic: RivvenTopic, findings: Findings): TopicCondition[] {
  const { observed, failure, drift = [], repaired } = findings
  if (!observed) return failure ? [{ type: "Synced", status: "False", reason: failure.code, message: failure.message }] : []
  const conditions: TopicCondition[] = [configCondition(findings)]
  if (drift.length > 0) {
    const fields = drift.map(({ field }) => field).join(", ")
    conditions.push({ type: "Drifted", status: "True", reason: "NotInSync", message: `not as the resource says: ${fields}` })
    conditions.push({
      type: "Synced",
      status: "False",
      reason: failure?.code ?? "NotInSync",
      message: failure?.message ?? `not as the resource says: ${fields}`,
    })
  } else {
    conditions.push(
      repaired === undefined ? quietDrift(topic) : { type: "Drifted", status: "False", reason: "Repaired", message: repaired },
    )
    conditions.push({ type: "Synced", status: "True", reason: "InSync", message: "the broker says what the resource says" })
  }
  if ((topic.spec.acls ?? []).length > 0) {
    const message = "the operator found no authorizer on this cluster that it could tell about spec.acls"
    conditions.push({ type: "ACLsApplied", status: "Unknown", reason: "NoAuthorizer", message })
  }
  return conditions
}

function configCondition({ configFailure, skippedConfigs = [] }: Findings): TopicCondition {
  if (configFailure) return { type: "ConfigApplied", status: "False", reason: configFailure.code, message: configFailure.message }
  const message =
    skippedConfigs.length === 0
      ? "read back from the broker"
      : `read back from the broker; left out, because the cluster does not allow them: ${skippedConfigs.join(", ")}`
  return { type: "ConfigApplied", status: "True", reason: "Applied", message }
}

/** A repair stays visible until the resource changes, so that a quiet reconcile writes nothing. */
function quietDrift({ status, metadata }: RivvenTopic): TopicCondition {
  const before = status?.conditions?.find(({ type }) => type === "Drifted")
  if (before?.reason === "Repaired" && before.observedGeneration === metadata.generation) {
    return { type: "Drifted", status: "False", reason: "Repaired", message: before.message }
  }
  return { type: "Drifted", status: "False", reason: "InSync", message: "nothing differs" }
}

function phaseOf({ state, failure }: Findings): TopicPhase {
  switch (state) {
    case "unmanaged":
      return "Unmanaged"
    case "paused":
      return "Paused"
    case "creating":
      return "Creating"
    case "deleting":
      return "Deleting"
    case "ready":
      return "Ready"
    case "failed":
      return failure && !isTerminal(failure) ? "Pending" : "Failed"
  }
}

function skippedMessage({ skippedConfigs = [] }: Findings): string | undefined {
  return skippedConfigs.length === 0 ? undefined : `the cluster does not allow these configs: ${skippedConfigs.join(", ")}`
}

function observedFields(before: RivvenTopicStatus | undefined, findings: Findings): RivvenTopicStatus {
  const { observed, isAbsent, topicName, managedConfigKeys, drift = [] } = findings
  const kept = keptFields(before)
  if (isAbsent) return { topicName, topicExists: false, managedConfigKeys: kept.managedConfigKeys }
  if (!observed) return { ...kept, topicName: topicName ?? kept.topicName }
  const { description } = observed
  const { partitions } = description
  return {
    topicName,
    topicId: description.id,
    topicExists: true,
    currentPartitions: partitions.length,
    currentReplicationFactor: replicationFactorOf(description),
    underReplicatedPartitions: partitions.filter(isUnderReplicated).length,
    offlinePartitions: partitions.filter(({ leader }) => leader === null).length,
    managedConfigKeys: [...(managedConfigKeys ?? [])].slice(0, 64),
    appliedAcls: kept.appliedAcls,
    drift: drift.slice(0, 50),
    partitionInfo: partitionInfo(description),
  }
}

function keptFields(before: RivvenTopicStatus | undefined): RivvenTopicStatus {
  const { phase: _phase, observedGeneration: _generation, conditions: _conditions, message: _message, ...kept } = before ?? {}
  return kept
}

type Partition = TopicDescription["partitions"][number]

function isUnderReplicated({ replicas, inSyncReplicas }: Partition): boolean {
  return inSyncReplicas.length < replicas.length
}

const maxPartitions = 64

/** All partitions in their order; of larger topics the worst. */
function partitionInfo({ partitions }: TopicDescription): RivvenTopicStatus["partitionInfo"] {
  const badness = (partition: Partition) => (partition.leader === null ? 2 : isUnderReplicated(partition) ? 1 : 0)
  const worst =
    partitions.length <= maxPartitions
      ? partitions
      : partitions.toSorted((a, b) => badness(b) - badness(a) || a.index - b.index).slice(0, maxPartitions)
  return worst
    .toSorted((a, b) => a.index - b.index)
    .map(({ index, leader, replicas, inSyncReplicas }) => ({
      partition: index,
      leader: leader ?? -1,
      replicas: replicas.slice(0, 20),
      isr: inSyncReplicas.slice(0, 20),
    }))
}

function withoutUndefined(status: RivvenTopicStatus): RivvenTopicStatus {
  return Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined))
}
