import type { ReactNode } from "react"
import { cx } from "./cx.ts"

/** ok dot, warn triangle, bad diamond, info ring, busy open ring, off square, paused bars, unknown dashed ring. */
export type Status = "ok" | "warn" | "bad" | "info" | "busy" | "off" | "paused" | "unknown"

const shapes: Record<Status, ReactNode> = {
  ok: <circle cx="5" cy="5" r="3.6" fill="currentColor" />,
  warn: <path d="M5 .6L9.8 9H.2z" fill="currentColor" />,
  bad: <path d="M5 0l5 5-5 5-5-5z" fill="currentColor" />,
  info: <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  busy: <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" strokeWidth="1.8" strokeDasharray="17 7" />,
  off: <rect x="1.2" y="1.2" width="7.6" height="7.6" rx="1" fill="currentColor" />,
  paused: <path d="M2.6 1.2v7.6M7.4 1.2v7.6" stroke="currentColor" strokeWidth="2.2" />,
  unknown: <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.2 1.8" />,
}

const colors: Record<Status, string> = {
  ok: "text-ok",
  warn: "text-warn",
  bad: "text-bad",
  info: "text-info",
  busy: "text-info",
  off: "text-dim",
  paused: "text-dim",
  unknown: "text-dim",
}

/** The text colour that belongs to a status; normal text stays ink. */
export const statusText: Record<Status, string> = { ...colors, ok: "", off: "text-dim", info: "" }

export interface StatusShapeProps {
  status: Status
  /** A size utility; 10 px without it. */
  size?: string
  /** A colour utility, where the shape does not have its own colour. */
  tone?: string
  className?: string
}

export function StatusShape({ status, size = "size-2.5", tone, className }: StatusShapeProps) {
  return (
    <svg viewBox="0 0 10 10" aria-hidden="true" className={cx("inline-block overflow-visible", size, tone ?? colors[status], className)}>
      {shapes[status]}
    </svg>
  )
}

/** The neutral dot of freshness lines. */
export function QuietDot() {
  return <StatusShape status="ok" tone="text-ghost" />
}

/** Shape and word; colour is never alone. */
export function StatusLabel({ status, children, isStrong = false }: { status: Status; children: ReactNode; isStrong?: boolean }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap align-middle">
      <StatusShape status={status} />
      <span className={cx(isStrong && "font-mid", isStrong && colors[status])}>{children}</span>
    </span>
  )
}
