// The tables a change-data-capture source reads, the same for every database.
import { z } from "zod"
import { atomicList, listMap, text, textMap } from "../kit/fields.ts"
import { rule } from "../kit/rule.ts"

const columnNames = () => atomicList(text({ max: 128 }), { max: 500 })

export const snapshotModes = ["initial", "initial_only", "always", "no_data", "when_needed", "never", "schema_only"] as const

export function snapshotMode() {
  return z.enum(snapshotModes).describe("When existing rows are read: never and schema_only are other names of no_data.").default("initial")
}

const schemaName = () => text({ max: 128 }).describe("Schema of the table.")

const tableFields = {
  table: text({ min: 1, max: 128 }).describe("Name of the table."),
  topic: text({ max: 249 }).describe("Topic for the rows of this table, in place of the source's.").optional(),
  columns: columnNames().describe("Columns to read; all if absent.").optional(),
  excludeColumns: columnNames().describe("Columns to leave out.").optional(),
  columnMasks: textMap({ max: 100, maxValue: 256 })
    .describe("What stands in place of a column's value: a literal, null:, hash:sha256, truncate:<n> or partial:<head>,<tail>.")
    .optional(),
}

const columnsRule = {
  cel: "!(has(self.columns) && has(self.excludeColumns))",
  message: "set only one of columns and excludeColumns",
  check: (table: { columns?: unknown; excludeColumns?: unknown }) => table.columns === undefined || table.excludeColumns === undefined,
}

/** Postgres: a table without a schema is in `public`. */
export function postgresTables() {
  return listMap(rule(z.object({ schema: schemaName().default("public"), ...tableFields }), columnsRule), {
    max: 500,
    keys: ["schema", "table"],
  }).describe("Tables to read; those of the publication if absent.")
}

/** MySQL: the schema is the database, and there is none to assume. */
export function mysqlTables() {
  return listMap(rule(z.object({ schema: schemaName(), ...tableFields }), columnsRule), { max: 500, keys: ["schema", "table"] }).describe(
    "Tables to read; all of the database if absent.",
  )
}
