"use client"
// The only file that draws with recharts. It is loaded by the routes that show charts, after their text.
import { useId, useMemo, useState } from "react"
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from "recharts"
import { formatDateTime, type Zone } from "../../../format.ts"
import { useZone } from "../../../preferences.ts"
import { timeLabel, timeTicks, valueAxis } from "./axis.ts"
import { formatValue } from "./format-value.ts"
import { type Chart, drawnMax, isThresholdDrawn, type Level, points, type Series } from "./model.ts"

export interface PlotProps {
  chart: Chart
  /** Asked for when somebody drags over a stretch of time. */
  onZoom?: (fromMs: number, toMs: number) => void
}

const tick = { fontSize: 11, fill: "var(--color-dim)" }
const color = (series: Series) => `var(--color-chart-${series.color})`

export default function Plot({ chart, onZoom }: PlotProps) {
  const zone = useZone()
  const hatch = useId()
  const [isHovered, setHovered] = useState(false)
  const drag = useZoom(onZoom)
  const data = useMemo(() => points(chart), [chart])
  const max = drawnMax(chart)
  const axis = valueAxis(chart.kind, max)
  const span = chart.toMs - chart.fromMs
  const { threshold, capacity, spans = [] } = chart
  return (
    <ComposedChart
      responsive
      data={data}
      syncId="console"
      syncMethod="value"
      margin={{ top: 6, right: 1, bottom: 0, left: 0 }}
      style={{ width: "100%", height: "100%" }}
      accessibilityLayer={false}
      onMouseEnter={() => setHovered(true)}
      {...drag.handlers}
      onMouseLeave={() => {
        setHovered(false)
        drag.cancel()
      }}
    >
      <defs>
        <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0v6" stroke="var(--color-line-strong)" strokeWidth="1" />
        </pattern>
      </defs>
      <CartesianGrid vertical={false} stroke="var(--color-grid)" />
      <XAxis
        dataKey="t"
        type="number"
        domain={[chart.fromMs, chart.toMs]}
        allowDataOverflow
        ticks={timeTicks(chart.fromMs, chart.toMs, { zone })}
        tickFormatter={(at: number) => timeLabel(at, span, zone)}
        tick={tick}
        tickSize={4}
        tickMargin={3}
        height={20}
        tickLine={{ stroke: "var(--color-line-strong)" }}
        axisLine={{ stroke: "var(--color-line-strong)" }}
        interval="preserveStartEnd"
      />
      <YAxis
        width={52}
        domain={[0, axis.top]}
        ticks={axis.ticks}
        tick={(box: TickBox) => <ValueTick {...box} label={axis.label} />}
        tickSize={0}
        axisLine={false}
        tickLine={false}
        interval={0}
      />
      {spans.map((each) => (
        <ReferenceArea
          key={`${each.state}${each.from}`}
          x1={Math.max(each.from, chart.fromMs)}
          x2={Math.min(each.to, chart.toMs)}
          shape={(box: Box) => <SpanShape {...box} fill={spanFill[each.state]} />}
        />
      ))}
      {capacity ? <ReferenceArea y1={capacity.value} y2={axis.top} fill={`url(#${hatch})`} fillOpacity={0.9} /> : null}
      {chart.series.map((series) =>
        series.isArea ? (
          <Area
            key={series.id}
            dataKey={series.id}
            name={series.name}
            type="linear"
            stroke={color(series)}
            strokeWidth={series.isCulprit ? 2 : 1.5}
            fill={color(series)}
            fillOpacity={0.11}
            dot={lonePoints(series)}
            activeDot={activeDot(series)}
            isAnimationActive={false}
          />
        ) : (
          <Line
            key={series.id}
            dataKey={series.id}
            name={series.name}
            type="linear"
            stroke={color(series)}
            strokeWidth={series.isCulprit ? 2 : 1.5}
            dot={lonePoints(series)}
            activeDot={activeDot(series)}
            isAnimationActive={false}
          />
        ),
      )}
      {capacity ? (
        <ReferenceLine
          y={capacity.value}
          stroke="var(--color-ink)"
          strokeWidth={1.5}
          label={<LevelLabel level={capacity} fill="var(--color-ink)" side="end" />}
        />
      ) : null}
      {threshold && isThresholdDrawn(max, threshold) ? (
        <ReferenceLine
          y={threshold.value}
          stroke="var(--color-bad)"
          strokeDasharray="3 3"
          label={<LevelLabel level={threshold} fill="var(--color-bad)" side="start" />}
        />
      ) : null}
      {drag.area ? <ReferenceArea x1={drag.area[0]} x2={drag.area[1]} fill="var(--color-accent)" fillOpacity={0.12} /> : null}
      <Tooltip
        isAnimationActive={false}
        cursor={{ stroke: "var(--color-cross)", strokeWidth: 1 }}
        wrapperStyle={{ zIndex: 6, outline: "none" }}
        content={(props) => (isHovered ? <Tip {...props} chart={chart} zone={zone} /> : null)}
      />
    </ComposedChart>
  )
}

