"use client"
import { useSyncExternalStore } from "react"

// One timer for all ages on the page, on the server's clock. It ticks each second while somebody looks at a mounted age.
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let offsetMs = 0
let current = Date.now()

function tick(): void {
  current = serverTime()
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (timer === undefined) {
    current = serverTime()
    timer = setInterval(tick, 1000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** What the server's clock shows; ages are right even where this machine's clock is off. */
export function serverTime(): number {
  return Date.now() + offsetMs
}

/** Differences below two seconds are the way of the answer. */
export function setServerTime(nowMs: number): void {
  const difference = nowMs - Date.now()
  offsetMs = Math.abs(difference) < 2000 ? 0 : difference
}

/** Wall-clock time, to the second; 0 in the exported page. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => current,
    () => 0,
  )
}
