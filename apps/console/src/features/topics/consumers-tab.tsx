"use client"
import { Link } from "../../app/navigation.tsx"
import { Cell } from "../../components/resource/cell.tsx"
import type { Column } from "../../components/resource/columns.ts"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { SmallTable } from "../../components/resource/small-table.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { StatusLabel } from "../../components/ui/status-shape.tsx"
import { formatExact, formatLag } from "../../format.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { ConsumerRow } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

function columnsOf(cluster: string): Column<ConsumerRow>[] {
  return [
    {
      id: "group",
      header: "Group",
      width: 200,
      isName: true,
      cell: (row) => (
        <Link href={`/groups/view?${new URLSearchParams({ cluster, group: row.group })}`} className="font-mid text-ink hover:text-accent">
          {row.group}
        </Link>
      ),
    },
    { id: "state", header: "State", width: 140, cell: (row) => <StatusLabel status={row.status}>{row.state}</StatusLabel> },
    { id: "members", header: "Members", width: 90, isNumber: true, cell: (row) => <Cell value={row.members} format={formatExact} /> },
    { id: "assigned", header: "Partitions read", width: 120, isNumber: true, cell: (row) => formatExact(row.partitionsAssigned) },
    { id: "committed", header: "Partitions committed", width: 150, isNumber: true, cell: (row) => formatExact(row.partitionsCommitted) },
    {
      id: "lag",
      header: "Lag, records",
      width: 130,
      isNumber: true,
      cell: (row) => <Cell value={row.lagRecords} format={formatExact} never="never committed" />,
    },
    {
      id: "behind",
      header: "Behind",
      width: 120,
      isNumber: true,
      cell: (row) => <Cell value={row.lagSeconds} format={formatLag} never="never committed" />,
    },
  ]
}

/** Groups that read this topic, furthest behind first. */
export function ConsumersTab({ cluster, topic }: { cluster: string; topic: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data, error, refetch } = useLiveQuery({
    queryKey: trpc.topics.consumers.queryKey({ cluster, topic }),
    queryFn: () => client.topics.consumers.query({ cluster, topic }),
    keys: [
      { of: "groups", cluster },
      { of: "metrics", cluster },
    ],
    isEnabled: cluster !== "",
  })
  return (
    <SmallTable
      label="Consumers"
      title="Consumers"
      note="furthest behind first"
      columns={columnsOf(cluster)}
      rows={data?.data}
      idOf={(row) => row.group}
      failure={error ? failureOf(error, { what: "list the consumers", onRetry: () => void refetch() }) : undefined}
      notices={noticesOf(data?.degraded ?? [])}
      empty={
        <EmptyState mark="groups" title="No group reads this topic">
          A group appears here when it commits an offset of this topic or is assigned one of its partitions.
        </EmptyState>
      }
    />
  )
}
