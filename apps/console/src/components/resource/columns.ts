import type { ReactNode } from "react"

/** A column of a list. A list is a declaration of these over `ResourceTable`. */
export interface Column<Row> {
  id: string
  /** Table head, with the unit if the cells share one. */
  header: string
  /** Name in the column chooser, where the head is too short to stand alone. */
  label?: string
  cell: (row: Row) => ReactNode
  /** Pixels at least; the name column takes what is left. */
  width: number
  isNumber?: boolean
  /** The word the server sorts by; without it the column cannot be sorted. */
  sortBy?: string
  isHidden?: boolean
  /** Ascending means worst first, and the arrow points down. */
  isWorstFirst?: boolean
  /** The name: always shown, first, and takes the remaining width. */
  isName?: boolean
  /** Takes remaining width too. */
  grows?: boolean
}

export interface Sort {
  by: string
  isDescending: boolean
}

/** "-size" ↔ descending by size: how a sort stands in the URL. */
export function parseSort(text: string): Sort {
  return text.startsWith("-") ? { by: text.slice(1), isDescending: true } : { by: text, isDescending: false }
}

export function sortText({ by, isDescending }: Sort): string {
  return isDescending ? `-${by}` : by
}

/** The columns shown: the person's choice, or those not hidden by default; the name is always among them. */
export function shownColumns<Row>(columns: readonly Column<Row>[], chosen: readonly string[]): Column<Row>[] {
  return columns.filter((column) => column.isName || (chosen.length > 0 ? chosen.includes(column.id) : !column.isHidden))
}

/** The choice after one column was switched; the default choice is the empty one. */
export function toggleColumn<Row>(columns: readonly Column<Row>[], chosen: readonly string[], id: string): string[] {
  const now = new Set(shownColumns(columns, chosen).map((column) => column.id))
  if (now.has(id)) now.delete(id)
  else now.add(id)
  const next = columns.filter((column) => now.has(column.id)).map((column) => column.id)
  const standard = shownColumns(columns, []).map((column) => column.id)
  return next.join() === standard.join() ? [] : next
}
