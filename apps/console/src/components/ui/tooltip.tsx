"use client"
// One tooltip for the whole page. Whoever has a `data-tip` shows it after a moment of hover or at once on keyboard focus; it repeats a label
// or tells a longer truth, and is never the only place of an information.
import { useEffect, useRef, useState } from "react"

interface Shown {
  text: string
  left: number
  top: number
  isBelow: boolean
}

const delayMs = 400
const edge = 8

export function TooltipHost() {
  const [shown, setShown] = useState<Shown | null>(null)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const hide = () => {
      clearTimeout(timer)
      setShown(null)
    }
    const onOver = (event: Event) => {
      const target = tipped(event.target)
      clearTimeout(timer)
      if (!target) return setShown(null)
      timer = setTimeout(() => setShown(place(target)), delayMs)
    }
    const onFocus = (event: FocusEvent) => {
      const target = tipped(event.target)
      if (target?.matches(":focus-visible")) setShown(place(target))
    }
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && hide()
    document.addEventListener("pointerover", onOver)
    document.addEventListener("pointerdown", hide)
    document.addEventListener("focusin", onFocus)
    document.addEventListener("focusout", hide)
    document.addEventListener("keydown", onKey)
    document.addEventListener("scroll", hide, true)
    return () => {
      clearTimeout(timer)
      document.removeEventListener("pointerover", onOver)
      document.removeEventListener("pointerdown", hide)
      document.removeEventListener("focusin", onFocus)
      document.removeEventListener("focusout", hide)
      document.removeEventListener("keydown", onKey)
      document.removeEventListener("scroll", hide, true)
    }
  }, [])
  if (!shown) return null
  return (
    <div
      ref={box}
      role="tooltip"
      className="floats pointer-events-none fixed z-50 max-w-80 rounded-2 bg-raised px-2.5 py-1.5 text-11 whitespace-pre-line text-soft shadow-float"
      style={{ left: shown.left, top: shown.top, transform: `translate(-50%, ${shown.isBelow ? "0" : "-100%"})` }}
    >
      {shown.text}
    </div>
  )
}

function tipped(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null
}

/** Below the element, or above it near the bottom; never beyond the sides. */
function place(target: HTMLElement): Shown | null {
  const { left, width, top, bottom } = target.getBoundingClientRect()
  const text = target.dataset.tip
  if (!text || width === 0) return null
  const half = Math.min(160, (text.length * 6.2 + 20) / 2) + edge
  const isBelow = bottom + 48 < window.innerHeight
  return { text, left: Math.min(Math.max(left + width / 2, half), window.innerWidth - half), top: isBelow ? bottom + 6 : top - 6, isBelow }
}
