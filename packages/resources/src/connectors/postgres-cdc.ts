import { z } from "zod"
import { int, setOf, text, withDefaults } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { defineConnector } from "./connector.ts"
import { postgresTables, snapshotMode } from "./tables.ts"

const advanced = { advanced: true } as const

const schema = z.object({
  slotName: text({ min: 1, max: 63, pattern: /^[a-z0-9_]+$/, accepts: "1 to 63 lower-case letters, digits and underscores" })
    .describe("Replication slot that remembers the position.")
    .register(formMeta, { placeholder: "rivven_slot" }),
  publication: text({ min: 1, max: 63 }).describe("Publication that names the tables.").register(formMeta, { placeholder: "rivven_pub" }),
  decodingPlugin: z.enum(["pgoutput"]).describe("How Postgres writes changes.").register(formMeta, advanced).default("pgoutput"),
  snapshotMode: snapshotMode(),
  hostname: text({ max: 253 }).describe("Host of the database; else that of the Secret.").optional(),
  port: int(1, 65_535).default(5432),
  database: text({ max: 63 }).describe("Name of the database; else that of the Secret.").optional(),
  sslMode: z.enum(["disable", "prefer", "require", "verify-ca", "verify-full"]).default("prefer"),
  takeover: z
    .enum(["wait", "terminate"])
    .describe("Whether a slot in use by another session is waited for or taken.")
    .register(formMeta, advanced)
    .default("wait"),
  publicationMode: z
    .enum(["require", "create", "sync"])
    .describe("Whether the publication must exist, is created, or is also kept equal to tables.")
    .default("create"),
  slotDropPolicy: z
    .enum(["Retain", "Drop"])
    .describe("What happens to the slot when the pipeline is deleted. A slot that is kept holds back WAL.")
    .default("Retain"),
  failoverSlot: z.boolean().describe("Whether the slot follows to a standby.").register(formMeta, advanced).default(false),
  keepTransactionsWhole: z.boolean().describe("Whether a transaction's rows are written in one Kafka transaction.").default(false),
  skipUnchanged: z.boolean().describe("Whether updates that change nothing are left out.").register(formMeta, advanced).default(false),
  tombstonesOnDelete: z.boolean().describe("Whether a delete is followed by a tombstone.").default(true),
  skippedOperations: setOf(z.enum(["c", "u", "d", "t", "m"]), { max: 5 })
    .describe("Kinds of change that are left out: create, update, delete, truncate, message.")
    .register(formMeta, advanced)
    .default(["t", "m"]),
  batch: withDefaults(
    z.object({
      maxRows: int(1, 1_000_000).default(5000),
      maxBytes: int(1024, 104_857_600).register(formMeta, { widget: "bytes" }).default(8_388_608),
      maxWaitMs: int(0, 60_000).default(500),
    }),
  )
    .describe("How much is collected before it is written.")
    .register(formMeta, advanced),
  int8: z.enum(["string", "number"]).describe("How 64-bit integers are written.").register(formMeta, advanced).default("string"),
  decimalHandling: z
    .enum(["string", "double", "precise"])
    .describe("How numeric is written.")
    .register(formMeta, advanced)
    .default("string"),
  timePrecision: z.enum(["iso", "micros"]).describe("How times are written.").register(formMeta, advanced).default("iso"),
  jsonHandling: z.enum(["text", "embed"]).describe("How json and jsonb are written.").register(formMeta, advanced).default("text"),
  compat: z.enum(["none", "debezium"]).describe("Envelope of another tool.").register(formMeta, advanced).default("none"),
  heartbeatIntervalMs: int(0, 3_600_000).describe("How often an idle source confirms its position; 0 is never.").optional(),
  heartbeatQuery: text({ max: 4096 }).describe("Statement run with each heartbeat.").register(formMeta, advanced).optional(),
  tables: postgresTables().optional(),
})

export const postgresCdc = defineConnector({
  connector: "postgres-cdc",
  direction: "source",
  description: "Reads the changes of a PostgreSQL database.",
  schema,
})
