// zod → structural schema of a CustomResourceDefinition. Refuses, with the field's path, whatever such a schema cannot hold, instead of
// approximating it: a rule that vanished without a word would be believed by everybody and enforced by nobody.
import { z } from "zod"
import { type CelRule, extensionOf, hasTwin } from "./extension.ts"
import { elementOf, fieldsOf, isOpaque, mapValueOf, type Schema, typeOf, unwrap } from "./shape.ts"

export type JsonSchema = {
  type?: "object" | "array" | "string" | "integer" | "number" | "boolean"
  description?: string
  format?: string
  pattern?: string
  enum?: (string | number | boolean)[]
  default?: unknown
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  maxProperties?: number
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema
  items?: JsonSchema
  "x-kubernetes-int-or-string"?: true
  "x-kubernetes-preserve-unknown-fields"?: true
  "x-kubernetes-list-type"?: "map" | "set" | "atomic"
  "x-kubernetes-list-map-keys"?: string[]
  "x-kubernetes-map-type"?: "atomic" | "granular"
  "x-kubernetes-validations"?: CelRule[]
}

export class UnrepresentableError extends Error {
  readonly path: string

  constructor(path: string, why: string) {
    super(`${path === "" ? "the schema" : path}: ${why}`)
    this.name = "UnrepresentableError"
    this.path = path
  }
}

export function toCrdSchema(schema: z.ZodType): JsonSchema {
  refuse(schema, "")
  const converted = z.toJSONSchema(schema, {
    target: "openapi-3.0",
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      addExtension(zodSchema, jsonSchema as JsonSchema)
      expandDefault(zodSchema, jsonSchema as JsonSchema)
    },
  })
  return tidy(structuredClone(converted) as JsonSchema)
}

const representable = new Set(["object", "array", "record", "string", "number", "boolean", "enum", "literal"])

const reasons: Record<string, string> = {
  union: "a union has types inside anyOf; write one optional block per variant and a rule saying which",
  tuple: "a tuple has types inside items; write an object",
  intersection: "an intersection cannot be structural; write one object",
  transform: "a transform vanishes; the stored value is what the user wrote",
  pipe: "a transform or preprocess vanishes; the stored value is what the user wrote",
  lazy: "recursion needs $ref",
  any: "a node without a type; use freeform()",
  unknown: "a node without a type; use freeform()",
  date: "use text with format date-time",
  bigint: "use int64()",
  catch: "a fallback vanishes; refuse the value",
  nullable: "null means absent in a resource; use .optional()",
}

function refuse(given: Schema, path: string): void {
  const { schema } = unwrap(given)
  if (isOpaque(schema)) return
  const type = typeOf(schema)
  if (!representable.has(type)) throw new UnrepresentableError(path, reasons[type] ?? `${type} cannot be structural`)
  refuseMeta(schema, path)
  refuseChecks(schema, path)
  if (type === "object") refuseObject(schema, path)
  const element = elementOf(schema)
  if (element) refuse(element, `${path}[]`)
  const value = mapValueOf(schema)
  if (value) refuse(value, `${path}{}`)
}

function refuseObject(schema: Schema, path: string): void {
  if ((schema._zod.def as z.core.$ZodObjectDef).catchall) {
    throw new UnrepresentableError(path, "a strict or loose object cannot be structural; use a plain object, the API server prunes")
  }
  for (const [name, field] of fieldsOf(schema)) refuse(field, path === "" ? name : `${path}.${name}`)
}

function refuseMeta(schema: Schema, path: string): void {
  const meta = z.globalRegistry.get(schema as z.ZodType) ?? {}
  const strange = Object.keys(meta).find((key) => key !== "description")
  if (strange === "id") throw new UnrepresentableError(path, "a .meta id becomes $ref")
  if (strange) throw new UnrepresentableError(path, `.meta key ${strange} would be copied into the schema; use formMeta`)
}

