import type { z } from "zod"
import { text } from "./fields.ts"

const part = /([0-9]+)(ms|s|m|h)/g
const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A length of time as Kubernetes writes it, such as `15s` or `1h30m`. */
export function duration(): z.ZodString {
  return text({ max: 16, pattern: /^([0-9]+(ms|s|m|h))+$/, accepts: "a duration such as 500ms, 15s, 10m or 2160h" })
}

export function durationMs(written: string): number {
  let total = 0
  for (const [, amount, unit] of written.matchAll(part)) total += Number(amount) * (unitMs[unit ?? ""] ?? 0)
  return total
}
