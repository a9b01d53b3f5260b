import type { ReactNode } from "react"
import { cx } from "./cx.ts"
import { StatusShape } from "./status-shape.tsx"

export interface TileProps {
  label: string
  value: ReactNode
  unit?: ReactNode
  note?: ReactNode
  status?: "bad" | "warn"
  title?: string
}

/** One strip of four to eight numbers; only a bad or warn tile gets shape and colour. */
export function Tiles({ children, label }: { children: ReactNode; label: string }) {
  return (
    <section
      aria-label={label}
      className="grid grid-cols-[repeat(auto-fit,minmax(132px,1fr))] gap-px overflow-hidden rounded-3 border border-line bg-line"
    >
      {children}
    </section>
  )
}

const tones = { bad: "text-bad", warn: "text-warn" } as const

export function Tile({ label, value, unit, note, status, title }: TileProps) {
  return (
    <div className="min-w-0 bg-panel px-3 pt-[9px] pb-2.5 tabular-nums" title={title}>
      <div className="flex items-center gap-1.5 text-12 whitespace-nowrap text-dim">
        {status ? <StatusShape status={status} /> : null}
        {label}
      </div>
      <div className={cx("text-20/[26px] font-[560] tracking-[-.3px] whitespace-nowrap", status && tones[status])}>
        {value}
        {unit ? <small className="ml-[3px] text-12 leading-none font-text tracking-normal text-dim">{unit}</small> : null}
      </div>
      <div className="truncate text-11/[14px] text-dim">{note ?? "\u00a0"}</div>
    </div>
  )
}
