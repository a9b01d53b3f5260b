"use client"
import { Link } from "../../app/navigation.tsx"
import { entityHref, entityKind, SentenceText } from "../../components/resource/entity-link.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { StatusLabel, StatusShape } from "../../components/ui/status-shape.tsx"
import { formatDuration } from "../../format.ts"
import { useNow } from "../../now.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { ProblemRow } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

const shownRows = 8

export function useProblems(cluster: string) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  return useLiveQuery({
    queryKey: trpc.clusters.problems.queryKey({ cluster }),
    queryFn: () => client.clusters.problems.query({ cluster }),
    keys: [
      { of: "topics", cluster },
      { of: "groups", cluster },
      { of: "alerts", cluster },
    ],
    isEnabled: cluster !== "",
  })
}

/** What is wrong, worst first, each with a link and how long it has been so. */
export function ProblemsPanel({ problems }: { problems: ReturnType<typeof useProblems> }) {
  const rows = problems.data?.data.rows
  return (
    <Panel
      isFlush
      title="Problems"
      note={rows && noteOf(rows.length)}
      aside={
        <Link href="/alerts" className="link">
          All alerts
        </Link>
      }
    >
      {rows && rows.length > 0 ? (
        <table className="tbl table-fixed" aria-label="Problems">
          <colgroup>
            <col className="w-9" />
            <col className="w-20" />
            <col className="w-40" />
            <col />
            <col className="w-24" />
          </colgroup>
          <tbody>
            {rows.slice(0, shownRows).map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </tbody>
        </table>
      ) : (
        <div className="flex min-h-14 items-center border-t border-grid px-(--pad) text-soft">
          {rows ? <StatusLabel status="ok">Nothing is wrong that this console can see</StatusLabel> : null}
          {!rows && problems.error ? <StatusLabel status="unknown">The problems could not be read</StatusLabel> : null}
          {!rows && !problems.error ? (
            <Delayed>
              <Skeleton width={280} />
            </Delayed>
          ) : null}
        </div>
      )}
    </Panel>
  )
}

function noteOf(count: number): string {
  if (count === 0) return "none"
  return count > shownRows ? `worst ${shownRows} of ${count}` : `${count}, worst first`
}

function Row({ row }: { row: ProblemRow }) {
  const now = useNow()
  return (
    <tr data-row>
      <td className="border-t border-b-0 border-grid">
        <StatusShape status={row.status} />
        <span className="sr-only">{row.status === "bad" ? "critical" : "warning"}</span>
      </td>
      <td className="border-t border-b-0 border-grid text-12 text-dim">{entityKind(row.subject)}</td>
      <td className="border-t border-b-0 border-grid">
        <Link href={entityHref(row.subject)} className="font-mid text-ink hover:text-accent" title={row.title}>
          {row.title}
        </Link>
      </td>
      <td className="border-t border-b-0 border-grid">
        <SentenceText parts={row.sentence} />
      </td>
      <td className="num border-t border-b-0 border-grid text-12 text-dim">
        {row.since === null || now === 0 ? "" : formatDuration(now - row.since)}
      </td>
    </tr>
  )
}
