import { type AlertStatus, alerts } from "@rivven/resources"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { ApiError } from "../../errors.ts"
import type { PartitionLag } from "../../sources/broker/lag.ts"
import { metric } from "../../sources/metrics/names.ts"
import { newestCell, numberOf } from "../../sources/metrics/newest.ts"
import { type GroupsFacts, gatherGroups } from "./group-facts.ts"
import { type GroupFacts, viewGroup } from "./group-row.ts"
import type * as schema from "./schema.ts"
import type { GroupDetails, GroupOffset, Member } from "./schema.ts"

type Input = z.output<typeof schema.groupInput>

export async function describeGroup(ctx: Context, { cluster, group }: Input): Promise<z.output<typeof schema.get>> {
  const all = await gatherGroups(ctx, cluster, group)
  const facts = find(all, cluster, group)
  const { snapshot, lag, metrics } = facts
  const row = viewGroup(facts)
  const coordinator = all.broker?.peek().metadata.value?.brokers.find(({ id }) => id === snapshot.coordinator)
  const topics = [...new Set(lag.partitions.map(({ topic }) => topic))]
  const written = topics.flatMap((topic) => numberOf(newestCell(metrics, metric.topicRecordsIn, { topic })) ?? [])
  const read = newestCell(metrics, metric.groupRecordsRead, { group })
  const details: GroupDetails = {
    ...row,
    protocolType: snapshot.protocolType,
    protocol: snapshot.protocol,
    coordinator: coordinator ? { id: coordinator.id, host: coordinator.host, port: coordinator.port } : null,
    offsets: lag.partitions.map(viewOffset),
    neverCommitted: lag.partitions.filter(({ committed }) => committed === null).length,
    recordsReadPerSecond: read,
    recordsWrittenPerSecond:
      written.length === topics.length && topics.length > 0 ? written.reduce((sum, value) => sum + value, 0) : { missing: "NO_SAMPLES" },
    msToZero: msToZero(lag.lagRecords, numberOf(row.lagPerSecond)),
    alert: lagAlert(ctx.deps.alerts.statuses(cluster), group),
  }
  return new EnvelopeBuilder(ctx.deps.clock.wall())
    .used(all.asOf)
    .lacks(...all.degraded)
    .answer(details)
}

function find({ groups, isListed }: GroupsFacts, cluster: string, group: string): GroupFacts {
  const facts = groups.get(group)
  if (facts) return facts
  if (!isListed) throw new ApiError("SOURCE_FAILED", `the groups of ${cluster} could not be read`)
  throw new ApiError("NOT_FOUND", `the cluster ${cluster} has no group ${group}`, { path: "group" })
}

function viewOffset({ topic, partition, committed, start, end, lagRecords, lagSeconds, memberId }: PartitionLag): GroupOffset {
  const never = committed === null ? ("NEVER" as const) : ("NOT_READ" as const)
  return {
    topic,
    partition,
    committedOffset: committed,
    startOffset: start ?? { missing: "NOT_READ" },
    endOffset: end ?? { missing: "NOT_READ" },
    lagRecords: lagRecords ?? { missing: never },
    lagSeconds: lagSeconds ?? { missing: committed === null ? "NEVER" : "NO_SAMPLES" },
    memberId,
    status: offsetStatus({ committed, start, lagRecords, memberId }),
  }
}

function offsetStatus({
  committed,
  start,
  lagRecords,
  memberId,
}: Pick<PartitionLag, "committed" | "start" | "lagRecords" | "memberId">): GroupOffset["status"] {
  if (committed === null || lagRecords === null) return "unknown"
  // Retention took records that were not read.
  if (start !== null && committed < start) return "bad"
  return memberId === null && lagRecords > 0 ? "off" : "ok"
}

function msToZero(lagRecords: number | null, perSecond: number | undefined): number | null {
  if (lagRecords === null || perSecond === undefined) return null
  if (lagRecords === 0) return 0
  return perSecond >= 0 ? null : (lagRecords / -perSecond) * 1000
}

/** The rule about lag that this group is furthest along in; its threshold is drawn even while it is quiet. */
export function lagAlert(statuses: readonly AlertStatus[], group: string): GroupDetails["alert"] {
  const rule = statuses.find((status) => status.rule.kind === "highLag")
  if (!rule) {
    const builtIn = alerts.builtInRules.find(({ kind }) => kind === "highLag")
    return builtIn ? { rule: builtIn.name, state: "inactive", since: null, threshold: Number(builtIn.params.records) } : null
  }
  const own = rule.instances.filter(({ labels }) => labels.group === group)
  const worst = own.find(({ state }) => state === "firing") ?? own[0]
  return {
    rule: rule.rule.name,
    state: worst?.state ?? "inactive",
    since: worst?.activeSinceMs ?? null,
    threshold: Number(rule.rule.params.records),
  }
}

export async function listAssignments(ctx: Context, { cluster, group }: Input): Promise<z.output<typeof schema.assignments>> {
  const all = await gatherGroups(ctx, cluster, group)
  const { snapshot, lag } = find(all, cluster, group)
  const members = (snapshot.members ?? []).map((member): Member => {
    const own = lag.partitions.filter(({ memberId }) => memberId === member.memberId)
    const known = own.flatMap(({ lagRecords }) => (lagRecords === null ? [] : [lagRecords]))
    return {
      memberId: member.memberId,
      instanceId: member.instanceId,
      clientId: member.clientId,
      host: member.host.replace(/^\//, ""),
      partitions: byTopic(own),
      lagRecords: known.length === 0 && own.length > 0 ? { missing: "NEVER" } : known.reduce((sum, value) => sum + value, 0),
    }
  })
  const lagOf = ({ lagRecords }: Member): number => (typeof lagRecords === "number" ? lagRecords : -1)
  return new EnvelopeBuilder(ctx.deps.clock.wall())
    .used(all.asOf)
    .lacks(...all.degraded)
    .answer({
      members: members.sort((a, b) => lagOf(b) - lagOf(a)),
      unassigned: byTopic(lag.partitions.filter(({ memberId }) => memberId === null)),
    })
}

function byTopic(partitions: readonly PartitionLag[]): { topic: string; partitions: number[] }[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)]
    .map(([topic, own]) => ({ topic, partitions: own.map(({ partition }) => partition).sort((a, b) => a - b) }))
    .sort((a, b) => (a.topic < b.topic ? -1 : 1))
}
