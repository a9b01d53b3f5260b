// metadata of every object, as a schema like any other: typed, pruned, merged by the same code as spec and status.
import { compileSchema } from "./compile.ts"
import type { JsonSchema, Schema } from "./schema.ts"

const text: JsonSchema = { type: "string" }
const textMap: JsonSchema = { type: "object", additionalProperties: text }

export const metadataJson: JsonSchema = {
  type: "object",
  description: "Standard object's metadata.",
  properties: {
    name: { ...text, description: "Name of the object, unique within its namespace and kind." },
    generateName: { ...text, maxLength: 253, description: "Prefix of a name that the server completes, where name is absent." },
    namespace: { ...text, description: "Namespace in which the name is unique." },
    uid: { ...text, description: "Identity of this object in time and space; set by the server." },
    resourceVersion: { ...text, description: "Version of the stored object; a write that names another one is refused." },
    generation: { type: "integer", format: "int64", description: "Counts changes of the desired state; set by the server." },
    creationTimestamp: { ...text, format: "date-time", nullable: true, description: "When the object was created; set by the server." },
    deletionTimestamp: { ...text, format: "date-time", description: "When deletion was asked for; set by the server." },
    deletionGracePeriodSeconds: { type: "integer", format: "int64" },
    selfLink: text,
    labels: { ...textMap, description: "Keys and values by which objects are selected." },
    annotations: { ...textMap, description: "Keys and values that tools keep with the object." },
    finalizers: {
      type: "array",
      items: text,
      "x-kubernetes-list-type": "set",
      description: "Must be empty before the object is removed; each entry names who removes it.",
    },
    ownerReferences: {
      type: "array",
      description: "Objects this one depends on; it is removed when all of them are gone.",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["uid"],
      items: {
        type: "object",
        required: ["apiVersion", "kind", "name", "uid"],
        "x-kubernetes-map-type": "atomic",
        properties: {
          apiVersion: text,
          kind: text,
          name: text,
          uid: text,
          controller: { type: "boolean" },
          blockOwnerDeletion: { type: "boolean" },
        },
      },
    },
    managedFields: {
      type: "array",
      description: "Which manager owns which fields.",
      "x-kubernetes-list-type": "atomic",
      items: {
        type: "object",
        properties: {
          manager: text,
          operation: text,
          apiVersion: text,
          time: text,
          fieldsType: text,
          fieldsV1: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
          subresource: text,
        },
      },
    },
  },
}

const head = {
  apiVersion: { ...text, description: "Group and version of the kind." },
  kind: { ...text, description: "The kind of the object." },
} satisfies Record<string, JsonSchema>

/** The schema of a whole object: what the kind declares plus apiVersion, kind and metadata. */
export function completeJson(own: JsonSchema): JsonSchema {
  return { ...own, type: "object", properties: { ...head, metadata: metadataJson, ...withoutHead(own.properties) } }
}

const compiledMetadata = compileSchema(metadataJson)

/** Compiles the kind's schema with metadata in it. */
export function compileObjectSchema(own: JsonSchema): Schema {
  const schema = compileSchema({ ...own, properties: withoutHead(own.properties) })
  const properties = new Map<string, Schema>([
    ["apiVersion", compileSchema(head.apiVersion)],
    ["kind", compileSchema(head.kind)],
    ["metadata", compiledMetadata],
    ...(schema.properties ?? []),
  ])
  return { ...schema, type: "object", properties }
}

function withoutHead(properties: JsonSchema["properties"] = {}): Record<string, JsonSchema> {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = properties
  return rest
}
