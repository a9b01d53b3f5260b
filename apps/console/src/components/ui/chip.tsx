import type { ReactNode } from "react"
import { cx } from "./cx.ts"
import { type Status, StatusShape } from "./status-shape.tsx"

const tones = {
  bad: "bg-bad-soft text-bad",
  warn: "bg-warn-soft text-warn",
  ok: "bg-ok-soft text-ok",
  info: "bg-info-soft text-info",
} as const

const base = "inline-flex h-[18px] items-center gap-1.25 rounded-1 px-1.5 align-middle text-11/[18px] font-mid whitespace-nowrap"

/** A problem: shape, word and soft fill. Normal states carry no chip. */
export function ProblemChip({ status, children, title }: { status: keyof typeof tones & Status; children: ReactNode; title?: string }) {
  return (
    <span className={cx(base, "max-w-full min-w-0 first:flex-none", tones[status])} title={title}>
      <StatusShape status={status} size="size-2" />
      <span className="truncate">{children}</span>
    </span>
  )
}

/** A fact, outlined: compact, operator, internal. */
export function FactChip({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span className={cx(base, "text-soft inset-ring inset-ring-line")} title={title}>
      {children}
    </span>
  )
}