function refuseChecks(schema: Schema, path: string): void {
  const extension = extensionOf(schema)
  for (const check of schema._zod.def.checks ?? []) {
    if (check._zod.def.check === "custom" && !hasTwin(check)) {
      throw new UnrepresentableError(path, "a refinement vanishes; use rule()")
    }
    if (check._zod.def.check === "overwrite") throw new UnrepresentableError(path, "trim and its like vanish; refuse the value")
    refusePattern(check, path)
  }
  const isBounded = (schema._zod.def.checks ?? []).some((check) => check._zod.def.check === "max_length")
  const type = typeOf(schema)
  if ((type === "string" || type === "array") && !isBounded && extension.format !== "date-time") {
    throw new UnrepresentableError(path, "has no maximum length; the cost of rules is estimated for the worst case")
  }
  if (type === "record" && extension.maxProperties === undefined) throw new UnrepresentableError(path, "has no maxProperties")
  if (type === "array" && extension.listType === undefined) {
    throw new UnrepresentableError(path, "does not say how it is merged; use listMap, setOf or atomicList")
  }
}

function refusePattern(check: z.core.$ZodCheck<never>, path: string): void {
  const pattern = (check._zod.def as { pattern?: RegExp }).pattern
  if (!pattern) return
  if (/\(\?[=!<]/.test(pattern.source)) throw new UnrepresentableError(path, `pattern ${pattern.source} looks around, which RE2 cannot`)
  if (/\\[1-9]/.test(pattern.source)) throw new UnrepresentableError(path, `pattern ${pattern.source} refers back, which RE2 cannot`)
  if (pattern.flags.replace("u", "") !== "") throw new UnrepresentableError(path, `pattern flags ${pattern.flags} are lost`)
}

function addExtension(schema: Schema, json: JsonSchema): void {
  const extension = extensionOf(schema)
  if (extension.intOrString) writeIntOrString(json, extension.intOrString)
  if (extension.preserveUnknown) {
    delete json.additionalProperties
    json["x-kubernetes-preserve-unknown-fields"] = true
  }
  const { format, maxProperties, listType, listMapKeys, mapType, rules } = extension
  const said: JsonSchema = {
    format,
    maxProperties,
    "x-kubernetes-list-type": listType,
    "x-kubernetes-list-map-keys": listMapKeys && [...listMapKeys],
    "x-kubernetes-map-type": mapType,
    "x-kubernetes-validations": rules?.map((rule) => ({ ...rule })),
  }
  for (const [key, value] of Object.entries(said)) if (value !== undefined) Object.assign(json, { [key]: value })
  if (json.type === "number" && json.enum?.every(Number.isInteger)) json.type = "integer"
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum
}

function writeIntOrString(json: JsonSchema, { maxLength, pattern }: { maxLength: number; pattern?: string }): void {
  for (const key of Object.keys(json)) if (key !== "description") delete json[key as keyof JsonSchema]
  Object.assign(json, { "x-kubernetes-int-or-string": true, maxLength }, pattern && { pattern })
}

/** The API server checks a default against the object's own rules before it fills nested defaults, so such a default is written in full. */
function expandDefault(schema: Schema, json: JsonSchema): void {
  if (typeOf(schema) !== "prefault" || !json["x-kubernetes-validations"]) return
  json.default = (schema as z.ZodType).parse(undefined)
}

/** One order of keys everywhere, so that a diff of the generated file shows changes only. */
const keyOrder: readonly (keyof JsonSchema)[] = [
  "type",
  "description",
  "format",
  "enum",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "maxProperties",
  "default",
  "required",
  "properties",
  "additionalProperties",
  "items",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-validations",
]

function tidy(json: JsonSchema): JsonSchema {
  const ordered: Record<string, unknown> = {}
  for (const key of keyOrder) if (json[key] !== undefined) ordered[key] = json[key]
  const strange = Object.keys(json).find((key) => !(keyOrder as readonly string[]).includes(key))
  if (strange) throw new UnrepresentableError("", `JSON schema keyword ${strange} is not structural`)
  const tidied = ordered as JsonSchema
  if (tidied.properties)
    tidied.properties = Object.fromEntries(Object.entries(tidied.properties).map(([name, field]) => [name, tidy(field)]))
  if (tidied.additionalProperties) tidied.additionalProperties = tidy(tidied.additionalProperties)
  if (tidied.items) tidied.items = tidy(tidied.items)
  return tidied
}
