"use client"
import { useState } from "react"
import { Button } from "../../components/ui/button.tsx"
import { Input } from "../../components/ui/field.tsx"
import { PopHeading } from "../../components/ui/popover.tsx"
import { formatDateTime } from "../../format.ts"
import { serverTime } from "../../now.ts"
import { useZone } from "../../preferences.ts"
import { parseDateTime, presets, resolveRange, setTimeRange, useTimeRange } from "../../time-range.ts"

/** Presets that follow now, or two fixed ends. */
export default function TimeRangeChoices({ onDone }: { onDone: () => void }) {
  const range = useTimeRange()
  return (
    <>
      <PopHeading>Follows now</PopHeading>
      <div className="grid grid-cols-4 gap-0.5 px-1">
        {presets.map(([from, label]) => (
          <button
            key={from}
            type="button"
            aria-pressed={range.isLive && range.from === from}
            onClick={() => {
              setTimeRange(from, "now")
              onDone()
            }}
            className="h-7 rounded-2 text-12 whitespace-nowrap hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:font-mid aria-pressed:text-accent"
          >
            {label}
          </button>
        ))}
      </div>
      <PopHeading>Fixed</PopHeading>
      <FixedRange onDone={onDone} />
    </>
  )
}

function FixedRange({ onDone }: { onDone: () => void }) {
  const zone = useZone()
  const range = useTimeRange()
  const [ends, setEnds] = useState(() => {
    const { fromMs, toMs } = resolveRange(range, serverTime())
    return { from: formatDateTime(fromMs, zone), to: formatDateTime(toMs, zone) }
  })
  const from = parseDateTime(ends.from, zone)
  const to = parseDateTime(ends.to, zone)
  const isRight = from !== null && to !== null && from < to
  return (
    <form
      className="flex flex-col gap-1.5 p-2 pt-0.5"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isRight) return
        setTimeRange(String(from), String(to))
        onDone()
      }}
    >
      <Input
        aria-label="From"
        value={ends.from}
        tone={from === null ? "bad" : "plain"}
        onChange={(event) => setEnds({ ...ends, from: event.currentTarget.value })}
      />
      <Input
        aria-label="To"
        value={ends.to}
        tone={to === null ? "bad" : "plain"}
        onChange={(event) => setEnds({ ...ends, to: event.currentTarget.value })}
      />
      <div className="flex items-center justify-between text-12 text-dim">
        <span>{isRight ? (zone === "utc" ? "UTC" : "local time") : "2026-11-24 13:45:00, from before to"}</span>
        <Button isSmall type="submit" disabled={!isRight}>
          Show
        </Button>
      </div>
    </form>
  )
}
