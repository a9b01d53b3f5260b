// What is wrong in a cluster, worst first: one row per thing, each with a sentence that says it and links to it.
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { isOutage, troubleLead } from "../../sources/broker/outage.ts"
import type { Problem, Sentence } from "../../view-model.ts"
import { counted, durationWords } from "../../words.ts"
import { alertRows } from "../alerts/alerts.ts"
import type { AlertRow } from "../alerts/schema.ts"
import { type GroupsFacts, gatherGroups } from "../groups/group-facts.ts"
import { groupProblems } from "../groups/group-row.ts"
import { conditionOf } from "../topics/rollout.ts"
import { gatherTopics, type TopicFacts, topicNames } from "../topics/topic-facts.ts"
import { topicProblems } from "../topics/topic-problems.ts"
import type * as schema from "./schema.ts"
import type { ProblemRow } from "./schema.ts"

type Input = z.output<typeof schema.clusterInput>

/** Alerts that their subject's own problems already tell. */
const toldBySubject: ReadonlySet<Problem["code"]> = new Set(["HIGH_LAG", "STALLED", "LOSES_DATA", "ALERT"])

export async function listProblems(ctx: Context, { cluster }: Input): Promise<z.output<typeof schema.problems>> {
  const { rows, counts, facts } = await gatherProblems(ctx, cluster)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall())
  for (const { asOf, degraded } of facts) builder.used(asOf).lacks(...degraded)
  return builder.answer({ rows, counts })
}

export interface Problems {
  rows: ProblemRow[]
  counts: { topics: number; groups: number; alerts: number }
  facts: [TopicFacts, GroupsFacts]
}

export async function gatherProblems(ctx: Context, cluster: string): Promise<Problems> {
  const facts = await Promise.all([gatherTopics(ctx, cluster), gatherGroups(ctx, cluster)])
  const [topics, groups] = facts
  const topicRows = topicNames(topics).flatMap((name) => topicRowsOf(cluster, topics, name))
  const groupRows = [...groups.groups].flatMap(([id, group]) => groupRowsOf({ cluster, id, group, alerts: alertRows(ctx, cluster) }))
  const firing = alertRows(ctx, cluster).filter(({ state }) => state === "firing")
  const rest = firing.filter(({ subject }) => subject.kind === "cluster" || subject.kind === "resource").map((row) => alertRow(row))
  const rows = [...unreachable(cluster, topics), ...topicRows, ...groupRows, ...rest]
  return {
    rows: rows.sort(
      (a, b) =>
        Number(a.status === "warn") - Number(b.status === "warn") ||
        (a.since ?? Number.POSITIVE_INFINITY) - (b.since ?? Number.POSITIVE_INFINITY),
    ),
    counts: {
      topics: new Set(topicRows.map(({ title }) => title)).size,
      groups: new Set(groupRows.map(({ title }) => title)).size,
      alerts: firing.length,
    },
    facts,
  }
}

function unreachable(cluster: string, { degraded }: TopicFacts): ProblemRow[] {
  const failure = degraded.find(({ source, scope }) => source === "broker" && scope === `cluster:${cluster}`)
  if (!failure) return []
  const sentence: Sentence = [{ text: troubleLead(failure) }, { text: failure.message, isStrong: true }]
  return [
    {
      id: "unreachable",
      status: "bad",
      code: "UNREACHABLE",
      text: isOutage(failure.code) ? "unreachable" : "broker error",
      subject: { kind: "cluster", cluster, name: cluster },
      title: cluster,
      sentence,
      since: null,
    },
  ]
}

function topicRowsOf(cluster: string, facts: TopicFacts, name: string): ProblemRow[] {
  return topicProblems(facts, name)
    .filter(({ code }) => !toldBySubject.has(code))
    .map((problem) => {
      const resource = facts.resources.get(name)
      const condition = resource && conditionOf(resource.object, problem.code === "DRIFT" ? "Drifted" : "Ready")
      const isOfResource = problem.code === "DRIFT" || problem.code === "NOT_READY"
      return {
        ...problem,
        id: `topic ${name} ${problem.code}`,
        subject: { kind: "topic" as const, cluster, name },
        title: name,
        sentence:
          isOfResource && condition ? [{ text: `${problem.text}. ` }, { text: condition.message }] : [{ text: topicSentence(problem) }],
        since: isOfResource ? (condition?.changedAt ?? null) : null,
      }
    })
}

function topicSentence({ code, text }: Problem): string {
  switch (code) {
    case "OFFLINE":
      return `${text}: nothing can be read or written there`
    case "UNDER_REPLICATED":
      return `${text}: writes are safe, one more loss may not be`
    default:
      return text
  }
}

interface GroupAbout {
  cluster: string
  id: string
  group: Parameters<typeof groupProblems>[0]
  alerts: readonly AlertRow[]
}

function groupRowsOf({ cluster, id, group, alerts }: GroupAbout): ProblemRow[] {
  const own = alerts.filter(({ subject, state }) => state === "firing" && subject.kind === "group" && subject.name === id)
  return groupProblems(group).map((problem) => ({
    ...problem,
    id: `group ${id} ${problem.code} ${problem.text}`,
    subject: { kind: "group" as const, cluster, name: id },
    title: id,
    sentence: groupSentence(problem, group),
    since: own.reduce<number | null>((oldest, { pendingSince }) => Math.min(oldest ?? pendingSince, pendingSince), null),
  }))
}

function groupSentence({ code, text }: Problem, { lag }: GroupAbout["group"]): Sentence {
  const records = counted(lag.lagRecords ?? 0, "record")
  const seconds = lag.lagSeconds === null ? "" : `, ${durationWords(lag.lagSeconds * 1000)}`
  switch (code) {
    case "STALLED":
      return [{ text: "commits nothing while " }, { text: `${records}${seconds}`, isStrong: true }, { text: " wait" }]
    case "HIGH_LAG":
      return [{ text: "is " }, { text: `${records}${seconds}`, isStrong: true }, { text: " behind" }]
    case "LOSES_DATA":
      return [{ text: "will lose unread records to retention" }]
    default:
      return [{ text }]
  }
}

function alertRow({ id, severity, subject, summary, pendingSince, rule }: AlertRow): ProblemRow {
  const isDisk = rule.includes("Disk")
  return {
    id: `alert ${id}`,
    status: severity === "critical" ? "bad" : "warn",
    code: isDisk ? "DISK" : "ALERT",
    text: rule,
    subject,
    title: subject.name,
    sentence: [{ text: summary }],
    since: pendingSince,
  }
}
