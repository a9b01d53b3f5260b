import type { z } from "zod"
import { can } from "../../access.ts"
import type { Context } from "../../context.ts"
import { type Cell, EnvelopeBuilder } from "../../envelope.ts"
import { ApiError } from "../../errors.ts"
import { failureOf } from "../../sources/cluster.ts"
import { type TopicResource, viewConditions } from "../../sources/kube/objects.ts"
import { conditionOf, isSettling, rolloutOf } from "./rollout.ts"
import type * as schema from "./schema.ts"
import type { TopicDetails } from "./schema.ts"
import { gatherTopics, recordsOf, type TopicFacts } from "./topic-facts.ts"
import { viewTopic } from "./topic-row.ts"

type Input = z.output<typeof schema.topicInput>

export async function describeTopic(ctx: Context, { cluster, topic }: Input): Promise<z.output<typeof schema.get>> {
  const facts = await gatherTopics(ctx, cluster, topic)
  const listing = facts.listings.get(topic)
  const resource = facts.resources.get(topic)
  assertKnown(facts, topic)
  const configs =
    listing && facts.broker ? (await facts.broker.configs.read([topic], { maxAgeMs: 5_000, priority: "page" })).get(topic) : undefined
  const row = viewTopic(facts, topic, { entries: configs?.entries, isFresh: configs?.failure === undefined, asOf: configs?.asOf ?? 0 })
  const details: TopicDetails = {
    ...row,
    state: stateOf(facts, topic),
    topicId: listing?.id ?? { missing: "NOT_READ" },
    records: recordsOf(facts, topic),
    groups: facts.lags.get(topic)?.length ?? 0,
    underReplicated: listing?.underReplicatedPartitions ?? 0,
    offline: listing?.offlinePartitions ?? 0,
    newestRecordAt: await newestRecordAt(facts, topic),
    resource: resource ? viewResource(resource) : null,
    allowed: (["alter", "delete", "read-messages"] as const).filter((verb) =>
      can(ctx.caller.subject, verb, { kind: "topic", cluster, name: topic }),
    ),
  }
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).used(facts.asOf).lacks(...facts.degraded)
  if (configs?.failure)
    builder.lacks(...failureOf({ value: undefined, asOf: 0, failure: { ...configs.failure, retryAt: null } }, `topic:${topic}`))
  return builder.answer(details)
}

/** Throws `NOT_FOUND` when neither the broker nor a resource knows the topic. While the broker is silent nobody can say that. */
export function assertKnown(facts: TopicFacts, topic: string): void {
  if (facts.listings.has(topic) || facts.resources.has(topic) || !facts.isListed) return
  throw new ApiError("NOT_FOUND", `the cluster ${facts.access.name} has no topic ${topic}, and no resource names it`, { path: "topic" })
}

async function newestRecordAt({ broker, listings, offsets }: TopicFacts, topic: string): Promise<Cell<number>> {
  const partitions = offsets.value?.topics.get(topic)
  if (!broker || !listings.has(topic) || !partitions) return { missing: "NOT_READ" }
  const filled = partitions.flatMap(({ start, end }, partition) => ((end ?? 0) > (start ?? 0) ? [partition] : []))
  if (filled.length === 0) return { missing: "NEVER" }
  const newest = await broker.newestRecord(topic, filled.slice(0, 200))
  return newest ?? { missing: "NOT_READ" }
}

function stateOf(facts: TopicFacts, topic: string): TopicDetails["state"] {
  const listing = facts.listings.get(topic)
  const resource = facts.resources.get(topic)
  if (listing && listing.offlinePartitions > 0)
    return { status: "bad", word: "Offline", reason: `${listing.offlinePartitions} partitions have no leader` }
  if (resource) return stateOfResource(resource)
  return listing?.isInternal
    ? { status: "ok", word: "Internal", reason: "kept by the cluster itself" }
    : { status: "ok", word: "Unmanaged", reason: "no resource names it" }
}

function stateOfResource({ object }: TopicResource): TopicDetails["state"] {
  if (object.metadata.deletionTimestamp !== undefined) return { status: "busy", word: "Deleting", reason: "its resource is being deleted" }
  const ready = conditionOf(object, "Ready")
  if (isSettling(object))
    return {
      status: "busy",
      word: object.status?.phase === "Creating" ? "Creating" : "Applying",
      reason: ready?.message ?? "the operator follows",
    }
  if (ready?.status === "True") return { status: "ok", word: "Ready", reason: "" }
  const phase = object.status?.phase ?? "Pending"
  if (phase === "Paused" || phase === "Unmanaged") return { status: "off", word: phase, reason: ready?.message ?? "" }
  return { status: "bad", word: "Not ready", reason: ready ? `${ready.reason}: ${ready.message}` : "" }
}

function viewResource({ namespace, name, object }: TopicResource): NonNullable<TopicDetails["resource"]> {
  const { metadata, status, spec } = object
  return {
    namespace,
    name,
    resourceVersion: metadata.resourceVersion ?? "",
    generation: metadata.generation ?? 0,
    observedGeneration: status?.observedGeneration ?? null,
    phase: status?.phase ?? null,
    conditions: viewConditions(status?.conditions),
    isDeleting: metadata.deletionTimestamp !== undefined,
    deleteOnRemove: spec.deleteOnRemove,
    rollout: rolloutOf(object),
  }
}
