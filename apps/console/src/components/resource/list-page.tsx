"use client"
import type { ReactNode } from "react"

/** A list fills the page below its head and scrolls by itself, so that columns and counts stay in sight. */
export function ListPage({ children }: { children: ReactNode }) {
  return <div className="-mb-3 flex h-[calc(100vh-82px)] min-h-80 flex-col">{children}</div>
}

/** Filter, chips and columns above a list. */
export function ListTools({ children }: { children: ReactNode }) {
  return <div className="mb-3 flex flex-none flex-wrap gap-2">{children}</div>
}
