import { z } from "zod"
import { int, int64, text } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { rule } from "../kit/rule.ts"
import { defineConnector } from "./connector.ts"

const shape = z.object({
  bucket: text({ min: 3, max: 63 }).describe("Bucket to write to."),
  region: text({ max: 64 }).optional(),
  endpoint: text({ max: 2048 }).describe("Address of the object store, if it is not that of AWS.").optional(),
  prefix: text({ max: 512 }).describe("What every key starts with.").optional(),
  format: z.enum(["json", "jsonl", "csv", "avro", "parquet"]).default("jsonl"),
  compression: z.enum(["none", "gzip", "snappy", "zstd"]).default("none"),
  flushRecords: int(1, 10_000_000).describe("Records after which a file is finished.").default(10_000),
  flushBytes: int64(1024, 10_737_418_240)
    .describe("Bytes after which a file is finished.")
    .register(formMeta, { widget: "bytes" })
    .default(134_217_728),
  flushIntervalMs: int(100, 86_400_000)
    .describe("Time after which a file is finished.")
    .register(formMeta, { widget: "duration-ms" })
    .default(60_000),
  pathStyle: z.boolean().describe("Whether the bucket stands in the path, not in the host.").default(false),
  layout: z.enum(["topic", "table"]).describe("Whether files are told apart by topic or by table.").default("topic"),
  timePartition: text({ max: 64 })
    .describe("Folders by the time of the records.")
    .register(formMeta, { placeholder: "dt=yyyy-MM-dd" })
    .optional(),
  schema: z.enum(["envelope", "registry", "infer"]).describe("Where the columns come from.").default("envelope"),
  rowGroupRows: int(1000, 1_000_000).describe("Rows of a Parquet row group.").register(formMeta, { advanced: true }).default(20_000),
  ifNoneMatch: z
    .boolean()
    .describe("Whether an object that exists is never written again.")
    .register(formMeta, { advanced: true })
    .default(false),
})

const schema = rule(shape, {
  cel: "self.compression != 'snappy' || self.format in ['parquet', 'avro']",
  message: "compression snappy is only for format parquet and avro",
  field: "compression",
  check: (s3) => s3.compression !== "snappy" || s3.format === "parquet" || s3.format === "avro",
})

export const s3Sink = defineConnector({
  connector: "s3",
  direction: "sink",
  description: "Writes files to an S3-compatible object store.",
  schema,
})
