import type { z } from "zod"
import { transitionsIn } from "../../alerts/alert-log.ts"
import { spansOf } from "../../alerts/spans.ts"
import type { Context } from "../../context.ts"
import { type Degraded, EnvelopeBuilder } from "../../envelope.ts"
import { ApiError } from "../../errors.ts"
import { findCluster } from "../../sources/cluster.ts"
import { liveOnes, newestCell } from "../../sources/metrics/newest.ts"
import { type Line, type PanelQuery, type PanelSubject, panelQuery } from "../../sources/metrics/queries.ts"
import { gridOf, readSteps, type Steps } from "../../sources/metrics/range.ts"
import type { StoredSeries } from "../../sources/metrics/series-book.ts"
import { levelOf } from "./levels.ts"
import type * as schema from "./schema.ts"
import type { AlertSpan, Chart, Series } from "./schema.ts"

type RangeInput = z.output<typeof schema.rangeInput>

const lateMs = 45_000

export async function rangeOfMetrics(ctx: Context, input: RangeInput): Promise<z.output<typeof schema.rangeOutput>> {
  await findCluster(ctx.deps, input.cluster)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).lacks(...samplerFailures(ctx, input.cluster))
  const { sampledAt } = ctx.deps.sampler.state(input.cluster)
  if (sampledAt > 0) builder.used(sampledAt)
  return builder.answer(await drawChart(ctx, input, panelQuery(input.panel, input)))
}

interface Drawn {
  series: StoredSeries
  line: Line
  steps: Steps
  /** Its history is shown, and that it is one. */
  hasEnded: boolean
}

export interface ChartRange {
  cluster: string
  fromMs: number
  toMs: number
  maxPoints: number
  topic?: string
  group?: string
}

export async function drawChart(ctx: Context, range: ChartRange, query: PanelQuery): Promise<Chart> {
  const { cluster, fromMs, toMs, maxPoints } = range
  if (toMs <= fromMs) throw new ApiError("BAD_INPUT", "the range ends before it begins: toMs must be above fromMs", { path: "toMs" })
  const nowMs = ctx.deps.clock.wall()
  const grid = gridOf({ fromMs, toMs, nowMs, maxPoints })
  const found = query.lines.flatMap((line) => {
    const all = ctx.deps.series.select(cluster, line.metric, line.where)
    const live = new Set(liveOnes(all))
    return all.map((series) => ({ series, line, hasEnded: !live.has(series) }))
  })
  const steps = await readSteps(
    ctx.deps.store,
    found.map(({ series }) => series),
    grid,
  )
  const drawn = found
    .map((each): Drawn => ({ ...each, steps: steps.get(each.series.id) ?? { averages: [], peaks: [] } }))
    .filter(({ steps: { averages } }) => averages.some((value) => value !== null))
  const shown = query.lines.some(({ by }) => by !== undefined)
    ? drawn.toSorted((a, b) => Number(a.hasEnded) - Number(b.hasEnded) || weight(b) - weight(a)).slice(0, query.top)
    : drawn.slice(0, query.top)
  return {
    unit: query.unit,
    fromMs,
    toMs,
    stepMs: grid.stepMs,
    times: [...grid.times],
    series: shown.map((each, at) => viewSeries(each, { cluster, query, isFirst: at === 0 })),
    omitted: drawn.length - shown.length,
    capacity: capacityOf(ctx, cluster, query),
    threshold: levelOf(ctx, cluster, query),
    spans: await alertSpans(ctx, { ...range, nowMs }, query),
    tierMs: grid.tier.ms,
  }
}

/** The newest value counts, then the highest. */
function weight({ steps: { averages, peaks } }: Drawn): number {
  const newest = averages.findLast((value) => value !== null) ?? 0
  const highest = peaks.reduce<number>((max, value) => Math.max(max, value ?? 0), 0)
  return newest + highest * 1e-6
}

