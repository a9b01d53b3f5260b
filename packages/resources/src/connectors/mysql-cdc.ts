import { z } from "zod"
import { int, int64, text } from "../kit/fields.ts"
import { defineConnector } from "./connector.ts"
import { mysqlTables, snapshotMode } from "./tables.ts"

const schema = z.object({
  serverId: int64(1, 4_294_967_295).describe("Number of this replica, unique among all replicas of the server."),
  snapshotMode: snapshotMode(),
  hostname: text({ max: 253 }).describe("Host of the database; else that of the Secret.").optional(),
  port: int(1, 65_535).default(3306),
  database: text({ max: 64 }).describe("Name of the database; else that of the Secret.").optional(),
  tables: mysqlTables().optional(),
})

export const mysqlCdc = defineConnector({
  connector: "mysql-cdc",
  direction: "source",
  description: "Reads the changes of a MySQL database.",
  schema,
})
