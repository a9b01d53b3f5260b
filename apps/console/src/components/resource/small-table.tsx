"use client"
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */
import type { ReactNode } from "react"
import { cx } from "../ui/cx.ts"
import { Panel, type PanelProps } from "../ui/panel.tsx"
import type { Column } from "./columns.ts"
import { Notice } from "./notices.tsx"
import { FailedBody } from "./resource-table.tsx"
import { type Failure, LoadingRows } from "./table-states.tsx"

export interface SmallTableProps<Row> extends Pick<PanelProps, "title" | "note" | "aside"> {
  label: string
  columns: readonly Column<Row>[]
  /** undefined while the first answer is on its way. */
  rows: readonly Row[] | undefined
  idOf: (row: Row) => string
  failure?: Failure | undefined
  notices?: readonly { claim: string; detail: string }[]
  empty: ReactNode
}

/** A table inside a page: all its rows, same states and columns as the lists. */
export function SmallTable<Row>(props: SmallTableProps<Row>) {
  const { label, columns, rows, idOf, failure, notices = [], empty, ...panel } = props
  const minWidth = columns.reduce((sum, column) => sum + column.width, 0)
  return (
    <Panel isFlush hasRule label={label} {...panel}>
      {notices.map(({ claim, detail }) => (
        <Notice key={claim} claim={claim}>
          {detail}
        </Notice>
      ))}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label={`${label}, rows`} tabIndex={0} className="overflow-auto">
        <table className="tbl table-fixed" style={{ minWidth }} aria-label={label} aria-busy={rows === undefined && !failure}>
          <colgroup>
            {columns.map((column) => (
              <col key={column.id} style={column.isName || column.grows ? undefined : { width: column.width }} />
            ))}
          </colgroup>
          <thead className="sticky top-0">
            <tr>
              {columns.map((column) => (
                <th key={column.id} scope="col" className={cx(column.isNumber && "num")}>
                  {column.header || <span className="sr-only">{column.label}</span>}
                </th>
              ))}
            </tr>
          </thead>
          {rows === undefined && !failure ? <LoadingRows columns={columns} /> : null}
          <tbody>
            {rows?.map((row) => (
              <tr key={idOf(row)} data-row>
                {columns.map((column) => (
                  <td key={column.id} className={cx(column.isNumber && "num")}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows?.length === 0 ? empty : null}
        {failure && !rows ? <FailedBody failure={failure} /> : null}
      </section>
    </Panel>
  )
}
