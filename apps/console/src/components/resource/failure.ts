import { callFailure } from "../../trpc/failure.ts"
import type { Degraded } from "../../trpc/types.ts"
import type { Failure } from "./table-states.tsx"

export interface FailureWords {
  /** "list topics" */
  what: string
  onRetry: () => void
  /** Where to go when what the page is about does not exist. */
  back?: Failure["back"]
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A failed call in words: what did not work, why, and the id under which the server logged it. */
export function failureOf(error: unknown, { what, onRetry, back }: FailureWords): Failure {
  const { code, message, path, requestId, status } = callFailure(error)
  if (status === 403) return { title: `You may not ${what}`, detail: message, requestId, isDenied: true }
  if (code === "NOT_FOUND") {
    const title = path === "" ? "Not found" : `There is no such ${path}`
    // Links carry the cluster along; an empty one stands for the cluster that the console opens first.
    return { title, detail: sentence(message), back: path === "cluster" ? { href: "/?cluster=", label: "Open the default cluster" } : back }
  }
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
