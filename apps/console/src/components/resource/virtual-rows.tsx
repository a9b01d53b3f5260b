"use client"
/* oxlint-disable jsx-a11y/control-has-associated-label -- cells get their text from the column, spacers have none */
import type { RowData } from "@tanstack/react-table"
import { useVirtualizer } from "@tanstack/react-virtual"
import { useEffect, useRef, useState } from "react"
import { usePreferences } from "../../preferences.ts"
import { cx } from "../ui/cx.ts"
import { useKeys } from "../ui/keys.ts"
import type { ResourceTableModel } from "./use-resource-table.ts"

export interface VirtualRowsProps<Row extends RowData> {
  table: ResourceTableModel<Row>
  total: number
  onOpen: (row: Row) => void
  scroller: HTMLDivElement | null
  release: () => void
  onNeed?: (lastIndex: number) => void
}

/** Only the rows in sight are in the document; two spacer rows stand for the rest. */
export function VirtualRows<Row extends RowData>({ table, total, onOpen, scroller, release, onNeed }: VirtualRowsProps<Row>) {
  const height = usePreferences().density === "comfortable" ? 36 : 28
  const { rows } = table.getRowModel()
  const [cursor, setCursor] = useState<string | null>(null)
  // oxlint-disable-next-line react/incompatible-library -- its functions are called here only, never memoized
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    scrollPaddingStart: 28,
  })
  const measured = useRef(height)
  useEffect(() => {
    if (measured.current !== height) virtual.measure()
    measured.current = height
  }, [virtual, height])
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.length < total) onNeed?.(last)
  }, [last, rows.length, total, onNeed])

  const at = rows.findIndex((row) => row.id === cursor)
  const move = (step: number) => {
    const next = Math.min(Math.max(at + step, 0), rows.length - 1)
    setCursor(rows[next]?.id ?? null)
    virtual.scrollToIndex(next)
  }
  const current = rows[at]
  const open = () => current && onOpen(current.original)
  useKeys({ j: () => move(1), k: () => move(-1), r: release, enter: open })

  const span = table.getVisibleLeafColumns().length
  return (
    <>
      <Spacer height={items[0]?.start ?? 0} span={span} />
      <tbody>
        {items.map(({ index, key }) => {
          const row = rows[index]
          if (row === undefined) return null
          return (
            <tr key={key} data-row aria-rowindex={index + 2} data-cursor={index === at}>
              {row.getVisibleCells().map((cell) => (
                <td key={cell.id} className={cx(cell.column.columnDef.meta?.isNumber && "num")}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          )
        })}
      </tbody>
      <Spacer height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} span={span} />
    </>
  )
}

function Spacer({ height, span }: { height: number; span: number }) {
  if (height <= 0) return null
  return (
    <tbody aria-hidden="true">
      <tr>
        <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
      </tr>
    </tbody>
  )
}
