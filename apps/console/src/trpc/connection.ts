"use client"
import { useSyncExternalStore } from "react"

// Whether the server of this console can be reached, as the stream of changes tells: a dead stream is found within seconds.
const listeners = new Set<() => void>()
let isConnected = true

export function setConnected(next: boolean): void {
  if (isConnected === next) return
  isConnected = next
  for (const listener of listeners) listener()
}

export function isNowConnected(): boolean {
  return isConnected
}

export function useConnected(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isConnected,
    () => true,
  )
}
