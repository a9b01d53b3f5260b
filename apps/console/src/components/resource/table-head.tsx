import type { RowData } from "@tanstack/react-table"
import { cx } from "../ui/cx.ts"
import { Icon } from "../ui/icon.tsx"
import type { ResourceTableModel } from "./use-resource-table.ts"

type Header<Row extends RowData> = ReturnType<ResourceTableModel<Row>["getFlatHeaders"]>[number]

const order = { asc: "ascending", desc: "descending" } as const

/** What is worst first reads as descending, whatever the word in the question. */
function direction(sorted: false | "asc" | "desc", isWorstFirst: boolean): false | "asc" | "desc" {
  if (sorted === false || !isWorstFirst) return sorted
  return sorted === "asc" ? "desc" : "asc"
}

/** Sorted column in ink with its arrow; a click turns the order around. */
export function HeadCell<Row extends RowData>({ header, table }: { header: Header<Row>; table: ResourceTableModel<Row> }) {
  const { column } = header
  const sorted = direction(column.getIsSorted(), column.columnDef.meta?.isWorstFirst === true)
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
