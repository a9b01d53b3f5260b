import type { SVGProps } from "react"
import { cx } from "./cx.ts"

/** Drawn for this console on a 16 px grid with 1.4 px strokes. */
const paths = {
  alerts: "M4 6.5a4 4 0 0 1 8 0c0 3.6 1.5 4.6 1.5 4.6h-11S4 10.1 4 6.5zM6.6 13.6a1.6 1.6 0 0 0 2.8 0",
  branch:
    "M4.5 4.5v7M4.5 4.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.5 14.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 6.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM11.5 6.5c0 3-7 2-7 5",
  check: "M3 8.5l3.2 3.2L13 5",
  chevronDown: "M4 6l4 4 4-4",
  chevronRight: "M6 4l4 4-4 4",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.4",
  close: "M4 4l8 8M12 4l-8 8",
  columns: "M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  cube: "M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9zM2.8 5L8 8l5.2-3M8 8v6",
  edit: "M10.5 2.8l2.7 2.7L5.5 13.2l-3.2.5.5-3.2z",
  expand: "M5 6l3-3 3 3M5 10l3 3 3-3",
  groups:
    "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.9a2.4 2.4 0 0 1 0 4.3M12 9.8c1.6.5 2.5 1.9 2.5 3.7",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  overview: "M2.5 2.5h4.5v6h-4.5zM9 2.5h4.5v3.5h-4.5zM2.5 10.5h4.5v3h-4.5zM9 8h4.5v5.5h-4.5z",
  panel: "M2.5 3h11v10h-11zM6 3v10",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c0-3 2.3-4.5 5.5-4.5s5.5 1.5 5.5 4.5",
  play: "M5 3.2l7.5 4.8L5 12.8z",
  plus: "M8 3v10M3 8h10",
  refresh: "M13.5 8A5.5 5.5 0 1 1 11.8 4M13.5 2v3.5H10",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7L14 14",
  shortcuts: "M9 1.8L3.5 9H8l-1 5.2L12.5 7H8z",
  sortDown: "M8 3v10M4.5 9.5L8 13l3.5-3.5",
  sortUp: "M8 13V3M4.5 6.5L8 3l3.5 3.5",
  topics: "M2 4h12M2 8h12M2 12h7",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.7 9.5h6.6L12 4",
  undo: "M5.5 3L2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6",
} as const

export type IconName = keyof typeof paths

/** Always beside a word, or inside a control that has a label. */
export function Icon({ name, className, ...rest }: { name: IconName } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={cx("block size-3.5", className)}
      {...rest}
    >
      <path d={paths[name]} />
    </svg>
  )
}

export function Logo({ className }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 18 18"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth={2.2}
      strokeLinecap="round"
      className={cx("text-accent", className ?? "size-4.5")}
    >
      <path d="M4 2v14M4 7.5c5 0 10-.5 10-5.5M4 9.5c5.5 0 10 1.5 10 6.5" />
    </svg>
  )
}
