"use client"
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */
import { lazy, type ReactNode, Suspense, useState } from "react"
import { formatDateTime } from "../../../format.ts"
import { useZone } from "../../../preferences.ts"
import { cx } from "../cx.ts"
import { Panel } from "../panel.tsx"
import { StatusLabel } from "../status-shape.tsx"
import { valueAxis } from "./axis.ts"
import { formatValue } from "./format-value.ts"
import { type Chart, drawnMax, isThresholdDrawn, latest, type Series } from "./model.ts"

const Plot = lazy(() => import("./plot.tsx"))

/** Plot and time axis; on tall screens charts grow, type does not. */
const heights = { small: "h-[130px] tall:h-[172px]", third: "h-[182px] tall:h-[244px]", hero: "h-[242px] tall:h-[318px]" } as const

export interface TimeSeriesProps {
  title: string
  /** Unit or scope, dim beside the title. */
  note?: ReactNode
  /** undefined while the first answer is on its way. */
  chart: Chart | undefined
  /** What the chart says, in one sentence. */
  summary: string
  size?: keyof typeof heights
  /** Instead of the legend: the state that the chart shows. */
  state?: { status: "bad" | "warn"; text: string } | undefined
  aside?: ReactNode
  /** Why the values cannot be shown. */
  failure?: string | undefined
  onZoom?: (fromMs: number, toMs: number) => void
}

/** Title, legend with live values, and the plot; the same values as a table for those who do not see it. */
export function TimeSeries(props: TimeSeriesProps) {
  const { title, note, chart, size = "third", state, aside } = props
  const [isTable, setTable] = useState(false)
  return (
    <Panel
      title={title}
      note={note ?? (chart && valueAxis(chart.kind, drawnMax(chart)).titleUnit)}
      label={title}
      aside={
        <>
          {state ? (
            <StatusLabel status={state.status} isStrong>
              {state.text}
            </StatusLabel>
          ) : null}
          {chart && !state ? <Legend chart={chart} /> : null}
          {aside}
          <button
            type="button"
            aria-pressed={isTable}
            onClick={() => setTable(!isTable)}
            className="rounded-1 px-1 text-11 text-dim hover:text-ink"
          >
            {isTable ? "Chart" : "Table"}
          </button>
        </>
      }
    >
      <div className={cx("relative", heights[size])}>
        {isTable && chart ? <ValueTable chart={chart} title={title} /> : <Drawing {...props} />}
      </div>
    </Panel>
  )
}

function Drawing({ chart, summary, failure, onZoom }: TimeSeriesProps) {
  if (failure) return <Words>{failure}</Words>
  if (!chart) return null
  const isEmpty = chart.series.every(({ values }) => values.every((value) => value === null))
  return (
    <>
      <figure aria-label={summary} className="h-full">
        <Suspense fallback={null}>
          <Plot chart={chart} {...(onZoom ? { onZoom } : {})} />
        </Suspense>
      </figure>
      {isEmpty ? <Words>No values in this time yet</Words> : <FarThreshold chart={chart} />}
    </>
  )
}

/** A threshold that would press the values flat is said, not drawn. */
function FarThreshold({ chart }: { chart: Chart }) {
  const { threshold } = chart
  if (!threshold || isThresholdDrawn(drawnMax({ ...chart, threshold: undefined }), threshold)) return null
  return (
    <p className="pointer-events-none absolute top-2 left-13 rounded-1 bg-panel/80 px-1 text-11 text-dim">
      {threshold.label}, above this chart
    </p>
  )
}

function Words({ children }: { children: ReactNode }) {
  return (
    <p className="pointer-events-none absolute inset-0 grid place-items-center pb-5 pl-11 text-12 text-dim">
      <span className="rounded-1 bg-panel px-1.5">{children}</span>
    </p>
  )
}

function Legend({ chart }: { chart: Chart }) {
  return (
    <ul className="flex flex-wrap gap-x-3.5 text-soft tabular-nums">
      {chart.series.map((series) => (
        <li key={series.id} className="inline-flex max-w-50 items-center gap-1.5">
          <LineMark series={series} />
          <span className="truncate">{series.name}</span>{" "}
          <b className="font-mid text-ink">{formatValue(chart.kind, latest(series.values))}</b>
        </li>
      ))}
    </ul>
  )
}

function LineMark({ series }: { series: Series }) {
  return <i className="h-0.5 w-2.5 flex-none rounded-[1px]" style={{ background: `var(--color-chart-${series.color})` }} />
}

/** The newest values first; the plot's own resolution. */
function ValueTable({ chart, title }: { chart: Chart; title: string }) {
  const zone = useZone()
  const order = chart.times.map((_, at) => chart.times.length - 1 - at)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={`${title}, values`} tabIndex={0} className="h-full overflow-auto">
      <table className="tbl" aria-label={`${title}, values`}>
        <thead className="sticky top-0">
          <tr>
            <th scope="col">Time</th>
            {chart.series.map(({ id, name }) => (
              <th key={id} scope="col" className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((at) => (
            <tr key={chart.times[at]}>
              <td>{formatDateTime(chart.times[at] ?? 0, zone)}</td>
              {chart.series.map(({ id, values }) => (
                <td key={id} className="num">
                  {formatValue(chart.kind, values[at] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
