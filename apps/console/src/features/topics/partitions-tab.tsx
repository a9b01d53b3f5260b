"use client"
import { Cell } from "../../components/resource/cell.tsx"
import type { Column } from "../../components/resource/columns.ts"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { SmallTable } from "../../components/resource/small-table.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { StatusLabel } from "../../components/ui/status-shape.tsx"
import { formatBytes, formatExact } from "../../format.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { PartitionRow } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"
import { topicKeys } from "./use-topic.ts"

const columns: readonly Column<PartitionRow>[] = [
  { id: "partition", header: "Partition", width: 90, isName: true, cell: (row) => <b className="font-mid text-ink">{row.partition}</b> },
  {
    id: "state",
    header: "State",
    width: 180,
    grows: true,
    cell: ({ status, reason }) =>
      status === "ok" ? <span className="text-dim">in sync</span> : <StatusLabel status={status}>{reason}</StatusLabel>,
  },
  { id: "leader", header: "Leader", width: 84, isNumber: true, cell: (row) => (row.leader === -1 ? "none" : `broker ${row.leader}`) },
  { id: "replicas", header: "Replicas (broker ids)", width: 140, isNumber: true, cell: (row) => row.replicas.join(", ") },
  { id: "isr", header: "In sync (broker ids)", width: 132, isNumber: true, cell: (row) => row.isr.join(", ") },
  { id: "start", header: "First offset", width: 130, isNumber: true, cell: (row) => <Cell value={row.startOffset} format={formatExact} /> },
  { id: "end", header: "Next offset", width: 130, isNumber: true, cell: (row) => <Cell value={row.endOffset} format={formatExact} /> },
  { id: "records", header: "Records", width: 130, isNumber: true, cell: (row) => <Cell value={row.records} format={formatExact} /> },
  {
    id: "size",
    header: "Size",
    width: 100,
    isNumber: true,
    cell: (row) => <Cell value={row.sizeBytes} format={formatBytes} exact={(bytes) => `${formatExact(bytes)} bytes`} />,
  },
]

export function PartitionsTab({ cluster, topic }: { cluster: string; topic: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data, error, refetch } = useLiveQuery({
    queryKey: trpc.topics.partitions.queryKey({ cluster, topic }),
    queryFn: () => client.topics.partitions.query({ cluster, topic }),
    keys: topicKeys(cluster, topic),
    isEnabled: cluster !== "",
  })
  const skew = data?.data.sizeSkew
  return (
    <SmallTable
      label="Partitions"
      title="Partitions"
      note={skew && skew > 1.05 ? `largest is ${skew.toFixed(1)} times the mean` : undefined}
      columns={columns}
      rows={data?.data.rows}
      idOf={(row) => String(row.partition)}
      failure={error ? failureOf(error, { what: "list the partitions", onRetry: () => void refetch() }) : undefined}
      notices={noticesOf(data?.degraded ?? [])}
      empty={
        <EmptyState mark="topics" title="The topic is not on the broker">
          It has no partitions there yet.
        </EmptyState>
      }
    />
  )
}
