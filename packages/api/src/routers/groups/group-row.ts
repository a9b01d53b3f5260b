// One row of the groups list, and what is wrong with a group.
import type { Context } from "../../context.ts"
import type { Cell } from "../../envelope.ts"
import type { GroupLag } from "../../sources/broker/lag.ts"
import type { GroupSnapshot } from "../../sources/broker/snapshots.ts"
import { tiers } from "../../sources/metrics/chunk.ts"
import { metric } from "../../sources/metrics/names.ts"
import { type MetricView, trendOf } from "../../sources/metrics/newest.ts"
import { pointsInMemory } from "../../sources/metrics/series-book.ts"
import type { Problem, Status } from "../../view-model.ts"
import type { GroupRow } from "./schema.ts"

export interface GroupFacts {
  snapshot: GroupSnapshot
  lag: GroupLag
  metrics: MetricView
  /** Rules that fire for it. */
  firing: ReadonlySet<string>
}

/** A group is stalled when records wait and no commit moved for this long. */
export const stallMs = 15 * 60_000
const slopeMs = 5 * 60_000

export function viewGroup(facts: GroupFacts): GroupRow {
  const { snapshot, lag, metrics } = facts
  const problems = groupProblems(facts)
  const none: { missing: "NEVER" | "NOT_READ" } = { missing: snapshot.commits !== null && !lag.hasCommits ? "NEVER" : "NOT_READ" }
  return {
    group: snapshot.id,
    state: snapshot.state,
    status: problems.some(({ status }) => status === "bad")
      ? "bad"
      : problems.length > 0
        ? "warn"
        : groupStatus({ snapshot, isStalled: false }),
    type: snapshot.type,
    problems,
    members: snapshot.members?.length ?? { missing: "NOT_READ" },
    topics: [...new Set(lag.partitions.map(({ topic }) => topic))].sort(),
    lagRecords: lag.lagRecords ?? none,
    lagSeconds: lag.lagSeconds ?? (lag.lagRecords === null ? none : { missing: "NO_SAMPLES" }),
    lagPerSecond: slopeOf(metrics, snapshot.id),
    isStalled: problems.some(({ code }) => code === "STALLED"),
    trend: trendOf(metrics, metric.groupLagRecords, { group: snapshot.id }),
  }
}

export function groupStatus({ snapshot, isStalled }: { snapshot: GroupSnapshot; isStalled: boolean }): Status {
  if (isStalled) return "bad"
  switch (snapshot.state) {
    case "Stable":
      return "ok"
    case "Empty":
    case "Dead":
      return "off"
    case "PreparingRebalance":
    case "CompletingRebalance":
    case "Assigning":
    case "Reconciling":
      return "busy"
    default:
      return "unknown"
  }
}

export function groupProblems({ snapshot, lag, metrics, firing }: GroupFacts): Problem[] {
  const problems: Problem[] = []
  if (firing.has("RivvenConsumerLosesData")) problems.push({ status: "bad", code: "LOSES_DATA", text: "loses data soon" })
  if (isStalled(lag, metrics)) problems.push({ status: "bad", code: "STALLED", text: "stalled" })
  if (firing.has("RivvenHighLag")) problems.push({ status: "warn", code: "HIGH_LAG", text: "high lag" })
  for (const rule of firing)
    if (!knownRules.has(rule)) problems.push({ status: "warn", code: "ALERT", text: `${rule.replace(/^Rivven/, "")} of ${snapshot.id}` })
  return problems
}

const knownRules: ReadonlySet<string> = new Set(["RivvenConsumerLosesData", "RivvenHighLag", "RivvenConsumerStalled"])

/** Records wait on a partition, and its committed offset was seen standing still for the whole time. */
function isStalled(lag: GroupLag, { book, cluster, nowMs }: MetricView): boolean {
  const [fine] = tiers
  return lag.partitions.some(({ topic, partition, lagRecords }) => {
    if (!lagRecords || !fine) return false
    const series = book.get({ cluster, metric: metric.committedOffset, labels: { group: lag.group, topic, partition: String(partition) } })
    const points = series ? pointsInMemory(series, fine, { fromMs: nowMs - stallMs, toMs: nowMs }) : []
    const first = points[0]
    return first !== undefined && nowMs - first[0] >= stallMs - 2 * fine.ms && points.every(([, value]) => value === first[1])
  })
}

/** Change of the lag, records a second over five minutes. */
function slopeOf({ book, cluster, nowMs }: MetricView, group: string): Cell<number> {
  const [fine] = tiers
  const series = book.get({ cluster, metric: metric.groupLagRecords, labels: { group } })
  const points = series && fine ? pointsInMemory(series, fine, { fromMs: nowMs - slopeMs, toMs: nowMs }) : []
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || last[0] === first[0]) return { missing: "NO_SAMPLES" }
  return (last[1] - first[1]) / ((last[0] - first[0]) / 1000)
}

/** Rules that fire, by group. */
export function firingGroups(ctx: Context, cluster: string): Map<string, Set<string>> {
  const firing = new Map<string, Set<string>>()
  for (const { rule, instances } of ctx.deps.alerts.statuses(cluster))
    for (const { labels, state } of instances) {
      if (state !== "firing" || labels.group === undefined) continue
      const rules = firing.get(labels.group) ?? new Set()
      firing.set(labels.group, rules.add(rule.name))
    }
  return firing
}
