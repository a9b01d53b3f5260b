// Stretches of time in which an alert was pending or firing, for charts.
import type { AlertSpan } from "../routers/metrics/schema.ts"
import type { AlertEventsTable } from "../store/tables.ts"

export interface SpanWindow {
  fromMs: number
  toMs: number
  nowMs: number
}

/** From transitions in order of time. What has not ended lasts until now. */
export function spansOf(events: readonly AlertEventsTable[], { fromMs, toMs, nowMs }: SpanWindow): AlertSpan[] {
  const spans: AlertSpan[] = []
  for (const own of Map.groupBy(events, ({ rule, subject }) => `${rule} ${subject}`).values()) {
    for (const [at, event] of own.entries()) {
      if (event.state === "inactive") continue
      const begin = event.state === "pending" ? event.active_since : event.at
      const end = own[at + 1]?.at ?? nowMs
      if (end < fromMs || begin > toMs) continue
      spans.push({
        rule: event.rule,
        subject: event.subject,
        state: event.state,
        fromMs: Math.max(fromMs, begin),
        toMs: Math.min(toMs, end),
      })
    }
  }
  return spans
}
