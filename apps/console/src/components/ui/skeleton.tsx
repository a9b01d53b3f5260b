"use client"
import { type ReactNode, useEffect, useState } from "react"

/** A known shape whose content is still on its way. */
export function Skeleton({ width }: { width: number | string }) {
  return <i className="inline-block h-2 max-w-full rounded-[4px] bg-press align-middle" style={{ width }} aria-hidden="true" />
}

/** Nothing for the first 150 ms, so that quick answers do not flash. */
export function Delayed({ children }: { children: ReactNode }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return isShown ? children : <div className="invisible">{children}</div>
}
