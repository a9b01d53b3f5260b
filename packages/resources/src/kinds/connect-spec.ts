// Sources and sinks of a RivvenConnect, with one optional typed block per connector and the rules that tie block and connector together.
import { z } from "zod"
import { type SinkBlock, type SourceBlock, sinkConnectors, sourceConnectors } from "../connectors/index.ts"
import { atomicList, dns63, int, int64, namePattern, setOf, text, withDefaults } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { freeform } from "../kit/freeform.ts"
import { rule } from "../kit/rule.ts"
import { secretRef } from "../kit/secret-ref.ts"

const topicName = () =>
  text({ min: 1, max: 249, pattern: /^[a-zA-Z0-9._-]+$/, accepts: "1 to 249 letters, digits, dots, underscores and dashes" })

export const transformTypes = [
  "unwrap",
  "route",
  "filter",
  "rename",
  "drop",
  "keep",
  "cast",
  "mask",
  "hash",
  "insert",
  "flatten",
  "headerFrom",
  "headerTo",
  "outbox",
  "tombstone",
] as const

const transform = z.object({
  type: z.enum(transformTypes),
  when: z
    .object({
      topic: text({ max: 249 }).describe("Topic, with * as any.").optional(),
      hasHeader: text({ max: 249 }).describe("Header that is present.").optional(),
      isTombstone: z.boolean().optional(),
    })
    .describe("Records it applies to; all if absent.")
    .optional(),
  config: freeform().optional(),
})

const dataFormat = z.object({
  type: z.enum(["json", "json-schema", "avro", "string", "bytes"]).default("json"),
  registryUrl: text({ max: 2048, pattern: /^https?:\/\//, accepts: "an http:// or https:// address" })
    .describe("Address of the schema registry.")
    .optional(),
})

const errorPolicy = z.object({
  tolerance: z.enum(["none", "all"]).describe("none stops at a bad record, all sends it to the dead-letter topic.").default("none"),
  retryTimeoutMs: int(0, 86_400_000).register(formMeta, { widget: "duration-ms" }).default(300_000),
  retryMaxDelayMs: int(1, 3_600_000).register(formMeta, { widget: "duration-ms" }).default(60_000),
  onTooLarge: z.enum(["fail", "truncate", "claimCheck"]).describe("What happens to a record the topic does not take.").default("fail"),
})

/** What a source and a sink have in common. */
const entryFields = {
  name: dns63().describe("Name within the pipeline."),
  connector: text({ min: 1, max: 64, pattern: namePattern, accepts: "a name of 1 to 64 lower-case letters, digits and -" }).describe(
    "Which connector runs.",
  ),
  enabled: z.boolean().default(true),
  configSecretRef: secretRef().describe("Secret with the credentials.").register(formMeta, { widget: "secret" }).optional(),
  config: freeform()
    .describe("Configuration of a connector that has no block of its own.")
    .register(formMeta, { widget: "yaml" })
    .optional(),
  transforms: atomicList(transform, { max: 20 }).describe("Applied to each record, in this order.").optional(),
  errors: withDefaults(errorPolicy).register(formMeta, { advanced: true }),
  keyFormat: dataFormat.register(formMeta, { advanced: true }).optional(),
  valueFormat: dataFormat.register(formMeta, { advanced: true }).optional(),
}

const sourceBlocks = {
  postgresCdc: sourceConnectors.postgresCdc.schema.optional(),
  mysqlCdc: sourceConnectors.mysqlCdc.schema.optional(),
  datagen: sourceConnectors.datagen.schema.optional(),
  http: sourceConnectors.http.schema.optional(),
} satisfies Record<SourceBlock, z.ZodType>

const sinkBlocks = {
  s3: sinkConnectors.s3.schema.optional(),
  http: sinkConnectors.http.schema.optional(),
  stdout: sinkConnectors.stdout.schema.optional(),
} satisfies Record<SinkBlock, z.ZodType>

const sourceShape = z.object({
  ...entryFields,
  topic: topicName().describe("Topic to write to.").register(formMeta, { widget: "topic" }).optional(),
  topicRouting: text({ max: 249 }).describe("Template of the topic's name, such as cdc.{schema}.{table}.").optional(),
  topicConfig: z
    .object({ partitions: int(1, 10_000).optional(), replicationFactor: int(1, 10).optional(), autoCreate: z.boolean().default(true) })
    .describe("How topics that do not exist are created.")
    .optional(),
  delivery: z.enum(["exactly-once", "at-least-once"]).default("exactly-once"),
  ...sourceBlocks,
})

const sinkShape = z.object({
  ...entryFields,
  topics: setOf(
    text({ min: 1, max: 249, pattern: /^[a-zA-Z0-9._*-]+$/, accepts: "the name of a topic, or a pattern with * such as cdc.*" }),
    { min: 1, max: 100 },
  ).describe("Topics to read, * is any text."),
  consumerGroup: text({ min: 1, max: 255 }).describe("Group that remembers the position."),
  startOffset: z.enum(["earliest", "latest"]).describe("Where a new group starts.").default("earliest"),
  rateLimit: z
    .object({
      eventsPerSecond: int64(0, 10_000_000).describe("0 is unlimited.").default(0),
      burstCapacity: int64(0, 100_000).optional(),
    })
    .optional(),
  deadLetterTopic: text({ max: 249 }).describe("Topic for records that fail.").register(formMeta, { widget: "topic" }).optional(),
  ...sinkBlocks,
})

/** A typed block only with its connector, and never together with the free-form `config`. */
function withBlockRules<S extends z.ZodObject>(shape: S, blocks: Record<string, { connector: string }>): S {
  let schema = shape
  for (const [block, { connector }] of Object.entries(blocks)) {
    schema = rule(schema, {
      cel: `!has(self.${block}) || self.connector == '${connector}'`,
      message: `${block} is only for connector ${connector}`,
      field: block,
      check: (entry: Record<string, unknown>) => entry[block] === undefined || entry.connector === connector,
    })
  }
  const names = Object.keys(blocks)
  return rule(schema, {
    cel: `!has(self.config) || !(${names.map((block) => `has(self.${block})`).join(" || ")})`,
    message: `set only one of config and ${names.join(", ")}`,
    field: "config",
    check: (entry: Record<string, unknown>) => entry.config === undefined || names.every((block) => entry[block] === undefined),
  })
}

export const source = rule(withBlockRules(sourceShape, sourceConnectors), {
  cel: "has(self.topic) || has(self.topicRouting)",
  message: "a source needs topic or topicRouting",
  field: "topic",
  check: (entry) => entry.topic !== undefined || entry.topicRouting !== undefined,
})

export const sink = withBlockRules(sinkShape, sinkConnectors)
