import { Link } from "../../app/navigation.tsx"
import { Cell, isNever, known } from "../../components/resource/cell.tsx"
import type { Column } from "../../components/resource/columns.ts"
import { FactChip, ProblemChip } from "../../components/ui/chip.tsx"
import { cx } from "../../components/ui/cx.ts"
import { Icon } from "../../components/ui/icon.tsx"
import { Sparkline } from "../../components/ui/sparkline.tsx"
import { formatBytes, formatCount, formatExact, formatLag, formatSetting, formatSizeSetting } from "../../format.ts"
import type { TopicRow } from "../../trpc/types.ts"

export function topicHref(cluster: string, topic: string): string {
  return `/topics/view?${new URLSearchParams({ cluster, topic })}`
}

const lagCodes: readonly string[] = ["LOSES_DATA", "HIGH_LAG", "STALLED"]

/** Without a problem anywhere the names get the room. */
export function topicColumns(cluster: string, { hasProblems }: { hasProblems: boolean }): Column<TopicRow>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: 180,
      isName: true,
      sortBy: "name",
      cell: (row) => (
        <Link href={topicHref(cluster, row.name)} title={row.name} className="font-mid text-ink hover:text-accent">
          {row.name}
        </Link>
      ),
    },
    {
      id: "problems",
      header: "Problems",
      width: hasProblems ? 150 : 96,
      grows: hasProblems,
      isWorstFirst: true,
      sortBy: "problems",
      cell: (row) => <Problems row={row} />,
    },
    {
      id: "partitions",
      header: "Partitions",
      width: 84,
      isNumber: true,
      sortBy: "partitions",
      cell: (row) => <Cell value={row.partitions} format={formatExact} />,
    },
    {
      id: "replication",
      header: "Repl.",
      label: "Replication",
      width: 52,
      isNumber: true,
      sortBy: "replicationFactor",
      cell: (row) => <Cell value={row.replicationFactor} format={formatExact} />,
    },
    {
      id: "in",
      header: "In/s",
      label: "Bytes in/s",
      width: 78,
      isNumber: true,
      sortBy: "bytesInPerSecond",
      cell: (row) => <Cell value={row.bytesInPerSecond} format={formatBytes} exact={exactBytes} />,
    },
    {
      id: "out",
      header: "Out/s",
      label: "Bytes out/s",
      width: 84,
      isNumber: true,
      isHidden: true,
      cell: (row) => <Cell value={row.bytesOutPerSecond} format={formatBytes} exact={exactBytes} />,
    },
    { id: "trend", header: "Last 1 h", width: 90, cell: (row) => <Sparkline values={row.trend} label="Bytes in, last hour" /> },
    {
      id: "records",
      header: "rec/s",
      label: "Records/s",
      width: 64,
      isNumber: true,
      sortBy: "recordsInPerSecond",
      cell: (row) => <Cell value={row.recordsInPerSecond} format={formatCount} />,
    },
    {
      id: "size",
      header: "Size",
      width: 72,
      isNumber: true,
      sortBy: "sizeBytes",
      cell: (row) => <Cell value={row.sizeBytes} format={formatBytes} exact={exactBytes} />,
    },
    { id: "retention", header: "Retention", width: 84, isNumber: true, sortBy: "retentionMs", cell: (row) => <Retention row={row} /> },
    {
      id: "retentionSize",
      header: "Retention size",
      width: 108,
      isNumber: true,
      isHidden: true,
      cell: (row) => <Cell value={row.retentionBytes} format={formatSizeSetting} />,
    },
    {
      id: "lag",
      header: "Worst lag",
      width: 92,
      isNumber: true,
      sortBy: "lagSeconds",
      cell: (row) => (
        <span
          className={cx(row.problems.some(({ code }) => lagCodes.includes(code)) && !isNever(row.lagSeconds) && "font-mid text-bad")}
          title={row.slowestGroup ?? undefined}
        >
          <Cell value={row.lagSeconds} format={formatLag} never="never read" />
        </span>
      ),
    },
    { id: "managed", header: "Managed by", width: 92, sortBy: "managedBy", cell: (row) => <ManagedBy management={row.management} /> },
    {
      id: "labels",
      header: "Labels",
      width: 160,
      isHidden: true,
      cell: (row) => (
        <span className="inline-flex gap-1">
          {Object.entries(row.labels).map(([name, value]) => (
            <FactChip key={name}>
              {name}={value}
            </FactChip>
          ))}
        </span>
      ),
    },
  ]
}

const exactBytes = (value: number): string => `${formatExact(Math.round(value))} bytes`

function Problems({ row }: { row: TopicRow }) {
  return (
    <span className="flex min-w-0 gap-1">
      {row.problems.slice(0, 2).map(({ code, status, text }) => (
        <ProblemChip key={code + text} status={status} title={text}>
          {text}
        </ProblemChip>
      ))}
      {row.problems.length > 2 ? <span className="text-11 text-dim">+{row.problems.length - 2}</span> : null}
      {row.isInternal ? <FactChip>internal</FactChip> : null}
    </span>
  )
}

function Retention({ row }: { row: TopicRow }) {
  const policy = known(row.cleanupPolicy)
  if (policy?.includes("compact"))
    return <FactChip title={`cleanup.policy = ${policy}`}>{policy === "compact" ? "compact" : "compact, delete"}</FactChip>
  return <Cell value={row.retentionMs} format={formatSetting} exact={(ms) => `${formatExact(ms)} ms`} />
}

export function ManagedBy({ management }: { management: TopicRow["management"] }) {
  if (management.state === "unmanaged") return <span className="text-12 text-dim">unmanaged</span>
  const { owner, resource } = management
  return (
    <span className="inline-flex items-center gap-1.5 align-middle text-12" title={`${resource.namespace}/${resource.name}`}>
      <Icon name={/argo|flux|helm/i.test(owner) ? "branch" : owner === "console" ? "person" : "cube"} className="text-dim" />
      {owner}
    </span>
  )
}
