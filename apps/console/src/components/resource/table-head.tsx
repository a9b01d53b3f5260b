import type { RowData } from "@tanstack/react-table"
import { cx } from "../ui/cx.ts"
import { Icon } from "../ui/icon.tsx"
import type { ResourceTableModel } from "./use-resource-table.ts"

type Header<Row extends RowData> = ReturnType<ResourceTableModel<Row>["getFlatHeaders"]>[number]

const order = { asc: "ascending", desc: "descending" } as const

/** Sorted column in ink with its arrow; a click turns the order around. */
export function HeadCell<Row extends RowData>({ header, table }: { header: Header<Row>; table: ResourceTableModel<Row> }) {
  const { column } = header
  const sorted = column.getIsSorted()
  return (
    <th scope="col" className={cx(column.columnDef.meta?.isNumber && "num")} {...(sorted ? { "aria-sort": order[sorted] } : {})}>
      {column.getCanSort() ? (
        <button type="button" className="inline-flex items-center gap-[3px] font-mid hover:text-ink" onClick={() => column.toggleSorting()}>
          <table.FlexRender header={header} />
          {sorted ? <Icon name={sorted === "desc" ? "sortDown" : "sortUp"} className="size-2.5" /> : null}
        </button>
      ) : (
        <table.FlexRender header={header} />
      )}
    </th>
  )
}
