"use client"
// The time range of a page: two ends, each an epoch time or relative to now. Live means that the right end is now.
import { useMemo } from "react"
import { changeSearch, useSearch } from "./app/navigation.tsx"
import type { Zone } from "./format.ts"

export interface TimeRange {
  from: string
  to: string
  isLive: boolean
  label: string
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export const presets = [
  ["now-15m", "15 min"],
  ["now-1h", "1 h"],
  ["now-3h", "3 h"],
  ["now-6h", "6 h"],
  ["now-24h", "24 h"],
  ["now-7d", "7 d"],
  ["now-30d", "30 d"],
] as const

const defaultFrom = "now-1h"

/** "now", "now-6h" or epoch milliseconds; null when it is none of them. */
export function parseInstant(text: string, now: number): number | null {
  if (text === "now") return now
  const relative = /^now-(\d{1,4})([mhd])$/.exec(text)
  if (relative) return now - Number(relative[1]) * unitMs[relative[2] as keyof typeof unitMs]
  return /^\d{12,14}$/.test(text) ? Number(text) : null
}

export function readTimeRange(search: URLSearchParams): TimeRange {
  const from = search.get("from") ?? defaultFrom
  const to = search.get("to") ?? "now"
  const start = parseInstant(from, Date.now())
  const end = parseInstant(to, Date.now())
  if (start === null || end === null || start >= end) return { from: defaultFrom, to: "now", isLive: true, label: "Last 1 h" }
  const preset = to === "now" ? presets.find(([value]) => value === from) : undefined
  return { from, to, isLive: to === "now", label: preset ? `Last ${preset[1]}` : "Chosen time" }
}

export function useTimeRange(): TimeRange {
  const query = useSearch().toString()
  return useMemo(() => readTimeRange(new URLSearchParams(query)), [query])
}

/** Zooming and choosing are steps that Back undoes. */
export function setTimeRange(from: string, to: string): void {
  changeSearch({ from: from === defaultFrom && to === "now" ? null : from, to: to === "now" ? null : to }, "push")
}

/** The range as milliseconds, at the moment of the call. */
export function resolveRange(range: TimeRange, now: number): { fromMs: number; toMs: number } {
  return { fromMs: parseInstant(range.from, now) ?? now - unitMs.h, toMs: parseInstant(range.to, now) ?? now }
}

/** "2026-11-24 13:45" in the person's zone; null when it is no time. */
export function parseDateTime(text: string, zone: Zone): number | null {
  const found = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?$/.exec(text.trim())
  if (!found) return null
  const at = Date.parse(`${found[1]}T${found[2]}${found[3] ?? ":00"}${zone === "utc" ? "Z" : ""}`)
  return Number.isNaN(at) ? null : at
}
