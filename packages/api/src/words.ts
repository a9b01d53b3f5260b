// Numbers in words, for sentences that the server writes: plans, problems, alerts. Units and rounding are those of the console's screens.

const thinSpace = "\u202f"
const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** 12400 → "12 400" */
export function exactWords(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, thinSpace)
}

/** 1_100_000 → "1.1 M" */
export function countWords(value: number): string {
  return scaled(value, ["", "k", "M", "G", "T"])
}

/** "1 record", "12 400 records" */
export function counted(count: number, noun: string): string {
  return `${count < 100_000 ? exactWords(count) : countWords(count)} ${noun}${count === 1 ? "" : "s"}`
}

/** 4.12e11 → "412 GB" */
export function bytesWords(value: number): string {
  return scaled(value, ["B", "kB", "MB", "GB", "TB", "PB"])
}

/** A setting: binary where it is exact, 1073741824 → "1 GiB". */
export function settingBytesWords(value: number): string {
  for (const [unit, size] of binaryUnits) if (value >= size && value % size === 0) return `${value / size} ${unit}`
  return bytesWords(value)
}

const binaryUnits: readonly (readonly [string, number])[] = [
  ["TiB", 2 ** 40],
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
]

function scaled(value: number, units: readonly string[]): string {
  let [size, at] = [Math.abs(value), 0]
  while (at < units.length - 1 && Number(significant(size)) >= 1000) {
    size /= 1000
    at += 1
  }
  const unit = units[at] ?? ""
  return `${value < 0 ? "-" : ""}${significant(size)}${unit === "" ? "" : ` ${unit}`}`
}

function significant(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return String(Number(value.toFixed(digits)))
}

/** An amount of time: "45 s", "28 min", "2 h 05 min", "2.4 d". */
export function durationWords(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`
  if (ms < minute) return `${significant(ms / second)} s`
  if (ms < hour) return `${Math.floor(ms / minute)} min`
  if (ms < 2 * day) return hourWords(ms)
  return `${significant(ms / day)} d`
}

function hourWords(ms: number): string {
  const minutes = Math.floor((ms % hour) / minute)
  const hours = Math.floor(ms / hour)
  return minutes === 0 ? `${hours} h` : `${hours} h ${String(minutes).padStart(2, "0")} min`
}

/** A setting: exact in the largest unit that fits, 604800000 → "7 d", 90000 → "90 s". */
export function settingDurationWords(ms: number): string {
  if (ms < 0) return "for ever"
  for (const [unit, size] of [
    ["d", day],
    ["h", hour],
    ["min", minute],
    ["s", second],
  ] as const)
    if (ms >= size && ms % size === 0) return `${exactWords(ms / size)} ${unit}`
  return `${exactWords(ms)} ms`
}

/** "a", "a and b", "a, b and 3 more" */
export function listWords(items: readonly string[], max = 3): string {
  if (items.length <= 1) return items.join("")
  const shown = items.length > max ? items.slice(0, max - 1) : items.slice(0, -1)
  const rest = items.length > max ? `${items.length - shown.length} more` : (items.at(-1) ?? "")
  return `${shown.join(", ")} and ${rest}`
}
