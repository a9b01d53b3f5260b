import type { ValueKind } from "./axis.ts"

export interface Series {
  id: string
  name: string
  /** 1 to 6; 6 is "all others". */
  color: 1 | 2 | 3 | 4 | 5 | 6
  values: readonly (number | null)[]
  /** Light area below; for one series only. */
  isArea?: boolean
  /** The one that explains the problem: a thicker line. */
  isCulprit?: boolean
}

/** A stretch of time in which an alert was pending or firing. */
export interface AlertSpan {
  from: number
  to: number
  state: "pending" | "firing"
}

export interface Level {
  value: number
  label: string
}

export interface Chart {
  times: readonly number[]
  series: readonly Series[]
  kind: ValueKind
  fromMs: number
  toMs: number
  threshold?: Level | undefined
  capacity?: Level | undefined
  spans?: readonly AlertSpan[]
}

export type Point = { t: number } & Record<string, number | null>

/** Rows as the drawing library wants them. */
export function points({ times, series }: Chart): Point[] {
  return times.map((t, at) => ({ t, ...Object.fromEntries(series.map(({ id, values }) => [id, values[at] ?? null])) }))
}

/** The largest value drawn; a threshold counts only if it does not press the data flat. */
export function drawnMax({ series, threshold, capacity }: Chart): number {
  const data = series.reduce((max, { values }) => values.reduce<number>((top, value) => Math.max(top, value ?? 0), max), 0)
  const withCapacity = Math.max(data, capacity ? capacity.value * 1.06 : 0)
  return threshold && isThresholdDrawn(withCapacity, threshold) ? Math.max(withCapacity, threshold.value * 1.1) : withCapacity
}

export function isThresholdDrawn(max: number, threshold: Level): boolean {
  return threshold.value <= max * 6
}

/** The newest known value of a series. */
export function latest(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null
}
