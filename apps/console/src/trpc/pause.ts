"use client"
import { useSyncExternalStore } from "react"

// Pause freezes what is on screen: no change is shown and nothing is asked for again until it is lifted.
const listeners = new Set<() => void>()
let isPaused = false

export function setPaused(next: boolean): void {
  isPaused = next
  for (const listener of listeners) listener()
}

export function isNowPaused(): boolean {
  return isPaused
}

export function usePaused(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isPaused,
    () => false,
  )
}
