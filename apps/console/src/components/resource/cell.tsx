"use client"
// A cell says what it holds: a value, an old one with its age, or why there is none. It is never 0 or blank because something failed.
import type { ReactNode } from "react"
import { formatAge } from "../../format.ts"
import { serverTime } from "../../now.ts"
import type { NumberCell, TextCell } from "../../trpc/types.ts"
import { StatusShape } from "../ui/status-shape.tsx"

const missingWords = {
  NOT_READ: { word: "not read", why: "Its source did not answer and no earlier value is known" },
  NO_SAMPLES: { word: "no data yet", why: "Too few samples so far" },
  NEVER: { word: "never", why: "It never happened" },
  UNSUPPORTED: { word: "not here", why: "This cluster has no such thing" },
} as const

export type MissingCode = keyof typeof missingWords

export interface CellProps<C extends NumberCell | TextCell> {
  value: C
  format: (value: Exclude<C, object>) => ReactNode
  /** The exact value, on hover. */
  exact?: (value: Exclude<C, object>) => string
  /** Other words for "never": "never read", "never committed". */
  never?: string
}

export function Cell<C extends NumberCell | TextCell>({ value, format, exact, never }: CellProps<C>) {
  if (typeof value !== "object") return <span title={exact?.(value as Exclude<C, object>)}>{format(value as Exclude<C, object>)}</span>
  if ("missing" in value) return <Missing code={value.missing} never={never} />
  return (
    <span className="text-dim" title={`Read ${formatAge(value.asOf, serverTime())}; its source does not answer now`}>
      {format(value.stale as Exclude<C, object>)} <StatusShape status="warn" size="size-2" />
    </span>
  )
}

export function Missing({ code, never }: { code: MissingCode; never?: string | undefined }) {
  const { word, why } = missingWords[code]
  return (
    <span className="text-12 text-dim" title={why}>
      {code === "NEVER" && never ? never : word}
      {code === "NOT_READ" ? (
        <>
          {" "}
          <StatusShape status="warn" size="size-2" />
        </>
      ) : null}
    </span>
  )
}

/** The value of a cell, old or new; null when there is none. */
export function known(value: NumberCell): number | null
export function known(value: TextCell): string | null
export function known(value: NumberCell | TextCell): number | string | null {
  if (typeof value !== "object") return value
  return "stale" in value ? value.stale : null
}

export function isNever(value: NumberCell | TextCell): boolean {
  return typeof value === "object" && "missing" in value && value.missing === "NEVER"
}
