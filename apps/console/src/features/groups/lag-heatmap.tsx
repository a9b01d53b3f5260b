"use client"
import { Cell, known } from "../../components/resource/cell.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { formatCount, formatDuration, plural, truncateMiddle } from "../../format.ts"
import type { LagHistory } from "../../trpc/types.ts"

type Heatmap = LagHistory["heatmap"]
type Row = Heatmap["rows"][number]

const steps = 6

/** 0 is caught up, or below a hundredth of the largest value; the five others grow by the square root, so that middling lags are seen too. */
export function heatStep(value: number | null, max: number): number {
  if (value === null || max <= 0 || value < max / 100) return 0
  return Math.min(steps - 1, 1 + Math.floor(Math.sqrt(value / max) * (steps - 1) - 1e-9))
}

/** Partition by partition over time, furthest behind first. */
export function LagHeatmap({ heatmap, unit }: { heatmap: Heatmap | undefined; unit: "records" | "seconds" }) {
  const words = (value: number) => (unit === "records" ? formatCount(value) : formatDuration(value * 1000))
  const isOneTopic = new Set(heatmap?.rows.map(({ topic }) => topic)).size <= 1
  return (
    <Panel
      title="Partitions"
      label="Lag by partition"
      note={heatmap ? `lag, ${formatDuration(heatmap.stepMs)} a cell` : undefined}
      aside={heatmap && heatmap.max > 0 ? <Ramp max={words(heatmap.max)} /> : null}
    >
      {heatmap ? null : (
        <Delayed>
          <Skeleton width={240} />
        </Delayed>
      )}
      {heatmap?.rows.length === 0 ? (
        <p className="py-6 text-center text-12 text-dim">No partition has a committed offset in this time</p>
      ) : null}
      {heatmap && heatmap.rows.length > 0 ? (
        <table className="w-full border-separate border-spacing-px tabular-nums">
          <caption className="sr-only">Lag now, by partition; colours show the history</caption>
          <tbody>
            {heatmap.rows.map((row) => (
              <HeatRow key={`${row.topic}-${row.partition}`} row={row} max={heatmap.max} isOneTopic={isOneTopic} words={words} />
            ))}
          </tbody>
        </table>
      ) : null}
      {heatmap && heatmap.omitted > 0 ? (
        <p className="pt-1 text-11 text-dim">{plural(heatmap.omitted, "more partition")} behind less</p>
      ) : null}
    </Panel>
  )
}

function HeatRow({ row, max, isOneTopic, words }: { row: Row; max: number; isOneTopic: boolean; words: (value: number) => string }) {
  const now = known(row.now)
  const isHot = now !== null && heatStep(now, max) >= steps - 2
  return (
    <tr>
      <th
        scope="row"
        title={`${row.topic}, partition ${row.partition}`}
        className="w-px pr-1 text-right text-[10px]/[9px] font-text whitespace-nowrap text-dim"
      >
        {isOneTopic ? row.partition : `${truncateMiddle(row.topic, 18)} ${row.partition}`}
      </th>
      {row.values.map((value, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place in time
        <td key={at} aria-hidden="true" className="h-[9px] p-0" style={{ background: `var(--color-heat-${heatStep(value, max)})` }} />
      ))}
      <td
        className={
          isHot
            ? "w-13 text-right text-[10px]/[9px] whitespace-nowrap text-bad"
            : "w-13 text-right text-[10px]/[9px] whitespace-nowrap text-dim"
        }
      >
        <Cell value={row.now} format={words} never="no commit" />
      </td>
    </tr>
  )
}

function Ramp({ max }: { max: string }) {
  return (
    <span className="inline-flex items-center gap-0.5 text-11" aria-hidden="true">
      0
      {Array.from({ length: steps }, (_, step) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its number
        <i key={step} className="h-2 w-3.5" style={{ background: `var(--color-heat-${step})` }} />
      ))}
      {max}
    </span>
  )
}
