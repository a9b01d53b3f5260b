import { callFailure } from "../../trpc/failure.ts"
import type { Degraded } from "../../trpc/types.ts"
import type { Failure } from "./table-states.tsx"

/** A failed call in words: what did not work, why, and the id under which the server logged it. */
export function failureOf(error: unknown, { what, onRetry }: { what: string; onRetry: () => void }): Failure {
  const { code, message, requestId, status } = callFailure(error)
  if (status === 403) return { title: `You may not ${what}`, detail: message, requestId, isDenied: true }
  if (code === "NOT_FOUND") return { title: `There is nothing to ${what}`, detail: message, requestId }
  const title = code === "SOURCE_FAILED" || code === "SOURCE_TIMEOUT" ? "The cluster did not answer" : `Could not ${what}`
  return { title, detail: message, requestId, onRetry }
}

const sourceWords: Record<Degraded["source"], string> = {
  broker: "The broker",
  resources: "The resource API",
  metrics: "The metrics",
  store: "The console's store",
}

/** One line per source that this answer lacks. */
export function noticesOf(degraded: readonly Degraded[]): { claim: string; detail: string }[] {
  const bySource = Map.groupBy(degraded, ({ source, code }) => `${source}\n${code}`)
  return [...bySource.values()].map((parts) => {
    const [first] = parts
    const more = parts.length > 1 ? ` ${parts.length} parts are affected.` : ""
    return { claim: first ? `${sourceWords[first.source]} did not answer in full.` : "", detail: `${first?.message ?? ""}${more}` }
  })
}
