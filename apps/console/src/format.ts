// Every number, size, duration and time of the console becomes text here, so that all screens agree on units and rounding.
// Bytes are decimal (GB, TB); settings that are exact powers of two read better in binary units and have their own function.

const thinSpace = "\u202f"

/** Missing values are a word in the cell, never a zero and never a blank. */
export const missingText = "unknown"

/** 88412097 → "88 412 097" */
export function formatExact(value: number): string {
  const [whole = "", fraction] = String(Math.abs(value)).split(".")
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thinSpace)
  return `${value < 0 ? "-" : ""}${grouped}${fraction ? `.${fraction}` : ""}`
}

/** 118250 → "118 k", 9200 → "9.2 k", 3.1e6 → "3.1 M", 920 → "920", 0.4 → "0.4" */
export function formatCount(value: number): string {
  return scaled(value, countSteps).join(" ").trim()
}

/** The number and its unit apart, for tiles and chart axes. */
export function countParts(value: number): Parts {
  return parts(scaled(value, countSteps))
}

/** 4.1e12 → "4.1 TB", 0 → "0 B" */
export function formatBytes(value: number): string {
  return scaled(value, byteSteps).join(" ")
}

export function byteParts(value: number): Parts {
  return parts(scaled(value, byteSteps))
}

/** 61.2e6 → "61.2 MB/s" */
export function formatByteRate(value: number): string {
  return `${formatBytes(value)}/s`
}

export interface Parts {
  value: string
  unit: string
}

const countSteps = { base: 1000, units: ["", "k", "M", "G", "T"] }
const byteSteps = { base: 1000, units: ["B", "kB", "MB", "GB", "TB", "PB"] }

function parts([value, unit]: readonly [string, string]): Parts {
  return { value, unit }
}

function scaled(value: number, { base, units }: { base: number; units: readonly string[] }): readonly [string, string] {
  let size = Math.abs(value)
  let at = 0
  while (at < units.length - 1 && Number(significant(size)) >= base) {
    size /= base
    at += 1
  }
  return [`${value < 0 ? "-" : ""}${significant(size)}`, units[at] ?? ""]
}

/** Two significant places below ten, one decimal below a hundred where it says something, whole numbers above. */
function significant(value: number): string {
  if (value === 0) return "0"
  if (value < 0.01) return "<0.01"
  if (value < 1) return trimmed(value.toFixed(2))
  if (value < 100) return trimmed(value.toFixed(1))
  return value.toFixed(0)
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text
}

/** 0.853 → "85 %", 0.0042 → "0.4 %" */
export function formatPercent(ratio: number): string {
  const percent = ratio * 100
  return `${percent !== 0 && Math.abs(percent) < 10 ? trimmed(percent.toFixed(1)) : percent.toFixed(0)} %`
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long something lasts: 320 ms, 4.6 s, 42 s, 2 min 10 s, 28 min, 2 h 05 min, 2.4 d, 41 d. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms)
  const sign = ms < 0 ? "-" : ""
  if (size < second) return `${sign}${Math.round(size)} ms`
  if (size < 10 * second) return `${sign}${trimmed((Math.floor(size / 100) / 10).toFixed(1))} s`
  if (size < minute) return `${sign}${Math.floor(size / second)} s`
  if (size < 10 * minute) return `${sign}${twoUnits([Math.floor(size / minute), "min"], [Math.floor((size % minute) / second), "s"])}`
  if (size < hour) return `${sign}${Math.floor(size / minute)} min`
  if (size < day) return `${sign}${twoUnits([Math.floor(size / hour), "h"], [Math.floor((size % hour) / minute), "min"])}`
  const days = size / day
  return `${sign}${days < 10 ? trimmed((Math.floor(days * 10) / 10).toFixed(1)) : Math.floor(days)} d`
}

/** How far behind somebody reads: "0 s" where nothing waits, else a duration. */
export function formatLag(seconds: number): string {
  return seconds <= 0 ? "0 s" : formatDuration(seconds * 1000)
}

/** An age in one unit, for narrow places: "42 s ago", "4 min ago", "2 h ago". */
export function formatRoughAge(at: number, now: number): string {
  const age = now - at
  const unit = (
    [
      [day, "d"],
      [hour, "h"],
      [minute, "min"],
    ] as const
  ).find(([size]) => age >= size)
  return unit ? `${Math.floor(age / unit[0])} ${unit[1]} ago` : formatAge(at, now)
}

