"use client"
import { useState } from "react"

export interface HeldRows<Row> {
  rows: readonly Row[]
  /** Rows that came, went or moved since the order on screen was taken. */
  held: number
}

/**
 * Rows never move under the pointer: values change in place, order and membership stay as they were taken.
 * A row that is gone keeps its last values until the update is shown.
 */
export function holdRows<Row>(shown: readonly Row[], next: readonly Row[], idOf: (row: Row) => string): HeldRows<Row> {
  const byId = new Map(next.map((row, at) => [idOf(row), { row, at }]))
  let moved = 0
  const rows = shown.map((row, at) => {
    const found = byId.get(idOf(row))
    if (!found || found.at !== at) moved += 1
    return found?.row ?? row
  })
  const shownIds = new Set(shown.map(idOf))
  const came = next.filter((row) => !shownIds.has(idOf(row))).length
  // A row that comes in the middle shifts all that follow; that is one update, not hundreds.
  const gone = shown.filter((row) => !byId.has(idOf(row))).length
  const held = came + gone > 0 ? Math.max(came, gone) : moved
  return { rows, held }
}

export interface UseHeldRowsOptions<Row> {
  rows: readonly Row[]
  idOf: (row: Row) => string
  /** While somebody points at or walks through the rows. */
  isHeld: boolean
  /** Sort and filter in words: when it changes, the person asked for another order. */
  question: string
}

export function useHeldRows<Row>({ rows, idOf, isHeld, question }: UseHeldRowsOptions<Row>): HeldRows<Row> & { release: () => void } {
  const [taken, setTaken] = useState({ rows, question })
  const isFollowing = taken.question !== question || !isHeld || taken.rows.length === 0
  if (isFollowing && (taken.rows !== rows || taken.question !== question)) setTaken({ rows, question })
  const release = () => setTaken({ rows, question })
  return isFollowing ? { rows, held: 0, release } : { ...holdRows(taken.rows, rows, idOf), release }
}
