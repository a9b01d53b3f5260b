"use client"
import { Button } from "../ui/button.tsx"
import { Checkbox } from "../ui/checkbox.tsx"
import { PopHeading, Popover } from "../ui/popover.tsx"
import { type Column, shownColumns, toggleColumn } from "./columns.ts"

export interface ColumnChooserProps<Row> {
  columns: readonly Column<Row>[]
  chosen: readonly string[]
  onChoose: (chosen: string[]) => void
}

export function ColumnChooser<Row>({ columns, chosen, onChoose }: ColumnChooserProps<Row>) {
  const shown = new Set(shownColumns(columns, chosen).map((column) => column.id))
  return (
    <Popover label="Columns" align="end" className="w-50" trigger={<Button icon="columns">Columns</Button>}>
      <PopHeading>Columns</PopHeading>
      {columns
        .filter((column) => !column.isName)
        .map((column) => (
          <div key={column.id} className="flex h-[26px] items-center rounded-2 px-2 hover:bg-hover">
            <Checkbox isOn={shown.has(column.id)} onChange={() => onChoose(toggleColumn(columns, chosen, column.id))}>
              {column.label ?? column.header}
            </Checkbox>
          </div>
        ))}
      <PopHeading>Part of the address of this page</PopHeading>
    </Popover>
  )
}
