import type { z } from "zod"
import type { Context } from "../../context.ts"
import { type Cell, EnvelopeBuilder } from "../../envelope.ts"
import { isOutage } from "../../sources/broker/outage.ts"
import { cellOf } from "../../sources/broker/reading.ts"
import { metric } from "../../sources/metrics/names.ts"
import { newestCell, numberOf } from "../../sources/metrics/newest.ts"
import { counted } from "../../words.ts"
import type { GroupsFacts } from "../groups/group-facts.ts"
import { groupProblems, viewGroup } from "../groups/group-row.ts"
import type { TopicFacts } from "../topics/topic-facts.ts"
import { diskOf } from "./disk.ts"
import { gatherProblems } from "./problems.ts"
import type * as schema from "./schema.ts"
import type { Overview } from "./schema.ts"
import { verdictOf } from "./verdict.ts"

type Input = z.output<typeof schema.clusterInput>
type Tile = Overview["data"]["tiles"]["topics"]

const top = 5
const unread: Cell<number> = { missing: "NOT_READ" }

export async function describeOverview(ctx: Context, { cluster }: Input): Promise<Overview> {
  const problems = await gatherProblems(ctx, cluster)
  const [topics, groups] = problems.facts
  const disk = diskOf(ctx, cluster)
  const view = topics.metrics
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall())
  for (const { asOf, degraded } of problems.facts) builder.used(asOf).lacks(...degraded)
  return builder.answer({
    verdict: verdictOf({ problems: problems.rows, topics, disk, cluster }),
    tiles: {
      ...topicTiles(topics),
      ...groupTiles(groups),
      alertsFiring: alertTile(ctx, cluster, problems.counts.alerts),
      brokers: brokerTile(topics),
    },
    throughput: {
      bytesInPerSecond: newestCell(view, metric.bytesIn, {}),
      bytesOutPerSecond: newestCell(view, metric.bytesOut, {}),
      recordsInPerSecond: newestCell(view, metric.recordsIn, {}),
    },
    disk,
    lag: lagOf(groups),
    busiest: busiestTopics(topics),
  })
}

function topicTiles(facts: TopicFacts): Pick<Overview["data"]["tiles"], "topics" | "partitionsOffline" | "partitionsUnderReplicated"> {
  const listings = [...facts.listings.values()]
  const own = listings.filter(({ isInternal }) => !isInternal)
  const sum = (of: (topic: (typeof listings)[number]) => number): Cell<number> =>
    facts.isListed ? listings.reduce((total, topic) => total + of(topic), 0) : unread
  const partitions = sum(({ partitionCount }) => partitionCount)
  const unmanaged = own.filter(({ name }) => !facts.resources.has(name)).length
  return {
    topics: {
      status: facts.isListed ? "ok" : "unknown",
      value: facts.isListed ? own.length : unread,
      of: null,
      note: unmanaged === 0 ? "all managed" : `${unmanaged} unmanaged`,
    },
    partitionsOffline: countTile(
      sum(({ offlinePartitions }) => offlinePartitions),
      { of: partitions, isBad: true, good: "all have a leader" },
    ),
    partitionsUnderReplicated: countTile(
      sum(({ underReplicatedPartitions }) => underReplicatedPartitions),
      { of: partitions, isBad: false, good: "writes are safe" },
    ),
  }
}

function countTile(value: Cell<number>, { of, isBad, good }: { of: Cell<number>; isBad: boolean; good: string }): Tile {
  const count = numberOf(value)
  if (count === undefined) return { status: "unknown", value, of, note: "" }
  if (count === 0) return { status: "ok", value, of, note: good }
  return { status: isBad ? "bad" : "warn", value, of, note: "" }
}

function groupTiles({ groups, isListed }: GroupsFacts): Pick<Overview["data"]["tiles"], "groups" | "groupsStalled"> {
  const all = [...groups.values()]
  const active = all.filter(({ snapshot }) => (snapshot.members?.length ?? 0) > 0).length
  const stalled = all.filter((facts) => groupProblems(facts).some(({ code }) => code === "STALLED"))
  const total: Cell<number> = isListed ? all.length : unread
  const names = stalled.slice(0, 2).map(({ snapshot }) => snapshot.id)
  return {
    groups: { status: isListed ? "ok" : "unknown", value: total, of: null, note: `${active} active` },
    groupsStalled: {
      status: stalled.length > 0 ? "bad" : isListed ? "ok" : "unknown",
      value: isListed ? stalled.length : unread,
      of: total,
      note: stalled.length > 0 ? names.join(", ") : "commits move",
    },
  }
}

function alertTile(ctx: Context, cluster: string, firing: number): Tile {
  const statuses = ctx.deps.alerts.statuses(cluster)
  if (ctx.deps.alerts.evaluatedAt(cluster) === null)
    return { status: "unknown", value: { missing: "NO_SAMPLES" }, of: null, note: "not evaluated yet" }
  const pending = statuses.flatMap(({ instances }) => instances.filter(({ state }) => state === "pending")).length
  const canFire = statuses.filter(({ state }) => state !== "cannot-fire").length
  return {
    status: firing > 0 ? "bad" : pending > 0 ? "warn" : "ok",
    value: firing,
    of: null,
    note: pending > 0 ? `${pending} pending` : `${counted(canFire, "rule")} can fire`,
  }
}

function brokerTile({ broker }: TopicFacts): Tile {
  const read = broker?.peek().metadata
  if (!read) return { status: "unknown", value: unread, of: null, note: "no address is known" }
  const value = cellOf(read.value?.brokers.length, read)
  return {
    status: read.failure ? "bad" : "ok",
    value,
    of: null,
    note: read.failure ? (isOutage(read.failure.code) ? "does not answer" : "answers with an error") : "answering",
  }
}

function lagOf({ groups, isListed }: GroupsFacts): Overview["data"]["lag"] {
  const rows = [...groups.values()].map(viewGroup)
  const known = rows.flatMap(({ lagRecords }) => numberOf(lagRecords) ?? [])
  const worst = rows.toSorted((a, b) => (numberOf(b.lagRecords) ?? -1) - (numberOf(a.lagRecords) ?? -1)).slice(0, top)
  return {
    totalRecords: isListed ? known.reduce((sum, value) => sum + value, 0) : unread,
    worst: worst.map(({ group, lagRecords, lagSeconds, status }) => ({ group, lagRecords, lagSeconds, status })),
  }
}

function busiestTopics({ metrics, listings }: TopicFacts): Overview["data"]["busiest"] {
  const rates = [...listings.keys()].flatMap((topic) => {
    const rate = numberOf(newestCell(metrics, metric.topicBytesIn, { topic }))
    return rate === undefined || rate === 0 ? [] : [{ topic, bytesInPerSecond: rate }]
  })
  return rates.sort((a, b) => b.bytesInPerSecond - a.bytesInPerSecond).slice(0, top)
}
