// Times and sizes as people write them in forms: "7 d", "1 GiB", "unlimited". The value behind stays exact.
import { formatSetting, formatSizeSetting } from "../../format.ts"

const timeUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const sizeUnits: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
}

export interface Quantity {
  parse: (text: string) => number | null
  format: (value: number) => string
  /** The exact number, said below the field. */
  exact: (value: number) => string
  accepted: string
}

function parse(text: string, units: Record<string, number>): number | null {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === "-1" || /^(unlimited|none|forever)$/.test(trimmed)) return -1
  const found = /^(\d[\d\s\u202f_]*(?:\.\d+)?)\s*([a-z]*)$/.exec(trimmed)
  if (!found) return null
  const unit = found[2] ? units[found[2]] : 1
  const value = unit === undefined ? Number.NaN : Number(found[1]?.replace(/[\s\u202f_]/g, "")) * unit
  return Number.isSafeInteger(Math.round(value)) && Math.abs(value - Math.round(value)) < 1e-6 ? Math.round(value) : null
}

const thin = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f")

export const duration: Quantity = {
  parse: (text) => parse(text, timeUnits),
  format: formatSetting,
  exact: (value) => (value === -1 ? "kept for ever" : `${thin(value)} ms`),
  accepted: "a time such as 7 d, 12 h, 90 min, or unlimited",
}

export const size: Quantity = {
  parse: (text) => parse(text, sizeUnits),
  format: formatSizeSetting,
  exact: (value) => (value === -1 ? "no limit" : `${thin(value)} bytes`),
  accepted: "a size such as 1 GiB, 512 MiB, 100 MB, or unlimited",
}
