"use client"
import {
  type ColumnDef,
  columnVisibilityFeature,
  metaHelper,
  type ReactTable,
  type RowData,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table"
import { useMemo } from "react"
import { type Column, type Sort, shownColumns } from "./columns.ts"

interface ColumnMeta {
  isNumber: boolean
  width: number | undefined
  isWorstFirst: boolean
}

/** The server filters and sorts; the table owns which columns are shown, what is sorted by, and the row model. */
const features = tableFeatures({ columnVisibilityFeature, rowSortingFeature, columnMeta: metaHelper<ColumnMeta>() })

export type ResourceTableModel<Row extends RowData> = ReactTable<typeof features, Row>

export interface ResourceTableOptions<Row> {
  columns: readonly Column<Row>[]
  chosen: readonly string[]
  rows: readonly Row[]
  idOf: (row: Row) => string
  sort: Sort
  onSort: (sort: Sort) => void
}

export function useResourceTable<Row extends RowData>(options: ResourceTableOptions<Row>): ResourceTableModel<Row> {
  const { columns, chosen, rows, idOf, sort, onSort } = options
  const definitions = useMemo(() => columns.map((column) => definition(column)), [columns])
  const columnVisibility = useMemo(() => {
    const shown = shownColumns(columns, chosen)
    return Object.fromEntries(columns.map((column) => [column.id, shown.includes(column)]))
  }, [columns, chosen])
  const sorting = useMemo<SortingState>(() => {
    const column = columns.find(({ sortBy }) => sortBy === sort.by)
    return column ? [{ id: column.id, desc: sort.isDescending }] : []
  }, [columns, sort])
  return useTable({
    features,
    columns: definitions,
    data: rows as Row[],
    getRowId: idOf,
    manualSorting: true,
    enableSortingRemoval: false,
    state: { columnVisibility, sorting },
    onSortingChange: (update) => {
      const [next] = typeof update === "function" ? update(sorting) : update
      const by = columns.find(({ id }) => id === next?.id)?.sortBy
      if (next && by) onSort({ by, isDescending: next.desc })
    },
  })
}

function definition<Row extends RowData>(column: Column<Row>): ColumnDef<typeof features, Row> {
  return {
    id: column.id,
    accessorFn: () => null,
    header: column.header,
    cell: ({ row }) => column.cell(row.original),
    enableHiding: column.isName !== true,
    enableSorting: column.sortBy !== undefined,
    sortDescFirst: column.isNumber === true,
    meta: {
      isNumber: column.isNumber === true,
      isWorstFirst: column.isWorstFirst === true,
      width: column.isName || column.grows ? undefined : column.width,
    },
  }
}
