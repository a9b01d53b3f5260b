"use client"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { MetricChart } from "../../components/resource/metric-chart.tsx"
import { FailedBody } from "../../components/resource/resource-table.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { Banner } from "../../components/ui/banner.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { formatDuration } from "../../format.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { LiveKey, Overview as OverviewData } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"
import { BusiestPanel } from "./busiest-panel.tsx"
import { OverviewTiles } from "./overview-tiles.tsx"
import { ProblemsPanel, useProblems } from "./problems-panel.tsx"
import { Verdict, VerdictSkeleton } from "./verdict.tsx"

function overviewKeys(cluster: string): LiveKey[] {
  return (["clusters", "topics", "groups", "alerts", "metrics"] as const).map((of) => ({ of, cluster: of === "clusters" ? "" : cluster }))
}

/** Verdict in words, the numbers behind it, problems, then the charts that explain them. */
export function Overview() {
  const cluster = useCluster()
  const trpc = useTRPC()
  const client = useTRPCClient()
  const overview = useLiveQuery({
    queryKey: trpc.clusters.overview.queryKey({ cluster }),
    queryFn: () => client.clusters.overview.query({ cluster }),
    keys: overviewKeys(cluster),
    isEnabled: cluster !== "",
  })
  const problems = useProblems(cluster)
  const data = overview.data?.data
  if (overview.error && !data) {
    return (
      <Panel isFlush>
        <FailedBody failure={failureOf(overview.error, { what: "read this cluster", onRetry: () => void overview.refetch() })} />
      </Panel>
    )
  }
  const notices = noticesOf(overview.data?.degraded ?? [])
  return (
    <div className="flex flex-col gap-3">
      {data ? <Verdict verdict={data.verdict} cluster={cluster} /> : <VerdictSkeleton />}
      {notices[0] ? (
        <Banner status="warn" claim={notices[0].claim}>
          {notices[0].detail}
        </Banner>
      ) : null}
      <OverviewTiles data={data} />
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <ProblemsPanel problems={problems} />
        <BusiestPanel cluster={cluster} busiest={data?.busiest} />
      </div>
      {data && !problems.isPending ? <OverviewCharts cluster={cluster} data={data} /> : null}
    </div>
  )
}

function OverviewCharts({ cluster, data }: { cluster: string; data: OverviewData }) {
  const firing = data.tiles.groupsStalled.status === "bad" ? { status: "bad" as const, text: "a group stalled" } : undefined
  return (
    <div className="grid grid-cols-1 gap-3 md:grid-cols-2 xl:grid-cols-3">
      <MetricChart cluster={cluster} panel="throughput" title="Throughput" hasArea />
      <MetricChart cluster={cluster} panel="lag-records" title="Group lag" note="records, worst five" state={firing} />
      <MetricChart cluster={cluster} panel="disk" title="Disk" hasArea state={diskState(data)} />
      <MetricChart cluster={cluster} panel="records" title="Records in" size="small" hasArea />
      <MetricChart cluster={cluster} panel="latency" title="Latency p99" size="small" />
      <MetricChart cluster={cluster} panel="connections" title="Connections" size="small" />
    </div>
  )
}

function diskState(data: OverviewData | undefined): { status: "bad" | "warn"; text: string } | undefined {
  if (!data) return undefined
  const { status, msToFull, isReadOnly } = data.disk
  if (isReadOnly) return { status: "bad", text: "read-only" }
  if (status !== "bad" && status !== "warn") return undefined
  return { status, text: msToFull === null ? "nearly full" : `full in ${formatDuration(msToFull)}` }
}
