// A cluster that cannot be reached, and one that answers with an error, are told apart wherever a failure is put into words.
import type { LocalCode } from "@rivven/client"

const outages: ReadonlySet<string> = new Set<LocalCode | "NETWORK_EXCEPTION">([
  "CLOSED",
  "CONNECT_FAILED",
  "CONNECTION_LOST",
  "NETWORK_EXCEPTION",
  "NO_BROKER",
  "TIMEOUT",
])

export function isOutage(code: string): boolean {
  return outages.has(code)
}

/** Follows the name of the cluster or broker; a broker's error begins with its code. */
export function troubleLead({ code }: { code: string }): string {
  return isOutage(code) ? "does not answer: " : "answers with an error: "
}
