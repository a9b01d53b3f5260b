"use client"
import { lazy, Suspense, useEffect, useRef, useState } from "react"
import { useGo } from "../../app/navigation.tsx"
import { useKeys } from "../../components/ui/keys.ts"

const destinations: Readonly<Record<string, string>> = { o: "/", t: "/topics", c: "/groups", l: "/alerts" }

const ShortcutsDialog = lazy(() => import("./shortcuts-dialog.tsx"))

const opened = "rivven-shortcuts"

export function openShortcuts(): void {
  document.dispatchEvent(new Event(opened))
}

/** Keys that work on every page: `g` and a letter goes somewhere, `?` lists all. */
export function Shortcuts() {
  const [isOpen, setOpen] = useState(false)
  const go = useGo()
  const wentAt = useRef(0)
  const step = (key: string) => () => {
    if (performance.now() - wentAt.current > 1200) return
    wentAt.current = 0
    const href = destinations[key]
    if (href) go(href)
  }
  useKeys({
    "?": () => setOpen(true),
    g: () => {
      wentAt.current = performance.now()
    },
    o: step("o"),
    t: step("t"),
    c: step("c"),
    l: step("l"),
  })
  useEffect(() => {
    const open = () => setOpen(true)
    document.addEventListener(opened, open)
    return () => document.removeEventListener(opened, open)
  }, [])
  if (!isOpen) return null
  return (
    <Suspense fallback={null}>
      <ShortcutsDialog onClose={() => setOpen(false)} />
    </Suspense>
  )
}
