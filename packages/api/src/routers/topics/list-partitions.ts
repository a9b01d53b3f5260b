import type { PartitionInfo } from "@rivven/client"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { ApiError } from "../../errors.ts"
import { cellOf } from "../../sources/broker/reading.ts"
import { needBroker } from "../../sources/cluster.ts"
import type * as schema from "./schema.ts"
import type { PartitionRow } from "./schema.ts"
import { gatherTopics, type TopicFacts } from "./topic-facts.ts"
import { assertKnown } from "./topics.ts"

export async function listPartitions(
  ctx: Context,
  { cluster, topic }: z.output<typeof schema.topicInput>,
): Promise<z.output<typeof schema.partitions>> {
  const facts = await gatherTopics(ctx, cluster, topic)
  assertKnown(facts, topic)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).used(facts.asOf).lacks(...facts.degraded)
  if (facts.isListed && !facts.listings.has(topic)) return builder.answer({ rows: [], sizeSkew: null })
  const broker = needBroker(facts.access)
  const described = (await broker.budget.run("page", 1, () => broker.client.admin.topics.describe([topic], { timeoutMs: 5_000 }))).get(
    topic,
  )
  if (!described?.ok) throw new ApiError("SOURCE_FAILED", described?.error.message ?? "the broker did not describe the topic")
  const rows = described.value.partitions.map((partition) => viewPartition(facts, topic, partition))
  return builder.answer({ rows: rows.sort(worstFirst), sizeSkew: skewOf(facts.sizes.value?.topics.get(topic) ?? []) })
}

function viewPartition({ offsets, sizes }: TopicFacts, topic: string, info: PartitionInfo): PartitionRow {
  const ends = offsets.value?.topics.get(topic)?.[info.index]
  const isKnown = typeof ends?.start === "number" && typeof ends.end === "number"
  return {
    partition: info.index,
    ...healthOf(info),
    leader: info.leader ?? -1,
    leaderEpoch: info.leaderEpoch,
    replicas: info.replicas,
    isr: info.inSyncReplicas,
    startOffset: cellOf(ends?.start, offsets),
    endOffset: cellOf(ends?.end, offsets),
    records: cellOf(isKnown ? Math.max(0, (ends.end ?? 0) - (ends.start ?? 0)) : undefined, offsets),
    sizeBytes: cellOf(sizes.value?.topics.get(topic)?.[info.index], sizes),
  }
}

function healthOf({ leader, replicas, inSyncReplicas, offlineReplicas }: PartitionInfo): Pick<PartitionRow, "status" | "reason"> {
  if (leader === null) return { status: "bad", reason: "no leader: nothing can be read or written" }
  if (inSyncReplicas.length >= replicas.length) return { status: "ok", reason: "" }
  const missing = replicas.filter((id) => !inSyncReplicas.includes(id))
  const words = offlineReplicas.length > 0 ? "offline" : "behind"
  return { status: "warn", reason: `replica ${missing.join(", ")} is ${words}` }
}

function worstFirst(a: PartitionRow, b: PartitionRow): number {
  const rank = ({ status }: PartitionRow): number => (status === "bad" ? 0 : status === "warn" ? 1 : 2)
  return rank(a) - rank(b) || a.partition - b.partition
}

function skewOf(sizes: readonly number[]): number | null {
  const known = sizes.filter((size) => typeof size === "number")
  const mean = known.reduce((sum, size) => sum + size, 0) / known.length
  return known.length < 2 || mean === 0 ? null : Math.max(...known) / mean
}