interface TickBox {
  x?: number | string
  y?: number | string
  payload?: { value: number }
}

/** One line, however long its unit is. */
function ValueTick({ x, y, payload, label }: TickBox & { label: (value: number) => string }) {
  return (
    <text x={Number(x) - 6} y={y} dy={4} textAnchor="end" {...tick}>
      {label(payload?.value ?? 0)}
    </text>
  )
}

/** A value between two gaps has no line to stand on; it is drawn as a dot. */
function lonePoints(series: Series) {
  const at = (index: number) => series.values[index] ?? null
  return ({ index, cx, cy }: { index: number; cx?: string | number | undefined; cy?: string | number | undefined }) =>
    at(index) !== null && at(index - 1) === null && at(index + 1) === null ? (
      <circle key={index} cx={cx} cy={cy} r={1.75} fill={color(series)} />
    ) : null
}

function activeDot(series: Series) {
  return { r: 3.5, fill: color(series), stroke: "var(--color-panel)", strokeWidth: 1.5 }
}

interface Box {
  x?: number
  y?: number
  width?: number
  height?: number
}

/** A wash of the status colour and a 3 px foot, so that it is seen without colour too. */
function SpanShape({ x = 0, y = 0, width = 0, height = 0, fill }: Box & { fill: string }) {
  const wide = Math.max(width, 2)
  return (
    <g>
      <rect x={x} y={y} width={wide} height={height} fill={fill} fillOpacity={0.08} />
      <rect x={x} y={y + height - 3} width={wide} height={3} fill={fill} />
    </g>
  )
}

/** Words beside a horizontal level, on a piece of panel so that lines do not cross them. */
function LevelLabel({ viewBox, level, fill, side }: { viewBox?: Box | object; level: Level; fill: string; side: "start" | "end" }) {
  const { x = 0, y = 0, width = 0 } = (viewBox ?? {}) as Box
  return (
    <text
      x={side === "start" ? x + 10 : x + width - 10}
      y={side === "start" ? y - 5 : y + 14}
      textAnchor={side}
      fontSize={11}
      fill={fill}
      stroke="var(--color-panel)"
      strokeWidth={4}
      paintOrder="stroke"
    >
      {level.label}
    </text>
  )
}

const spanFill = { firing: "var(--color-bad)", pending: "var(--color-warn)" } as const

function Tip({ payload, label, active, chart, zone }: TooltipContentProps & { chart: Chart; zone: Zone }) {
  if (!active || typeof label !== "number") return null
  const values = payload.map(({ dataKey, value }) => [String(dataKey), typeof value === "number" ? value : null] as const)
  const rows = chart.series
    .map((series) => ({ series, value: values.find(([id]) => id === series.id)?.[1] ?? null }))
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1))
  return (
    <div className="min-w-37 rounded-2 bg-raised px-2.5 py-[7px] text-11 whitespace-nowrap text-soft tabular-nums shadow-float">
      <div className="mb-0.5 text-dim">
        {formatDateTime(label, zone)}
        {zone === "utc" ? " UTC" : ""}
      </div>
      {rows.map(({ series, value }) => (
        <div key={series.id} className="flex items-center gap-1.5">
          <i className="size-2 rounded-[2px]" style={{ background: color(series) }} />
          {series.name}
          <b className="ml-auto pl-3.5 font-mid text-ink">{formatValue(chart.kind, value)}</b>
        </div>
      ))}
    </div>
  )
}

interface PointerState {
  activeLabel?: string | number | undefined
}

/** Drag over a stretch of time to zoom into it. */
function useZoom(onZoom: PlotProps["onZoom"]) {
  const [area, setArea] = useState<readonly [number, number] | null>(null)
  if (!onZoom) return { area: null, handlers: {}, cancel: () => setArea(null) }
  const at = ({ activeLabel }: PointerState) => (activeLabel === undefined ? null : Number(activeLabel))
  return {
    area: area && area[0] !== area[1] ? ([Math.min(...area), Math.max(...area)] as const) : null,
    cancel: () => setArea(null),
    handlers: {
      onMouseDown: (state: PointerState) => {
        const start = at(state)
        if (start !== null) setArea([start, start])
      },
      onMouseMove: (state: PointerState) => {
        const end = at(state)
        if (area && end !== null && end !== area[1]) setArea([area[0], end])
      },
      onMouseUp: () => {
        if (area && area[0] !== area[1]) onZoom(Math.min(...area), Math.max(...area))
        setArea(null)
      },
    },
  }
}
