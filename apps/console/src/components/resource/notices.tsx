import type { ReactNode } from "react"
import { StatusShape } from "../ui/status-shape.tsx"

/** A line above rows: what is missing or old, and that the rest holds. */
export function Notice({ claim, children }: { claim: ReactNode; children?: ReactNode }) {
  return (
    <output className="flex items-baseline gap-2 border-b border-line bg-warn-soft px-3 py-[5px] text-12">
      <StatusShape status="warn" />
      <span>
        <b className="font-strong text-ink">{claim}</b> <span className="text-soft">{children}</span>
      </span>
    </output>
  )
}
