"use client"
import { useEffect, useRef, useState } from "react"
import { useGo } from "../../app/navigation.tsx"
import { Dialog } from "../../components/ui/dialog.tsx"
import { Kbd } from "../../components/ui/kbd.tsx"
import { useKeys } from "../../components/ui/keys.ts"

const destinations: Readonly<Record<string, string>> = { o: "/", t: "/topics", c: "/groups", l: "/alerts" }

const listed: readonly (readonly [string[], string])[] = [
  [["Ctrl", "K"], "Search and commands"],
  [["/"], "Filter this list"],
  [["g", "o"], "Overview"],
  [["g", "t"], "Topics"],
  [["g", "c"], "Consumer groups"],
  [["g", "l"], "Alerts"],
  [["j"], "Next row"],
  [["k"], "Previous row"],
  [["Enter"], "Open the row"],
  [["e"], "Edit"],
  [["y"], "YAML"],
  [["r"], "Refresh, show held updates"],
  [["p"], "Pause or resume"],
  [["[", "]"], "Shift the time range"],
  [["Esc"], "Close"],
  [["?"], "This list"],
]

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
  return (
    <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title="Shortcuts">
      <dl className="grid grid-cols-[112px_1fr] gap-y-1.5 pt-1">
        {listed.map(([keys, what]) => (
          <div key={what} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-12 text-dim">Single letters can be turned off in the user menu.</p>
    </Dialog>
  )
}
