"use client"
import { formatDuration, formatTime } from "../../format.ts"
import { useNow } from "../../now.ts"
import { useZone } from "../../preferences.ts"

/** After this the rows are dimmed and the list says so. */
const staleAfterMs = 120_000

/** What a list says when its values are old; undefined while they are not. */
export function useStaleNotice(asOf: number | null): { claim: string; detail: string } | undefined {
  const now = useNow()
  const zone = useZone()
  if (asOf === null || now === 0 || now - asOf <= staleAfterMs) return undefined
  return {
    claim: `No new data for ${formatDuration(Math.floor((now - asOf) / 1000) * 1000)}.`,
    detail: `Values are from ${formatTime(asOf, zone)}. The console keeps trying.`,
  }
}
