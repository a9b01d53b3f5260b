"use client"
import { useState } from "react"
import { Button } from "../../components/ui/button.tsx"
import { Input } from "../../components/ui/field.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { formatDateTime } from "../../format.ts"
import { useZone } from "../../preferences.ts"
import { parseDateTime } from "../../time-range.ts"
import type { Seek } from "./use-messages.ts"

export interface SeekBarProps {
  seek: Seek
  isTailing: boolean
  onSeek: (change: Partial<Seek>) => void
  onTail: (isOn: boolean) => void
  onRefresh: () => void
}

/** Where to read: newest, oldest, from an offset or a time, all partitions or one; or live. */
export function SeekBar({ seek, isTailing, onSeek, onTail, onRefresh }: SeekBarProps) {
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <Segmented
        label="Read from"
        value={isTailing ? "tail" : seek.at}
        onChoose={(at) => {
          onTail(at === "tail")
          if (at !== "tail") onSeek({ at })
        }}
        segments={[
          { value: "newest", label: "Newest" },
          { value: "oldest", label: "Oldest" },
          { value: "offset", label: "Offset" },
          { value: "time", label: "Time" },
          { value: "tail", label: "Live tail" },
        ]}
      />
      {!isTailing && seek.at === "offset" ? (
        <NumberBox label="Offset" value={seek.offset} onValue={(offset) => onSeek({ offset })} />
      ) : null}
      {!isTailing && seek.at === "time" ? <TimeBox value={seek.time} onValue={(time) => onSeek({ time })} /> : null}
      <NumberBox label="Partition" placeholder="all" value={seek.partition} onValue={(partition) => onSeek({ partition })} />
      {isTailing ? null : (
        <Button icon="refresh" onClick={onRefresh}>
          Read again
        </Button>
      )}
    </div>
  )
}

function NumberBox({
  label,
  value,
  placeholder,
  onValue,
}: {
  label: string
  value: number | null
  placeholder?: string
  onValue: (value: number | null) => void
}) {
  const [draft, setDraft] = useState(value === null ? "" : String(value))
  const isRight = /^\d{0,15}$/.test(draft)
  return (
    <Input
      aria-label={label}
      className="w-44"
      prefixNode={<span className="text-12 text-dim">{label}</span>}
      placeholder={placeholder}
      inputMode="numeric"
      tone={isRight ? "plain" : "bad"}
      aria-invalid={!isRight}
      value={draft}
      onChange={(event) => {
        const text = event.currentTarget.value
        setDraft(text)
        if (/^\d{0,15}$/.test(text)) onValue(text === "" ? null : Number(text))
      }}
    />
  )
}

function TimeBox({ value, onValue }: { value: number | null; onValue: (value: number) => void }) {
  const zone = useZone()
  const [draft, setDraft] = useState(value === null ? "" : formatDateTime(value, zone))
  const at = parseDateTime(draft, zone)
  return (
    <Input
      aria-label={`Time, ${zone === "utc" ? "UTC" : "local"}`}
      className="w-60"
      placeholder="2026-11-24 13:45:00"
      suffix={zone === "utc" ? "UTC" : "local"}
      tone={draft !== "" && at === null ? "bad" : "plain"}
      value={draft}
      onChange={(event) => {
        setDraft(event.currentTarget.value)
        const next = parseDateTime(event.currentTarget.value, zone)
        if (next !== null) onValue(next)
      }}
    />
  )
}
