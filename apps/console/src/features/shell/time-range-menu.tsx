"use client"
import { lazy, Suspense, useState } from "react"
import { Icon } from "../../components/ui/icon.tsx"
import { Popover } from "../../components/ui/popover.tsx"
import { useTimeRange } from "../../time-range.ts"

const Choices = lazy(() => import("./time-range-choices.tsx"))

/** The time that all charts of the page show. */
export function TimeRangeMenu({ className }: { className: string }) {
  const range = useTimeRange()
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover
      label="Time range"
      align="end"
      className="w-64"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className={className}>
          <Icon name="clock" className="text-dim" />
          <span className="sr-only">Time range: </span>
          {range.label}
          <Icon name="chevronDown" className="text-dim" />
        </button>
      }
    >
      <Suspense fallback={null}>
        <Choices onDone={() => setOpen(false)} />
      </Suspense>
    </Popover>
  )
}
