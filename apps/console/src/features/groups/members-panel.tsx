"use client"
import { Cell } from "../../components/resource/cell.tsx"
import type { Column } from "../../components/resource/columns.ts"
import { failureOf } from "../../components/resource/failure.ts"
import { SmallTable } from "../../components/resource/small-table.tsx"
import { FactChip } from "../../components/ui/chip.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { formatCount, formatExact, formatRanges, plural } from "../../format.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { Member } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

type Assigned = Member["partitions"]

/** "payments 0 to 5, 7; orders 1" */
function assignmentText(assigned: Assigned, isOneTopic: boolean): string {
  return assigned
    .map(({ topic, partitions }) => (isOneTopic ? formatRanges(partitions) : `${topic} ${formatRanges(partitions)}`))
    .join("; ")
}

function columnsOf(isOneTopic: boolean): Column<Member>[] {
  return [
    {
      id: "client",
      header: "Client",
      width: 180,
      isName: true,
      cell: (row) => (
        <span title={row.memberId}>
          <b className="font-mid text-ink">{row.clientId || row.memberId}</b>{" "}
          <span className="text-12 text-dim">{row.host.replace(/^\//, "")}</span>{" "}
          {row.instanceId ? <FactChip title="Static membership">{row.instanceId}</FactChip> : null}
        </span>
      ),
    },
    {
      id: "partitions",
      header: isOneTopic ? "Partitions" : "Topics and partitions",
      width: 130,
      grows: true,
      cell: (row) => {
        const text = assignmentText(row.partitions, isOneTopic)
        return (
          <span className="text-12" title={text}>
            {text || "none"}
          </span>
        )
      },
    },
    {
      id: "lag",
      header: "Lag",
      width: 76,
      isNumber: true,
      cell: (row) => <Cell value={row.lagRecords} format={formatCount} exact={(lag) => `${formatExact(lag)} records`} never="no commit" />,
    },
  ]
}

/** Who reads what, furthest behind first; what nobody reads is said. */
export function MembersPanel({ cluster, group }: { cluster: string; group: string }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data, error, refetch } = useLiveQuery({
    queryKey: trpc.groups.assignments.queryKey({ cluster, group }),
    queryFn: () => client.groups.assignments.query({ cluster, group }),
    keys: [{ of: "groups", cluster, name: group }],
    isEnabled: cluster !== "",
  })
  const members = data?.data.members
  const unassigned = data?.data.unassigned ?? []
  const isOneTopic = new Set(members?.flatMap(({ partitions }) => partitions.map(({ topic }) => topic))).size <= 1
  const unread = unassigned.reduce((sum, { partitions }) => sum + partitions.length, 0)
  return (
    <SmallTable
      label="Members"
      title="Members"
      note={members ? `${members.length}, furthest behind first` : undefined}
      columns={columnsOf(isOneTopic)}
      rows={members}
      idOf={({ memberId }) => memberId}
      failure={error ? failureOf(error, { what: "list the members", onRetry: () => void refetch() }) : undefined}
      notices={
        unread > 0 && members && members.length > 0
          ? [
              {
                claim: `${plural(unread, "partition")} read by nobody:`,
                detail: assignmentText(unassigned, unassigned.length === 1 && isOneTopic),
              },
            ]
          : []
      }
      empty={
        <EmptyState mark="groups" title="No member is connected">
          The group keeps its offsets; reading goes on there when a consumer joins.
        </EmptyState>
      }
    />
  )
}
