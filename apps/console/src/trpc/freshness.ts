"use client"
import { useQueryClient } from "@tanstack/react-query"
import { useCallback, useSyncExternalStore } from "react"

/** When the oldest data on this page was read; null while there is none. */
export function useOldestAsOf(): number | null {
  const queryClient = useQueryClient()
  const subscribe = useCallback((listener: () => void) => queryClient.getQueryCache().subscribe(listener), [queryClient])
  const oldest = useCallback(() => {
    let found: number | null = null
    for (const query of queryClient.getQueryCache().findAll({ type: "active" })) {
      const data: unknown = query.state.data
      if (typeof data !== "object" || data === null || !("asOf" in data) || typeof data.asOf !== "number") continue
      found = found === null ? data.asOf : Math.min(found, data.asOf)
    }
    return found
  }, [queryClient])
  return useSyncExternalStore(subscribe, oldest, () => null)
}
