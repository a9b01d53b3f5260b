import type { ReactNode } from "react"
import { cx } from "./cx.ts"

export interface Segment<T extends string> {
  value: T
  label: ReactNode
  name?: string
}

export interface SegmentedProps<T extends string> {
  label: string
  value: T
  segments: readonly Segment<T>[]
  onChoose: (value: T) => void
  isSmall?: boolean
}

/** A few exclusive views side by side. */
export function Segmented<T extends string>({ label, value, segments, onChoose, isSmall = false }: SegmentedProps<T>) {
  return (
    <fieldset
      aria-label={label}
      className={cx(
        "m-0 inline-flex min-w-0 overflow-clip rounded-2 border border-line bg-panel p-0 text-12",
        isSmall ? "h-6" : "h-(--control)",
      )}
    >
      {segments.map((segment) => (
        <button
          key={segment.value}
          type="button"
          aria-pressed={segment.value === value}
          onClick={() => onChoose(segment.value)}
          className={cx(
            "flex items-center gap-1.5 border-r border-line px-[9px] whitespace-nowrap text-soft last:border-r-0 hover:bg-hover focus-visible:relative focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)]",
            "aria-pressed:bg-press aria-pressed:font-mid aria-pressed:text-ink",
          )}
        >
          {segment.label}
        </button>
      ))}
    </fieldset>
  )
}
