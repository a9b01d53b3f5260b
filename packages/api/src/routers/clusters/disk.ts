import type { Context } from "../../context.ts"
import { tiers } from "../../sources/metrics/chunk.ts"
import { metric } from "../../sources/metrics/names.ts"
import { liveOnes, newestCell, numberOf } from "../../sources/metrics/newest.ts"
import { pointsInMemory } from "../../sources/metrics/series-book.ts"
import type { Overview } from "./schema.ts"

type Disk = Overview["data"]["disk"]

const trendMs = 6 * 3_600_000
const enoughMs = 15 * 60_000
const warnRatio = 0.85
const badRatio = 0.95

/** The fullest disk of the cluster, and when it is full at the rate of the last hours. */
export function diskOf({ deps }: Context, cluster: string): Disk {
  const view = { book: deps.series, cluster, nowMs: deps.clock.wall() }
  const used = liveOnes(deps.series.select(cluster, metric.storageUsed)).map(({ labels }) => ({
    labels,
    used: newestCell(view, metric.storageUsed, labels),
    total: newestCell(view, metric.storageTotal, labels),
  }))
  const fullest = used.toSorted((a, b) => ratioOf(b) - ratioOf(a))[0]
  const isReadOnly = liveOnes(deps.series.select(cluster, metric.logDirReadOnly)).some(({ newest }) => newest === 1)
  if (!fullest)
    return { status: "unknown", usedBytes: { missing: "NO_SAMPLES" }, totalBytes: { missing: "NO_SAMPLES" }, msToFull: null, isReadOnly }
  const ratio = ratioOf(fullest)
  return {
    status: isReadOnly || ratio > badRatio ? "bad" : ratio > warnRatio ? "warn" : "ok",
    usedBytes: fullest.used,
    totalBytes: fullest.total,
    msToFull: msToFull(deps.series.select(cluster, metric.storageUsed, fullest.labels)[0], {
      total: numberOf(fullest.total),
      nowMs: view.nowMs,
    }),
    isReadOnly,
  }
}

type Filled = { used: Disk["usedBytes"]; total: Disk["totalBytes"] }

function ratioOf({ used, total }: Filled): number {
  return (numberOf(used) ?? 0) / (numberOf(total) ?? Number.POSITIVE_INFINITY)
}

function msToFull(
  series: Parameters<typeof pointsInMemory>[0] | undefined,
  { total, nowMs }: { total: number | undefined; nowMs: number },
): number | null {
  const tier = tiers.find(({ ms }) => ms === 60_000)
  const points = series && tier ? pointsInMemory(series, tier, { fromMs: nowMs - trendMs, toMs: nowMs }) : []
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || total === undefined || last[0] - first[0] < enoughMs) return null
  const perMs = (last[1] - first[1]) / (last[0] - first[0])
  return perMs <= 0 ? null : Math.max(0, (total - last[1]) / perMs)
}
