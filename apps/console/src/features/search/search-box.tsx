"use client"
import { lazy, Suspense, useEffect, useState } from "react"
import { Icon } from "../../components/ui/icon.tsx"
import { Kbd } from "../../components/ui/kbd.tsx"

const Palette = lazy(() => import("./palette.tsx"))

/** Opens the palette, by click or Ctrl-K; its code comes with the first use. */
export function SearchBox() {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      setOpen((was) => !was)
    }
    document.addEventListener("keydown", onKey)
    return () => document.removeEventListener("keydown", onKey)
  }, [])
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-keyshortcuts="Control+K"
        className="flex h-7 w-80 min-w-30 items-center gap-2 rounded-2 border border-line bg-panel px-2 text-12 text-dim hover:border-line-strong focus-visible:rounded-2"
      >
        <Icon name="search" />
        <span className="truncate">Search topics and groups</span>
        <span className="ml-auto whitespace-nowrap" aria-hidden="true">
          <Kbd>Ctrl K</Kbd>
        </span>
      </button>
      {isOpen ? (
        <Suspense fallback={null}>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  )
}
