import { formatByteRate, formatBytes, formatCount, formatDuration, formatPercent } from "../../../format.ts"
import type { ValueKind } from "./axis.ts"

const writers: Record<ValueKind, (value: number) => string> = {
  count: formatCount,
  bytes: formatBytes,
  byteRate: formatByteRate,
  recordRate: (value) => `${formatCount(value)} rec/s`,
  ratio: formatPercent,
  duration: formatDuration,
}

/** A value of a chart, with its unit. */
export function formatValue(kind: ValueKind, value: number | null): string {
  return value === null ? "no data" : writers[kind](value)
}
