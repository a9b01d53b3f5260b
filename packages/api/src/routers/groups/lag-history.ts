import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { findCluster } from "../../sources/cluster.ts"
import { metric } from "../../sources/metrics/names.ts"
import { newestCell, numberOf } from "../../sources/metrics/newest.ts"
import { panelQuery } from "../../sources/metrics/queries.ts"
import { gridOf, readSteps } from "../../sources/metrics/range.ts"
import { drawChart } from "../metrics/metrics.ts"
import type { Series } from "../metrics/schema.ts"
import type * as schema from "./schema.ts"
import type { LagHistory } from "./schema.ts"

type Input = z.output<typeof schema.lagInput>

const heatmapRows = 64
const heatmapCells = 48
const partitionLines = 5

export async function describeLag(ctx: Context, input: Input): Promise<LagHistory> {
  await findCluster(ctx.deps, input.cluster)
  const { sampledAt } = ctx.deps.sampler.state(input.cluster)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall())
  if (sampledAt > 0) builder.used(sampledAt)
  const total = await drawChart(ctx, input, panelQuery(input.unit === "records" ? "lag-records" : "lag-seconds", { group: input.group }))
  const partitions = await drawChart(ctx, input, {
    unit: input.unit,
    lines: [{ metric: partitionMetric(input), where: { group: input.group }, by: "partition" }],
    top: partitionLines,
    ruleKinds: [],
    links: null,
  })
  // The worst partition alone is the total: it would be drawn twice.
  const lines = partitions.series.length > 1 ? partitionSeries(ctx, input, partitions.series) : []
  return builder.answer({
    chart: { ...total, series: [...total.series, ...lines], omitted: partitions.omitted },
    heatmap: await heatmap(ctx, input),
  })
}

function partitionMetric({ unit }: Input): string {
  return unit === "records" ? metric.lagRecords : metric.lagSeconds
}

function partitionSeries(ctx: Context, input: Input, series: readonly Series[]): Series[] {
  const topics = new Set(
    ctx.deps.series.select(input.cluster, partitionMetric(input), { group: input.group }).map(({ labels }) => labels.topic),
  )
  return series.map((line) => ({
    ...line,
    id: `partition ${line.id}`,
    name: topics.size > 1 ? line.name : `partition ${line.name}`,
    isCulprit: false,
  }))
}

async function heatmap(ctx: Context, input: Input): Promise<LagHistory["data"]["heatmap"]> {
  const view = { book: ctx.deps.series, cluster: input.cluster, nowMs: ctx.deps.clock.wall() }
  const name = partitionMetric(input)
  const all = ctx.deps.series
    .select(input.cluster, name, { group: input.group })
    .map((series) => ({ series, now: newestCell(view, name, series.labels) }))
  const sorted = all.toSorted((a, b) => (numberOf(b.now) ?? -1) - (numberOf(a.now) ?? -1))
  const shown = sorted.slice(0, heatmapRows)
  const grid = gridOf({ ...input, nowMs: view.nowMs, maxPoints: heatmapCells })
  const steps = await readSteps(
    ctx.deps.store,
    shown.map(({ series }) => series),
    grid,
  )
  const rows = shown
    .map(({ series, now }) => ({
      topic: series.labels.topic ?? "",
      partition: Number(series.labels.partition ?? 0),
      values: steps.get(series.id)?.averages ?? [],
      now,
    }))
    .filter(({ values }) => values.some((value) => value !== null))
  const max = rows.flatMap(({ values }) => values).reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0)
  return { stepMs: grid.stepMs, times: [...grid.times], max, rows, omitted: all.length - shown.length }
}
