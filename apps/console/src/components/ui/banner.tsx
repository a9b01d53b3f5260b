import type { ReactNode } from "react"
import { cx } from "./cx.ts"
import { StatusShape } from "./status-shape.tsx"

const tones = {
  bad: "bg-bad-soft border-bad/32",
  warn: "bg-warn-soft border-warn/32",
  info: "bg-info-soft border-info/32",
} as const

/** At most one per page: bold claim, soft detail, one or two small buttons. */
export function Banner({
  status,
  claim,
  children,
  actions,
}: {
  status: keyof typeof tones
  claim: ReactNode
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div role={status === "info" ? "note" : "alert"} className={cx("flex items-center gap-2.5 rounded-3 border px-3 py-2", tones[status])}>
      <StatusShape status={status} size="size-3" />
      <p className="min-w-0 flex-1">
        <strong className="font-strong">{claim}</strong> <span className="text-soft">{children}</span>
      </p>
      {actions}
    </div>
  )
}