function twoUnits([large, largeUnit]: [number, string], [small, smallUnit]: [number, string]): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${String(small).padStart(2, "0")} ${smallUnit}`
}

/** A configured time, exact: 604800000 → "7 d", 86400000 → "24 h", 90000 → "90 s", -1 → "unlimited". */
export function formatSetting(ms: number): string {
  if (ms === -1) return "unlimited"
  if (ms === 0) return "0 ms"
  if (ms % day === 0 && ms >= 2 * day) return `${formatExact(ms / day)} d`
  if (ms % hour === 0) return `${formatExact(ms / hour)} h`
  if (ms % minute === 0) return `${formatExact(ms / minute)} min`
  if (ms % second === 0) return `${formatExact(ms / second)} s`
  return `${formatExact(ms)} ms`
}

/** A configured size, exact: 1073741824 → "1 GiB", 1000 → "1 000 B", -1 → "unlimited". */
export function formatSizeSetting(bytes: number): string {
  if (bytes === -1) return "unlimited"
  const units = ["B", "KiB", "MiB", "GiB", "TiB"]
  let size = bytes
  let at = 0
  while (size !== 0 && size % 1024 === 0 && at < units.length - 1) {
    size /= 1024
    at += 1
  }
  return `${formatExact(size)} ${units[at]}`
}

/** How old data is: "now", "4 s ago", "2 min 10 s ago", "never". */
export function formatAge(asOf: number | null, now: number): string {
  if (asOf === null) return "never"
  const age = now - asOf
  return age < second ? "now" : `${formatDuration(Math.floor(age / second) * second)} ago`
}

export type Zone = "utc" | "local"

interface Clock {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  ms: number
}

function clock(at: number, zone: Zone): Clock {
  const date = new Date(zone === "utc" ? at : at - new Date(at).getTimezoneOffset() * minute)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    ms: date.getUTCMilliseconds(),
  }
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const two = (value: number): string => String(value).padStart(2, "0")

/** "14:30" */
export function formatHourMinute(at: number, zone: Zone): string {
  const { hour: h, minute: m } = clock(at, zone)
  return `${two(h)}:${two(m)}`
}

/** "14:30:02" */
export function formatTime(at: number, zone: Zone): string {
  return `${formatHourMinute(at, zone)}:${two(clock(at, zone).second)}`
}

/** "20 Nov" */
export function formatDay(at: number, zone: Zone): string {
  const { day: d, month } = clock(at, zone)
  return `${d} ${months[month]}`
}

/** "2026-11-24 13:45:00", with ".123" where milliseconds matter. */
export function formatDateTime(at: number, zone: Zone, { milliseconds = false }: { milliseconds?: boolean } = {}): string {
  const { year, month, day: d, ms } = clock(at, zone)
  const fraction = milliseconds ? `.${String(ms).padStart(3, "0")}` : ""
  return `${year}-${two(month + 1)}-${two(d)} ${formatTime(at, zone)}${fraction}`
}

/** "1 topic", "3 topics", "1 200 topics" */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatExact(count)} ${count === 1 ? one : many}`
}

/** Names are cut in the middle, because their ends differ. */
export function truncateMiddle(text: string, length: number): string {
  if (text.length <= length) return text
  const head = Math.ceil((length - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`
}

/** [0,1,2,5,7,8] → "0 to 2, 5, 7, 8" */
export function formatRanges(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b)
  const runs: [number, number][] = []
  for (const value of sorted) {
    const last = runs.at(-1)
    if (last && value === last[1] + 1) last[1] = value
    else runs.push([value, value])
  }
  return runs.map(([from, to]) => runText(from, to)).join(", ")
}

function runText(from: number, to: number): string {
  if (from === to) return `${from}`
  return to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`
}

/** Control and bidirectional characters of foreign text become visible escapes; line breaks and tabs stay if the caller shows them. */
export function escapeHidden(text: string, { keepLines = false }: { keepLines?: boolean } = {}): string {
  return text.replace(hidden, (character) => {
    if (keepLines && (character === "\n" || character === "\t" || character === "\r")) return character
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  })
}

const hidden = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu
