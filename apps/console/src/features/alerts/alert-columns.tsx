import { Link } from "../../app/navigation.tsx"
import type { Column } from "../../components/resource/columns.ts"
import { entityHref, entityKind } from "../../components/resource/entity-link.tsx"
import { type Status, StatusLabel } from "../../components/ui/status-shape.tsx"
import { formatDuration } from "../../format.ts"
import { useNow } from "../../now.ts"
import type { AlertRow } from "../../trpc/types.ts"

const severities: Record<AlertRow["severity"], Status> = { critical: "bad", warning: "warn", info: "info" }

function Since({ row }: { row: AlertRow }) {
  const now = useNow()
  return <span className="text-dim">{now === 0 ? "" : formatDuration(Math.max(0, now - (row.firingSince ?? row.pendingSince)))}</span>
}

export function alertColumns(onRule: (rule: string) => void): Column<AlertRow>[] {
  return [
    {
      id: "state",
      header: "State",
      width: 96,
      cell: (row) =>
        row.state === "firing" ? (
          <StatusLabel status={severities[row.severity]} isStrong>
            firing
          </StatusLabel>
        ) : (
          <StatusLabel status="busy">pending</StatusLabel>
        ),
    },
    { id: "since", header: "For", width: 76, isNumber: true, cell: (row) => <Since row={row} /> },
    {
      id: "subject",
      header: "About",
      width: 170,
      cell: (row) => (
        <>
          <span className="mr-1.5 text-12 text-dim">{entityKind(row.subject)}</span>
          <Link href={entityHref(row.subject)} className="font-mid text-ink hover:text-accent">
            {row.subject.name}
          </Link>
        </>
      ),
    },
    { id: "summary", header: "What is wrong", width: 240, isName: true, cell: (row) => <span title={row.summary}>{row.summary}</span> },
    {
      id: "value",
      header: "Value",
      width: 116,
      isNumber: true,
      cell: (row) => <span className={row.state === "firing" ? "font-mid text-bad" : ""}>{row.valueText}</span>,
    },
    { id: "threshold", header: "Threshold", width: 116, isNumber: true, cell: (row) => row.thresholdText },
    {
      id: "rule",
      header: "Rule",
      width: 200,
      cell: (row) => (
        <button
          type="button"
          title={row.rule}
          className="block max-w-full truncate text-12 hover:text-accent"
          onClick={() => onRule(row.rule)}
        >
          {row.rule}
        </button>
      ),
    },
  ]
}
