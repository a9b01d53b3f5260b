import type { Column } from "../../components/resource/columns.ts"
import { type Status, StatusLabel } from "../../components/ui/status-shape.tsx"
import { formatSetting } from "../../format.ts"
import type { RuleRow } from "../../trpc/types.ts"

export const ruleStates: Record<RuleRow["state"], { status: Status; word: string }> = {
  inactive: { status: "ok", word: "quiet" },
  pending: { status: "busy", word: "pending" },
  firing: { status: "bad", word: "firing" },
  "cannot-fire": { status: "unknown", word: "cannot fire" },
}

export function RuleState({ rule }: { rule: RuleRow }) {
  const { status, word } = ruleStates[rule.state]
  if (rule.state === "inactive") return <span className="text-dim">quiet</span>
  return (
    <StatusLabel status={rule.state === "firing" && rule.severity !== "critical" ? "warn" : status} isStrong={rule.state === "firing"}>
      {word}
      {rule.state === "firing" && rule.firing > 1 ? ` (${rule.firing})` : ""}
    </StatusLabel>
  )
}

export function ruleColumns(onRule: (rule: string) => void): Column<RuleRow>[] {
  return [
    {
      id: "name",
      header: "Rule",
      width: 210,
      cell: (row) => (
        <button
          type="button"
          title={row.name}
          className="block max-w-full truncate font-mid text-ink hover:text-accent"
          onClick={() => onRule(row.name)}
        >
          {row.name}
        </button>
      ),
    },
    { id: "state", header: "State", width: 130, cell: (row) => <RuleState rule={row} /> },
    { id: "severity", header: "Severity", width: 90, cell: (row) => <span className="text-12">{row.severity}</span> },
    {
      id: "description",
      header: "Fires when",
      width: 260,
      isName: true,
      cell: (row) =>
        row.state === "cannot-fire" ? (
          <span className="text-12 text-dim">{row.cannotFireReason}</span>
        ) : (
          <span title={row.description}>{row.description}</span>
        ),
    },
    {
      id: "for",
      header: "For at least",
      width: 96,
      isNumber: true,
      cell: (row) => (row.forMs === 0 ? "at once" : formatSetting(row.forMs)),
    },
    {
      id: "params",
      header: "Threshold",
      width: 160,
      isNumber: true,
      cell: (row) => row.params.map(({ text }) => text).join(", ") || <span className="text-dim">none</span>,
    },
  ]
}
