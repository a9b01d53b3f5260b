"use client"
import type { ReactNode } from "react"
import { formatAge } from "../../format.ts"
import { useNow } from "../../now.ts"
import { cx } from "./cx.ts"
import { StatusShape } from "./status-shape.tsx"

/** Data older than this many milliseconds is grey; five times as old earns a banner. */
export const staleAfterMs = 30_000

/** The age of data, not the state of the transport. */
export function Freshness({ asOf, prefix, isLate = false }: { asOf: number | null; prefix?: ReactNode; isLate?: boolean }) {
  const now = useNow()
  const isStale = isLate || (asOf !== null && now > 0 && now - asOf > staleAfterMs)
  return (
    <span className={cx("inline-flex items-center gap-1.5 text-12 whitespace-nowrap tabular-nums", isStale ? "text-warn" : "text-dim")}>
      <StatusShape status={isStale ? "warn" : "ok"} tone={isStale ? "text-warn" : "text-ghost"} />
      {prefix}
      {now === 0 ? "" : formatAge(asOf, now)}
    </span>
  )
}
