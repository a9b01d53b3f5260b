import { Link } from "../../app/navigation.tsx"
import { Cell } from "../../components/resource/cell.tsx"
import type { Column } from "../../components/resource/columns.ts"
import { FactChip, ProblemChip } from "../../components/ui/chip.tsx"
import { cx } from "../../components/ui/cx.ts"
import { Sparkline } from "../../components/ui/sparkline.tsx"
import { StatusLabel } from "../../components/ui/status-shape.tsx"
import { formatCount, formatExact, formatLag } from "../../format.ts"
import type { GroupRow } from "../../trpc/types.ts"

export function groupHref(cluster: string, group: string): string {
  return `/groups/view?${new URLSearchParams({ cluster, group })}`
}

/** Kafka's words, as a person reads them. */
const stateWords: Readonly<Record<string, string>> = {
  Stable: "stable",
  Empty: "empty",
  PreparingRebalance: "rebalancing",
  CompletingRebalance: "rebalancing",
  Dead: "dead",
  Unknown: "unknown",
}

export function stateWord({ state, isStalled }: Pick<GroupRow, "state" | "isStalled">): string {
  return isStalled ? "stalled" : (stateWords[state] ?? state)
}

/** "+910/s", "-12/s", "steady" */
export function trendWords(perSecond: number): string {
  const rounded = Math.abs(perSecond) < 1 ? 0 : Math.round(perSecond)
  return rounded === 0 ? "steady" : `${rounded > 0 ? "+" : ""}${formatCount(rounded)}/s`
}

export function groupColumns(cluster: string): Column<GroupRow>[] {
  return [
    {
      id: "group",
      header: "Group",
      width: 160,
      isName: true,
      sortBy: "group",
      cell: (row) => (
        <Link href={groupHref(cluster, row.group)} title={row.group} className="font-mid text-ink hover:text-accent">
          {row.group}
        </Link>
      ),
    },
    {
      id: "problems",
      header: "Problems",
      width: 150,
      grows: true,
      isWorstFirst: true,
      sortBy: "problems",
      cell: (row) => (
        <span className="flex min-w-0 gap-1">
          {row.problems.map(({ code, status, text }) => (
            <ProblemChip key={code + text} status={status} title={text}>
              {text}
            </ProblemChip>
          ))}
        </span>
      ),
    },
    { id: "state", header: "State", width: 110, sortBy: "state", cell: (row) => <State row={row} /> },
    { id: "type", header: "Type", width: 80, isHidden: true, cell: (row) => <span className="text-12">{row.type}</span> },
    {
      id: "members",
      header: "Members",
      width: 76,
      isNumber: true,
      sortBy: "members",
      cell: (row) => <Cell value={row.members} format={formatExact} />,
    },
    {
      id: "topics",
      header: "Topics",
      width: 150,
      cell: (row) => (
        <span className="text-12" title={row.topics.join(", ")}>
          {row.topics.join(", ")}
        </span>
      ),
    },
    {
      id: "lag",
      header: "Lag, records",
      width: 96,
      isNumber: true,
      sortBy: "lagRecords",
      cell: (row) => (
        <span className={cx(row.status === "bad" && "font-mid text-bad")}>
          <Cell value={row.lagRecords} format={formatCount} exact={(lag) => `${formatExact(lag)} records`} never="no commit" />
        </span>
      ),
    },
    {
      id: "behind",
      header: "Behind",
      width: 88,
      isNumber: true,
      sortBy: "lagSeconds",
      cell: (row) => (
        <span className={cx(row.status === "bad" && "font-mid text-bad")}>
          <Cell value={row.lagSeconds} format={formatLag} never="no commit" />
        </span>
      ),
    },
    { id: "change", header: "Change", width: 80, isNumber: true, cell: (row) => <Cell value={row.lagPerSecond} format={trendWords} /> },
    {
      id: "trend",
      header: "Last 1 h",
      width: 92,
      cell: (row) => <Sparkline values={row.trend} isBad={row.status === "bad"} label="Lag, last hour" />,
    },
  ]
}

function State({ row }: { row: GroupRow }) {
  if (row.status === "ok") return <span className="text-soft">{stateWord(row)}</span>
  if (row.status === "off") return <FactChip>{stateWord(row)}</FactChip>
  return <StatusLabel status={row.status}>{stateWord(row)}</StatusLabel>
}
