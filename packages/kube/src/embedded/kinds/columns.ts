// Cells of tables, and ages as kubectl prints them.
import type { AnyObject } from "../../object.ts"
import { compileJsonPath } from "../json-path.ts"
import type { Column } from "./resource.ts"

export const nameColumn: Column = {
  name: "Name",
  type: "string",
  description: "Name of the object, unique within its namespace.",
  priority: 0,
  cell: (object) => object.metadata.name,
}

export const ageColumn: Column = {
  name: "Age",
  type: "string",
  description: "Time since the object was created.",
  priority: 0,
  cell: (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs),
}

export type CrdColumn = { name: string; type: string; jsonPath: string; priority?: number; description?: string }

/** A printer column of a CustomResourceDefinition. Throws `SyntaxError` on a path it cannot read. */
export function crdColumn({ name, type, jsonPath, priority = 0, description }: CrdColumn): Column {
  const path = compileJsonPath(jsonPath)
  const isDate = type === "date"
  return {
    name,
    // Dates are made readable here, so that what travels is text.
    type: isDate ? "string" : (type as Column["type"]),
    description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority,
    cell: (object, nowMs) => {
      const values = path(object)
      if (values.length === 0) return null
      return isDate ? ageOf(values[0], nowMs) : cellOf(values, type)
    },
  }
}

function cellOf(values: readonly unknown[], type: string): unknown {
  const [value] = values
  if (type === "integer") return typeof value === "number" ? Math.trunc(value) : null
  if (type === "number" || type === "boolean") return typeof value === type ? value : null
  return values.map((each) => (typeof each === "string" ? each : JSON.stringify(each))).join(" ")
}

export function textColumn(name: string, cell: (object: AnyObject, nowMs: number) => unknown, priority = 0): Column {
  return { name, type: "string", description: `${name} of the object.`, priority, cell }
}

export function ageOf(timestamp: unknown, nowMs: number): string {
  const atMs = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN
  return Number.isNaN(atMs) ? "<unknown>" : humanDuration(nowMs - atMs)
}

/** Two units while they matter, one later: 45s, 3m20s, 12m, 3h5m, 8d. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000)
  if (seconds < -1) return "<invalid>"
  if (seconds < 0) return "0s"
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return pair([minutes, "m"], [seconds % 60, "s"])
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return pair([hours, "h"], [minutes % 60, "m"])
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return pair([days, "d"], [hours % 24, "h"])
  if (days < 730) return `${days}d`
  const years = Math.floor(days / 365)
  return years < 8 ? pair([years, "y"], [days % 365, "d"]) : `${years}y`
}

function pair([first, unit]: [number, string], [second, smaller]: [number, string]): string {
  return second === 0 ? `${first}${unit}` : `${first}${unit}${second}${smaller}`
}
