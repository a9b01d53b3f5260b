"use client"
import { lazy, Suspense, useSyncExternalStore } from "react"
import { dismiss, messages, subscribe, type ToastMessage, toast } from "./toast-store.ts"

const Surface = lazy(() => import("./toast-surface.tsx"))

export { type ToastMessage, toast }

/** Loaded with the first message. */
export function ToastHost() {
  const shown = useSyncExternalStore(subscribe, messages, messages)
  if (shown.length === 0) return null
  return (
    <Suspense fallback={null}>
      <Surface shown={shown} onDismiss={dismiss} />
    </Suspense>
  )
}
