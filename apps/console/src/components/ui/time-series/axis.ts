// Axes in round numbers: four or five lines from zero, one unit for all, written at the top line only.
import { formatDay, formatHourMinute, formatTime, type Zone } from "../../../format.ts"

export type ValueKind = "count" | "bytes" | "byteRate" | "recordRate" | "ratio" | "duration"

export interface ValueAxis {
  /** In the unit of the values. */
  ticks: number[]
  top: number
  /** The unit stands at the top line; rates are too wide for that and stand beside the title. */
  label: (value: number) => string
  titleUnit: string | undefined
}

interface Unit {
  size: number
  name: string
}

const decimal: Unit[] = [
  { size: 1, name: "" },
  { size: 1e3, name: "k" },
  { size: 1e6, name: "M" },
  { size: 1e9, name: "G" },
]
const bytes: Unit[] = ["B", "kB", "MB", "GB", "TB", "PB"].map((name, power) => ({ size: 1000 ** power, name }))

const units: Record<ValueKind, Unit[]> = {
  count: decimal,
  recordRate: decimal.map(({ size, name }) => ({ size, name: name === "" ? "rec/s" : `${name} rec/s` })),
  bytes,
  byteRate: bytes.map(({ size, name }) => ({ size, name: `${name}/s` })),
  ratio: [{ size: 0.01, name: "%" }],
  duration: [
    { size: 1, name: "ms" },
    { size: 1000, name: "s" },
    { size: 60_000, name: "min" },
    { size: 3_600_000, name: "h" },
    { size: 86_400_000, name: "d" },
  ],
}

const tenths = [1, 2, 2.5, 5, 10]
const wholes = [1, 2, 5, 10]
const sixties = [1, 2, 5, 10, 15, 30, 60]

/** The axis for values up to `max`; counts never get lines between whole numbers. */
export function valueAxis(kind: ValueKind, max: number): ValueAxis {
  const choices = units[kind]
  const at = Math.max(
    choices.findLastIndex(({ size }) => max >= size),
    0,
  )
  const axis = axisIn(kind, choices[at], max)
  const larger = choices[at + 1]
  // 994 ms rounds up to a full second: then all of it is written in seconds.
  const isTime = kind === "duration" && at > 0
  return larger && !isTime && axis.top >= larger.size ? axisIn(kind, larger, max) : axis
}

function axisIn(kind: ValueKind, unit: Unit = { size: 1, name: "" }, max: number): ValueAxis {
  const least = kind === "count" || kind === "recordRate" ? 4 / unit.size : unit.size === 1 || kind === "ratio" ? 1 : 0
  const scaled = Math.max(max / unit.size, least)
  const step = niceStep(scaled / 5, stepsFor(kind, unit, scaled))
  const count = Math.max(Math.ceil(scaled / step - 1e-9), 2)
  const ticks = Array.from({ length: count + 1 }, (_, at) => Number((at * step * unit.size).toPrecision(12)))
  const top = ticks.at(-1) ?? 1
  const isRate = kind === "byteRate" || kind === "recordRate"
  return {
    ticks,
    top,
    titleUnit: isRate ? unit.name : undefined,
    label: (value) => {
      const number = Number((value / unit.size).toPrecision(6))
      return value === top && unit.name && !isRate ? `${number} ${unit.name}` : `${number}`
    },
  }
}

function niceStep(rough: number, factors: readonly number[]): number {
  if (factors === sixties) return sixties.find((step) => step >= rough) ?? 60
  const power = 10 ** Math.floor(Math.log10(rough))
  return (factors.find((each) => each * power >= rough * 0.999) ?? 10) * power
}

function stepsFor(kind: ValueKind, unit: Unit, scaled: number): readonly number[] {
  if (kind === "duration" && unit.size >= 1000 && scaled > 5) return sixties
  return kind === "count" && unit.size === 1 ? wholes : tenths
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const tickSteps = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  5 * day,
]

/** Round times within a range, at most `most` of them, aligned to the zone's clock. */
export function timeTicks(from: number, to: number, { zone, most = 6 }: { zone: Zone; most?: number }): number[] {
  const span = to - from
  const step = tickSteps.find((each) => span / each <= most) ?? 5 * day
  const shift = zone === "local" ? new Date(to).getTimezoneOffset() * minute : 0
  const first = Math.ceil((from - shift) / step) * step + shift
  const ticks: number[] = []
  for (let at = first; at <= to; at += step) ticks.push(at)
  return ticks
}

/** Times of day for short ranges, days for long ones. */
export function timeLabel(at: number, span: number, zone: Zone): string {
  if (span <= 3 * minute) return formatTime(at, zone)
  return span > 2 * day ? formatDay(at, zone) : formatHourMinute(at, zone)
}
