"use client"
import type { Column } from "../../components/resource/columns.ts"
import { failureOf } from "../../components/resource/failure.ts"
import { SmallTable } from "../../components/resource/small-table.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { StatusShape } from "../../components/ui/status-shape.tsx"
import { escapeHidden, formatAge, formatDateTime, formatExact } from "../../format.ts"
import { useNow } from "../../now.ts"
import { useZone } from "../../preferences.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { EventRow } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

function When({ at }: { at: number }) {
  const now = useNow()
  const zone = useZone()
  return (
    <span className="text-dim" title={formatDateTime(at, zone)}>
      {now === 0 ? "" : formatAge(at, now)}
    </span>
  )
}

const columns: readonly Column<EventRow>[] = [
  { id: "at", header: "When", width: 120, cell: (row) => <When at={row.at} /> },
  {
    id: "reason",
    header: "Reason",
    width: 190,
    cell: (row) => (
      <span className="inline-flex items-center gap-1.5 font-mid text-ink">
        {row.isWarning ? <StatusShape status="warn" /> : null}
        {row.reason}
      </span>
    ),
  },
  {
    id: "message",
    header: "Message",
    width: 360,
    isName: true,
    cell: (row) => <span title={row.message}>{escapeHidden(row.message)}</span>,
  },
  { id: "count", header: "Times", width: 70, isNumber: true, cell: (row) => formatExact(row.count) },
  { id: "reporter", header: "Reported by", width: 140, cell: (row) => <span className="text-12 text-dim">{row.reporter}</span> },
]

/** What operator and API server did with the resource, newest first. */
export function EventsTab({ cluster, topic, isManaged }: { cluster: string; topic: string; isManaged: boolean }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data, error, refetch } = useLiveQuery({
    queryKey: trpc.topics.events.queryKey({ cluster, topic }),
    queryFn: () => client.topics.events.query({ cluster, topic }),
    keys: [{ of: "resources", cluster }],
    isEnabled: cluster !== "",
  })
  return (
    <SmallTable
      label="Events"
      title="Events"
      note="newest first"
      columns={columns}
      rows={data?.data}
      idOf={(row) => row.id}
      failure={error ? failureOf(error, { what: "list the events", onRetry: () => void refetch() }) : undefined}
      empty={
        <EmptyState mark="clock" title={isManaged ? "Nothing happened lately" : "This topic has no resource"}>
          {isManaged
            ? "Events are kept for about an hour."
            : "Events tell what the operator did with a resource. Adopt the topic to manage it with one."}
        </EmptyState>
      }
    />
  )
}
