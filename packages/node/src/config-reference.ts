// The reference page of rivven.yaml, from the same schema that checks it.
import { z } from "zod"
import { nodeConfigSchema } from "./config.ts"

interface JsonSchema {
  type?: string
  properties?: Record<string, JsonSchema>
  /** Of entries with names of the user's choice. */
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema
  enum?: readonly string[]
  description?: string
  default?: unknown
  const?: unknown
  pattern?: string
  minimum?: number
  maximum?: number
}

/** Markdown: one row per setting, sections as dotted prefixes. */
export function configReference(): string {
  const schema = z.toJSONSchema(nodeConfigSchema, { io: "input" }) as JsonSchema
  return [
    "# rivven.yaml",
    "",
    "Settings of one node, read by `rivven node --config rivven.yaml` and checked by `rivven node --check`. An unknown key is an error that names the nearest known one.",
    "",
    "A listener is an address or an object; further listeners have names of your choice. Names of files are relative to the folder of rivven.yaml. How they belong together, with examples: [Security](../guides/security.md).",
    "",
    "| setting | accepted | default | meaning |",
    "|---|---|---|---|",
    ...rows(schema, []),
  ].join("\n")
}

/** An object that has a meaning of its own is one row; any other is its fields. */
function rows(schema: JsonSchema, path: readonly string[]): string[] {
  const more = typeof schema.additionalProperties === "object" ? { "<name>": schema.additionalProperties } : {}
  return Object.entries({ ...schema.properties, ...more }).flatMap(([name, field]) =>
    field.properties && !field.description ? rows(field, [...path, name]) : [row([...path, name].join("."), field)],
  )
}

function row(name: string, field: JsonSchema): string {
  const fallback = field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``
  return `| \`${name}\` | ${accepted(field)} | ${fallback} | ${field.description ?? ""} |`
}

function accepted({ type, const: only, pattern, minimum, maximum, enum: choices, items }: JsonSchema): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(", ")
  if (items) return `list of ${accepted(items)}`
  if (only !== undefined) return `\`${JSON.stringify(only)}\``
  if (minimum !== undefined && maximum !== undefined)
    return `${type}, ${minimum} to ${maximum === Number.MAX_SAFE_INTEGER ? "2^53-1" : maximum}`
  if (pattern?.includes("interval")) return "`fsync`, `os`, `interval:<ms>`"
  if (pattern?.includes(":")) return "`host:port`"
  return type ?? ""
}
