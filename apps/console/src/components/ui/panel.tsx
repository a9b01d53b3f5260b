import type { ReactNode } from "react"
import { cx } from "./cx.ts"

export interface PanelProps {
  title?: ReactNode
  /** Unit or scope, dim beside the title. */
  note?: ReactNode
  /** Legend, age or link at the right end of the header. */
  aside?: ReactNode
  hasRule?: boolean
  isFlush?: boolean
  className?: string
  children: ReactNode
  label?: string
}

/** One border, no shadow. `isFlush` lets a table touch the border. */
export function Panel({ title, note, aside, hasRule = false, isFlush = false, className, children, label }: PanelProps) {
  return (
    <section className={cx("min-w-0 rounded-3 border border-line bg-panel", isFlush && "overflow-hidden", className)} aria-label={label}>
      {title ? (
        <header className={cx("flex min-h-9 flex-wrap items-center gap-x-2 px-(--pad)", hasRule && "border-b border-line")}>
          <h2 className="whitespace-nowrap">{title}</h2>
          {note ? <span className="text-12 text-dim">{note}</span> : null}
          {aside ? <div className="ml-auto flex items-center gap-2.5 text-12 whitespace-nowrap text-dim">{aside}</div> : null}
        </header>
      ) : null}
      {isFlush ? children : <div className={cx("px-(--pad) pb-(--pad)", !title && "pt-(--pad)")}>{children}</div>}
    </section>
  )
}
