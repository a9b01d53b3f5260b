"use client"
import { Link } from "../../app/navigation.tsx"
import { Cell, known } from "../../components/resource/cell.tsx"
import type { Column } from "../../components/resource/columns.ts"
import { SmallTable } from "../../components/resource/small-table.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { StatusLabel } from "../../components/ui/status-shape.tsx"
import { formatExact, formatLag, plural } from "../../format.ts"
import type { GroupDetails, GroupOffset } from "../../trpc/types.ts"

function columnsOf(cluster: string): Column<GroupOffset>[] {
  return [
    {
      id: "topic",
      header: "Topic",
      width: 180,
      isName: true,
      cell: (row) => (
        <Link href={`/topics/view?${new URLSearchParams({ cluster, topic: row.topic })}`} className="font-mid text-ink hover:text-accent">
          {row.topic}
        </Link>
      ),
    },
    { id: "partition", header: "Partition", width: 80, isNumber: true, cell: (row) => row.partition },
    {
      id: "state",
      header: "State",
      width: 140,
      cell: (row) =>
        row.committedOffset === null ? (
          <StatusLabel status="unknown">never committed</StatusLabel>
        ) : row.status === "ok" ? (
          <span className="text-dim">{okWord(row)}</span>
        ) : (
          <StatusLabel status={row.status}>behind</StatusLabel>
        ),
    },
    {
      id: "committed",
      header: "Committed",
      width: 130,
      isNumber: true,
      cell: (row) => (row.committedOffset === null ? <span className="text-12 text-dim">none</span> : formatExact(row.committedOffset)),
    },
    { id: "end", header: "Next offset", width: 130, isNumber: true, cell: (row) => <Cell value={row.endOffset} format={formatExact} /> },
    {
      id: "lag",
      header: "Lag, records",
      width: 120,
      isNumber: true,
      cell: (row) => <Cell value={row.lagRecords} format={formatExact} never="no commit" />,
    },
    {
      id: "behind",
      header: "Behind",
      width: 110,
      isNumber: true,
      cell: (row) => <Cell value={row.lagSeconds} format={formatLag} never="no commit" />,
    },
    {
      id: "member",
      header: "Read by",
      width: 180,
      grows: true,
      cell: (row) => (
        <span className="text-12" title={row.memberId ?? undefined}>
          {row.memberId ?? <span className="text-dim">nobody</span>}
        </span>
      ),
    },
  ]
}

/** Nobody reads a partition that no member holds, however well it was read before. */
export function okWord({ lagRecords, memberId }: Pick<GroupOffset, "lagRecords" | "memberId">): string {
  if (known(lagRecords) === 0) return "caught up"
  return memberId === null ? "not read now" : "reading"
}

/** Offsets partition by partition, furthest behind first. */
export function OffsetsPanel({ cluster, details }: { cluster: string; details: GroupDetails }) {
  return (
    <SmallTable
      label="Offsets"
      title="Offsets"
      note={`${plural(details.offsets.length, "partition")}, furthest behind first`}
      columns={columnsOf(cluster)}
      rows={details.offsets}
      idOf={({ topic, partition }) => `${topic}-${partition}`}
      empty={
        <EmptyState mark="topics" title="No partition belongs to this group">
          It has no committed offset, and no member reads anything.
        </EmptyState>
      }
    />
  )
}
