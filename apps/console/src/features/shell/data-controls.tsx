"use client"
import { useQueryClient } from "@tanstack/react-query"
import { Freshness } from "../../components/ui/freshness.tsx"
import { Icon } from "../../components/ui/icon.tsx"
import { useKeys } from "../../components/ui/keys.ts"
import { serverTime } from "../../now.ts"
import { resolveRange, setTimeRange, useTimeRange } from "../../time-range.ts"
import { useConnected } from "../../trpc/connection.ts"
import { useOldestAsOf } from "../../trpc/freshness.ts"
import { setPaused, usePaused } from "../../trpc/pause.ts"
import { TimeRangeMenu } from "./time-range-menu.tsx"

const segment =
  "flex items-center gap-1.5 border-r border-line px-[9px] whitespace-nowrap text-soft last:border-r-0 hover:bg-hover focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)] aria-pressed:bg-press aria-pressed:text-ink"

/** Time range, pause, refresh, and how old the oldest data on the page is. */
export function DataControls() {
  const queryClient = useQueryClient()
  const isPaused = usePaused()
  const isConnected = useConnected()
  const oldest = useOldestAsOf()
  const refresh = () => void queryClient.invalidateQueries({ type: "active" })
  const range = useTimeRange()
  const shift = (direction: number) => () => {
    const { fromMs, toMs } = resolveRange(range, serverTime())
    const step = ((toMs - fromMs) / 2) * direction
    if (toMs + step < serverTime()) setTimeRange(String(Math.round(fromMs + step)), String(Math.round(toMs + step)))
  }
  useKeys({ r: refresh, p: () => setPaused(!isPaused), "[": shift(-1), "]": shift(1) })
  return (
    <>
      <div className="inline-flex h-7 overflow-hidden rounded-2 border border-line bg-panel text-12">
        <TimeRangeMenu className={segment} />
        <button
          type="button"
          data-tip={isPaused ? "Resume (p)" : "Pause: nothing changes on screen (p)"}
          aria-label="Pause"
          aria-pressed={isPaused}
          onClick={() => setPaused(!isPaused)}
          className={segment}
        >
          <Icon name={isPaused ? "play" : "pause"} />
        </button>
        <button type="button" data-tip="Refresh (r)" aria-label="Refresh" onClick={refresh} className={segment}>
          <Icon name="refresh" />
        </button>
      </div>
      <span className="inline-block min-w-24">
        <Freshness asOf={oldest} prefix={`${isPaused ? "paused" : isConnected ? "live" : "offline"}, `} isLate={isPaused || !isConnected} />
      </span>
    </>
  )
}
