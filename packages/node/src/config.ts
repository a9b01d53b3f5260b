// rivven.yaml: the one description of a node's settings. Keys are snake_case as in the user guide; an unknown key is an error that names the
// nearest known one. Values from the environment and from flags are merged by the caller before parsing, so that all obey the same schema.
import { distance } from "fastest-levenshtein"
import { parseDocument } from "yaml"
import { z } from "zod"
import { NodeError } from "./errors.ts"
import { address, auth, limits, listener, tls } from "./security-config.ts"

const durability = z.string().regex(/^(fsync|os|interval:[1-9]\d{0,6})$/, "expected fsync, os or interval:<milliseconds>")

export const nodeConfigSchema = z.strictObject({
  node: z
    .strictObject({
      data_dir: z.string().min(1).default("/data").describe("Folder of all data of this node."),
      id: z.int().min(0).max(2147483647).default(0).describe("Number of this node in the cluster."),
      advertise: address.optional().describe("host:port that clients are told to connect to; default: the address listened on."),
    })
    .prefault({}),
  cluster: z
    .strictObject({
      bootstrap_expect: z.literal(1).default(1).describe("Number of nodes. One node runs the embedded engine."),
    })
    .prefault({}),
  listeners: z
    .object({
      client: listener.prefault("0.0.0.0:9292").describe("The first listener for Kafka clients: an address, or an object as below."),
    })
    .catchall(listener)
    .prefault({}),
  tls: tls.optional(),
  auth: auth.optional(),
  limits: limits.prefault({}),
  storage: z
    .strictObject({
      durability: durability
        .default("fsync")
        .describe(
          "When a produce request is answered: after fsync, after the write to the page cache (os), or flushed every interval:<ms>.",
        ),
      segment_size: z.int().min(1048576).max(2147483647).optional().describe("log.segment.bytes, in bytes."),
      retention_bytes: z.int().min(-1).optional().describe("log.retention.bytes per partition, in bytes; -1 is without limit."),
      retention_hours: z.int().min(1).max(87600).optional().describe("log.retention.hours."),
    })
    .prefault({}),
  topics: z
    .strictObject({
      default_partitions: z.int().min(1).max(10000).default(1).describe("num.partitions: partitions of a topic created without a number."),
      auto_create: z.boolean().default(true).describe("auto.create.topics.enable: create a topic when a client first uses it."),
    })
    .prefault({}),
  observability: z
    .strictObject({
      metrics: z
        .strictObject({
          listen: address.default("0.0.0.0:9090").describe("Address of /metrics and /health/*."),
          path: z
            .string()
            .regex(/^\/[^\s?#]*$/, "expected a path that starts with /")
            .default("/metrics")
            .describe("Path of the metrics page."),
        })
        .prefault({}),
    })
    .prefault({}),
})

export type NodeConfig = z.output<typeof nodeConfigSchema>
export type NodeConfigInput = z.input<typeof nodeConfigSchema>

export interface Address {
  host: string
  port: number
}

/** `host:port` or `[v6]:port`, already checked by the schema. */
export function parseAddress(text: string): Address {
  const at = text.lastIndexOf(":")
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(text.slice(at + 1)) }
}

/** Parses the text of a rivven.yaml. Throws `CONFIG_INVALID` naming line or field and what is accepted. */
export function readNodeConfig(yaml: string): NodeConfig {
  const document = parseDocument(yaml)
  const broken = document.errors[0]
  if (broken) throw new NodeError("CONFIG_INVALID", `rivven.yaml: ${broken.message}`)
  return parseNodeConfig(document.toJS() ?? {})
}

/** Checks settings that are already an object. Throws `CONFIG_INVALID` listing every wrong field. */
export function parseNodeConfig(value: unknown): NodeConfig {
  const result = nodeConfigSchema.safeParse(value)
  if (result.success) return Object.freeze(result.data)
  throw new NodeError("CONFIG_INVALID", result.error.issues.flatMap(describeIssue).join("\n"))
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const where = issue.path.join(".")
  if (issue.code !== "unrecognized_keys") return [`${where || "rivven.yaml"}: ${issue.message}`]
  const known = knownKeys(issue.path.map(String))
  return issue.keys.map((key) => `${where ? `${where}.` : ""}${key}: unknown setting${suggestion(key, known)}`)
}

function suggestion(key: string, known: readonly string[]): string {
  const nearest = known.toSorted((a, b) => distance(key, a) - distance(key, b))[0]
  return nearest && distance(key, nearest) <= 3 ? `; did you mean ${nearest}?` : `; known here: ${known.join(", ")}`
}

function knownKeys(path: readonly string[]): string[] {
  let schema: unknown = nodeConfigSchema
  for (const key of path) schema = shapeOf(schema)?.[key] ?? catchallOf(schema)
  return Object.keys(shapeOf(schema) ?? {})
}

function catchallOf(schema: unknown): unknown {
  if (schema instanceof z.ZodPrefault) return catchallOf(schema.def.innerType)
  return schema instanceof z.ZodObject ? schema.def.catchall : undefined
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
    return shapeOf(schema.def.innerType)
  if (schema instanceof z.ZodPipe) return shapeOf(schema.def.out)
  return schema instanceof z.ZodObject ? schema.shape : undefined
}
