// Prometheus' text format, as far as a scrape needs it: names, labels, values. A line that is none is skipped and counted.
import type { SeriesSample } from "./series-book.ts"

export interface Exposition {
  samples: SeriesSample[]
  badLines: number
}

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/

export function parseExposition(text: string): Exposition {
  const samples: SeriesSample[] = []
  let badLines = 0
  for (const raw of text.split("\n")) {
    if (raw === "" || raw.startsWith("#")) continue
    const match = line.exec(raw)
    const labels = match && parseLabels(match[2] ?? "")
    const value = match && parseValue(match[3] ?? "")
    if (!match || !labels || value === undefined || value === null) badLines += 1
    else samples.push({ metric: match[1] ?? "", labels, value })
  }
  return { samples, badLines }
}

const label = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y

function parseLabels(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {}
  label.lastIndex = 0
  while (label.lastIndex < text.length) {
    const match = label.exec(text)
    if (!match) return undefined
    labels[match[1] ?? ""] = unescapeValue(match[2] ?? "")
  }
  return labels
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.)/g, (_, char: string) => (char === "n" ? "\n" : char))
}

function parseValue(text: string): number | undefined {
  if (text === "+Inf") return Number.POSITIVE_INFINITY
  if (text === "-Inf") return Number.NEGATIVE_INFINITY
  if (text === "NaN") return Number.NaN
  const value = Number(text)
  return Number.isNaN(value) ? undefined : value
}
