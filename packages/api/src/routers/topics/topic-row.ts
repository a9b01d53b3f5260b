// One row of the topics list out of the facts.
import type { ConfigEntry } from "@rivven/client"
import type { Cell } from "../../envelope.ts"
import { configNumber, configValue } from "../../sources/broker/topic-configs.ts"
import type { TopicResource } from "../../sources/kube/objects.ts"
import { mainOwner, managerWords, ownersOf } from "../../sources/kube/ownership.ts"
import { metric } from "../../sources/metrics/names.ts"
import { newestCell, trendOf } from "../../sources/metrics/newest.ts"
import type { Problem, Status } from "../../view-model.ts"
import type { Management, TopicRow } from "./schema.ts"
import { sizeOf, type TopicFacts } from "./topic-facts.ts"
import { topicProblems } from "./topic-problems.ts"

const missing = { missing: "NOT_READ" } as const

export interface TopicConfigsView {
  entries: readonly ConfigEntry[] | undefined
  isFresh: boolean
  asOf: number
}

export function viewTopic(facts: TopicFacts, name: string, configs: TopicConfigsView): TopicRow {
  const listing = facts.listings.get(name)
  const resource = facts.resources.get(name)
  const problems = topicProblems(facts, name)
  return {
    name,
    isInternal: listing?.isInternal ?? name.startsWith("__"),
    status: worstStatus(problems),
    problems,
    existsOnBroker: listing !== undefined,
    partitions: listing?.partitionCount ?? missing,
    replicationFactor: listing?.replicationFactor ?? missing,
    bytesInPerSecond: rateCell(facts, metric.topicBytesIn, name),
    bytesOutPerSecond: rateCell(facts, metric.topicBytesOut, name),
    recordsInPerSecond: rateCell(facts, metric.topicRecordsIn, name),
    trend: trendOf(facts.metrics, metric.topicBytesIn, { topic: name }),
    sizeBytes: listing ? sizeOf(facts, name) : missing,
    ...configCells(configs),
    ...lagCells(facts, name),
    management: viewManagement(resource),
    labels: resource?.object.spec.topicLabels ?? {},
  }
}

export function worstStatus(problems: readonly Problem[]): Status {
  if (problems.some(({ status }) => status === "bad")) return "bad"
  return problems.length > 0 ? "warn" : "ok"
}

/** A node that answers and does not name a topic has counted nothing for it. */
export function rateCell({ metrics, hasRates }: TopicFacts, name: string, topic: string): Cell<number> {
  const value = newestCell(metrics, name, { topic })
  const isUncounted =
    typeof value === "object" &&
    "missing" in value &&
    hasRates &&
    !metrics.book.get({ cluster: metrics.cluster, metric: name, labels: { topic } })
  return isUncounted ? 0 : value
}

function configCells({ entries, isFresh, asOf }: TopicConfigsView): Pick<TopicRow, "retentionMs" | "retentionBytes" | "cleanupPolicy"> {
  const aged = <T extends number | string>(value: T | undefined): Cell<T> =>
    value === undefined ? { missing: "NOT_READ" } : isFresh ? value : { stale: value, asOf }
  return {
    retentionMs: aged(configNumber(entries, "retention.ms")),
    retentionBytes: aged(configNumber(entries, "retention.bytes")),
    cleanupPolicy: aged(configValue(entries, "cleanup.policy")),
  }
}

function lagCells({ lags }: TopicFacts, name: string): Pick<TopicRow, "lagRecords" | "lagSeconds" | "slowestGroup"> {
  const own = lags.get(name) ?? []
  if (own.length === 0) return { lagSeconds: { missing: "NEVER" }, lagRecords: { missing: "NEVER" }, slowestGroup: null }
  const slowest = own.toSorted((a, b) => (b.lagSeconds ?? -1) - (a.lagSeconds ?? -1) || (b.lagRecords ?? -1) - (a.lagRecords ?? -1))[0]
  return {
    lagSeconds: slowest?.lagSeconds ?? { missing: "NO_SAMPLES" },
    lagRecords: slowest?.lagRecords ?? missing,
    slowestGroup: slowest?.group ?? null,
  }
}

export function viewManagement(resource: TopicResource | undefined): Management {
  if (!resource) return { state: "unmanaged" }
  const { namespace, name, object } = resource
  const owner = mainOwner(ownersOf(object.metadata.managedFields))
  return { state: "managed", resource: { namespace, name }, owner: owner === undefined ? "unknown" : managerWords(owner) }
}
