import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { compareBy, matchesFilter } from "../../list-page.ts"
import { configNumber } from "../../sources/broker/topic-configs.ts"
import { metric } from "../../sources/metrics/names.ts"
import { numberOf } from "../../sources/metrics/newest.ts"
import type * as schema from "./schema.ts"
import { gatherTopics, sizeOf, type TopicFacts, topicNames } from "./topic-facts.ts"
import { topicProblems } from "./topic-problems.ts"
import { rateCell, viewManagement, viewTopic, worstStatus } from "./topic-row.ts"

type Input = z.output<typeof schema.listInput>

/** Configs of rows may be this old. */
const configAgeMs = 15_000
/** A list is sorted by a config only when all of them can be read in one request. */
const maxSortedByConfig = 1_000

export async function listTopics(ctx: Context, input: Input): Promise<z.output<typeof schema.list>> {
  const facts = await gatherTopics(ctx, input.cluster)
  const candidates = topicNames(facts).map((name) => candidate(facts, name))
  const visible = candidates.filter(({ isInternal }) => input.withInternal || !isInternal)
  const matching = visible.filter(({ name, labels }) => matchesFilter(input.filter, { name, labels }))
  if (input.sortBy === "retentionMs")
    await readConfigs(
      facts,
      matching.slice(0, maxSortedByConfig).map(({ name }) => name),
    )
  const page = ctx.deps.orders.page(input, () => sorted(facts, matching.filter(inView(input.view)), input).map(({ name }) => name))
  const configs = await readConfigs(facts, page.keys)
  const rows = page.keys.map((name) => viewTopic(facts, name, configs.get(name) ?? { entries: undefined, isFresh: false, asOf: 0 }))
  return new EnvelopeBuilder(ctx.deps.clock.wall())
    .used(facts.asOf)
    .lacks(...facts.degraded, ...configFailures(facts, configs))
    .answer({
      revision: page.revision,
      total: visible.length,
      matching: page.matching,
      nextCursor: page.nextCursor,
      rows,
      counts: {
        all: matching.length,
        problems: matching.filter(inView("problems")).length,
        unmanaged: matching.filter(inView("unmanaged")).length,
        internal: candidates.filter(({ isInternal }) => isInternal).length,
      },
    })
}

type Candidate = ReturnType<typeof candidate>

function candidate(facts: TopicFacts, name: string) {
  const problems = topicProblems(facts, name)
  const resource = facts.resources.get(name)
  return {
    name,
    isInternal: facts.listings.get(name)?.isInternal ?? name.startsWith("__"),
    severity: { bad: 2, warn: 1 }[worstStatus(problems) as string] ?? 0,
    isManaged: resource !== undefined,
    labels: resource?.object.spec.topicLabels ?? {},
  }
}

function inView(view: Input["view"]): (topic: Candidate) => boolean {
  switch (view) {
    case "all":
      return () => true
    case "problems":
      return ({ severity }) => severity > 0
    case "unmanaged":
      return ({ isManaged }) => !isManaged
  }
}

function sorted(facts: TopicFacts, topics: readonly Candidate[], { sortBy, isDescending }: Input): Candidate[] {
  const byName = compareBy<Candidate>(({ name }) => name, sortBy === "name" && isDescending)
  const byKey = compareBy<Candidate>((topic) => sortValue(facts, topic, sortBy), isDescending !== (sortBy === "problems"))
  return sortBy === "name" ? topics.toSorted(byName) : topics.toSorted((a, b) => byKey(a, b) || byName(a, b))
}

function sortValue(facts: TopicFacts, { name, severity }: Candidate, sortBy: Input["sortBy"]): number | string | undefined {
  const listing = facts.listings.get(name)
  switch (sortBy) {
    case "problems":
      return severity
    case "name":
      return name
    case "partitions":
      return listing?.partitionCount
    case "replicationFactor":
      return listing?.replicationFactor
    case "bytesInPerSecond":
      return numberOf(rateCell(facts, metric.topicBytesIn, name))
    case "recordsInPerSecond":
      return numberOf(rateCell(facts, metric.topicRecordsIn, name))
    case "sizeBytes":
      return numberOf(sizeOf(facts, name))
    case "retentionMs":
      return endless(configNumber(facts.broker?.configs.peek(name), "retention.ms"))
    case "lagSeconds":
      return maxOf((facts.lags.get(name) ?? []).flatMap(({ lagSeconds }) => lagSeconds ?? []))
    case "managedBy":
      return ownerOf(facts, name)
  }
}

function ownerOf(facts: TopicFacts, name: string): string {
  const management = viewManagement(facts.resources.get(name))
  return management.state === "managed" ? management.owner : "unmanaged"
}

function endless(retentionMs: number | undefined): number | undefined {
  return retentionMs === -1 ? Number.POSITIVE_INFINITY : retentionMs
}

function maxOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values)
}

type ConfigViews = Map<
  string,
  { entries: Parameters<typeof configNumber>[0]; isFresh: boolean; asOf: number; failure?: { code: string; message: string } }
>

async function readConfigs({ broker, listings }: TopicFacts, names: readonly string[]): Promise<ConfigViews> {
  const existing = names.filter((name) => listings.has(name))
  if (!broker || existing.length === 0) return new Map()
  const reads = await broker.configs.read(existing, { maxAgeMs: configAgeMs, priority: "page" })
  return new Map([...reads].map(([name, { entries, asOf, failure }]) => [name, { entries, asOf, isFresh: failure === undefined, failure }]))
}

function configFailures(facts: TopicFacts, configs: ConfigViews) {
  const failed = [...configs.values()].find(({ failure }) => failure !== undefined)?.failure
  return failed ? [{ source: "broker" as const, scope: `cluster:${facts.access.name}`, ...pick(failed), retryAt: null }] : []
}

function pick({ code, message }: { code: string; message: string }) {
  return { code, message }
}