function viewSeries(
  { series, line, steps, hasEnded }: Drawn,
  { cluster, query, isFirst }: { cluster: string; query: PanelQuery; isFirst: boolean },
): Series {
  const subject = line.by === undefined ? undefined : series.labels[line.by]
  const differs = steps.peaks.some((peak, at) => peak !== steps.averages[at])
  return {
    id: `${series.metric} ${subject ?? line.name ?? ""}`.trim(),
    name: `${line.name ?? subject ?? series.metric}${hasEnded ? " (ended)" : ""}`,
    values: steps.averages,
    peaks: differs ? steps.peaks : null,
    isCulprit: isFirst && query.links !== null && query.lines.length === 1,
    link: query.links !== null && subject !== undefined ? { kind: query.links, cluster, name: subject } : null,
  }
}

function capacityOf(ctx: Context, cluster: string, { capacity }: PanelQuery): Chart["capacity"] {
  if (!capacity) return null
  const newest = liveOnes(ctx.deps.series.select(cluster, capacity.metric)).map((series) => series.newest)
  const known = newest.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? null : { value: Math.min(...known), label: capacity.label }
}

async function alertSpans(
  ctx: Context,
  { cluster, fromMs, toMs, nowMs, topic, group }: ChartRange & { nowMs: number },
  { ruleKinds }: PanelQuery,
): Promise<AlertSpan[]> {
  if (ruleKinds.length === 0) return []
  const names = new Set(ctx.deps.alerts.statuses(cluster).flatMap(({ rule }) => (ruleKinds.includes(rule.kind) ? [rule.name] : [])))
  const events = (await transitionsIn(ctx.deps.store, cluster, { toMs })).filter(({ rule }) => names.has(rule))
  const own = events.filter(({ subject }) => {
    const labels = JSON.parse(subject) as Record<string, string>
    return (group === undefined || labels.group === group) && (topic === undefined || labels.topic === topic)
  })
  return spansOf(own, { fromMs, toMs, nowMs })
}

function samplerFailures(ctx: Context, cluster: string): Degraded[] {
  const { sampledAt, intervalMs, failures, omitted } = ctx.deps.sampler.state(cluster)
  const nowMs = ctx.deps.clock.wall()
  const of = (code: string, message: string, scope = `cluster:${cluster}`): Degraded => ({
    source: "metrics",
    scope,
    code,
    message,
    retryAt: null,
  })
  return [
    ...(sampledAt > 0 && nowMs - sampledAt > Math.max(lateMs, 2 * intervalMs)
      ? [of("LATE", "sampling is behind: the newest points are missing")]
      : []),
    ...(omitted > 0 ? [of("TOO_MANY_SERIES", `${omitted} series are not sampled`)] : []),
    ...failures.map(({ scope, code, message }) => of(code, message, scope)),
  ]
}

export async function latestMetrics(ctx: Context, input: z.output<typeof schema.latestInput>): Promise<z.output<typeof schema.latest>> {
  await findCluster(ctx.deps, input.cluster)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).lacks(...samplerFailures(ctx, input.cluster))
  const { sampledAt } = ctx.deps.sampler.state(input.cluster)
  if (sampledAt > 0) builder.used(sampledAt)
  return builder.answer(input.panels.map((panel) => ({ panel, ...latestOf(ctx, input, panelQuery(panel, input)) })))
}

function latestOf(ctx: Context, { cluster }: PanelSubject & { cluster: string }, query: PanelQuery) {
  const view = { book: ctx.deps.series, cluster, nowMs: ctx.deps.clock.wall() }
  const series = query.lines.flatMap((line) =>
    liveOnes(ctx.deps.series.select(cluster, line.metric, line.where)).map(({ metric, labels }) => {
      const subject = line.by === undefined ? undefined : labels[line.by]
      return {
        id: `${metric} ${subject ?? line.name ?? ""}`.trim(),
        name: line.name ?? subject ?? metric,
        value: newestCell(view, metric, labels),
      }
    }),
  )
  return { unit: query.unit, series: series.slice(0, query.top) }
}
