// Kubernetes' own kinds that are served here, with only the fields that make sense without workloads.
import { type AnyObject, isRecord, textOf } from "../../object.ts"
import { isEqual } from "../schema/equal.ts"
import { compileObjectSchema, completeJson } from "../schema/metadata.ts"
import { duplicate, forbidden, invalid, type Problem } from "../schema/problem.ts"
import type { JsonSchema } from "../schema/schema.ts"
import { ageColumn, ageOf, nameColumn, textColumn } from "./columns.ts"
import { defineResource, type Resource } from "./resource.ts"

const textMap: JsonSchema = { type: "object", additionalProperties: { type: "string" } }
const bytesMap: JsonSchema = { type: "object", additionalProperties: { type: "string", format: "byte" } }

const schemaOf = (description: string, properties: Record<string, JsonSchema>) => {
  const json: JsonSchema = { type: "object", description, properties }
  return { json: completeJson(json), schema: compileObjectSchema(json) }
}

const sizeLimit = 1024 * 1024
const dataKey = /^[-._a-zA-Z0-9]{1,253}$/

function checkData(object: AnyObject, fields: readonly string[]): Problem[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  let size = 0
  for (const field of fields) {
    for (const [key, value] of entriesOf(object[field])) {
      const path = [field, `[${key}]`]
      if (!dataKey.test(key))
        problems.push(invalid(path, key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"))
      if (seen.has(key)) problems.push(duplicate(path, key))
      seen.add(key)
      size += textOf(value).length
    }
  }
  if (size > sizeLimit) problems.push({ path: "", type: "TooLong", message: `Too long: may not be more than ${sizeLimit} bytes` })
  return problems
}

function checkImmutable(object: AnyObject, old: AnyObject | undefined, fields: readonly string[]): Problem[] {
  if (old?.immutable !== true) return []
  const changed = [...fields, "immutable"].filter((field) => !isEqual(object[field], old[field]))
  return changed.map((field) => forbidden([field], "field is immutable when `immutable` is set"))
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : []
}

const namespaces = defineResource({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  isNamespaced: false,
  nameFormat: "label",
  hasStatus: true,
  ...schemaOf("Namespace provides a scope for names.", {
    spec: { type: "object", properties: { finalizers: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "atomic" } } },
    status: { type: "object", properties: { phase: { type: "string" } } },
  }),
  columns: [nameColumn, textColumn("Status", (object) => (isRecord(object.status) ? object.status.phase : "")), ageColumn],
  selectable: { "status.phase": (object) => (isRecord(object.status) ? textOf(object.status.phase) : "") },
  prepare: (object, old) => {
    if (old) return
    object.metadata.labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name }
    object.spec = { finalizers: ["kubernetes"] }
    object.status = { phase: "Active" }
  },
})

const configMaps = defineResource({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  ...schemaOf("ConfigMap holds configuration data for others to consume.", {
    data: { ...textMap, description: "Text by key." },
    binaryData: { ...bytesMap, description: "Bytes by key, as base64." },
    immutable: { type: "boolean", description: "Whether the data can no longer be changed." },
  }),
  columns: [
    nameColumn,
    { ...textColumn("Data", (object) => entriesOf(object.data).length + entriesOf(object.binaryData).length), type: "integer" },
    ageColumn,
  ],
  check: (object, old) => [...checkData(object, ["data", "binaryData"]), ...checkImmutable(object, old, ["data", "binaryData"])],
})

const secrets = defineResource({
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  ...schemaOf("Secret holds secret data.", {
    data: { ...bytesMap, description: "Bytes by key, as base64." },
    stringData: { ...textMap, description: "Text by key, written into data; never read back." },
    type: { type: "string", description: "What the data is for." },
    immutable: { type: "boolean", description: "Whether the data can no longer be changed." },
  }),
  columns: [
    nameColumn,
    textColumn("Type", (object) => object.type),
    { ...textColumn("Data", (object) => entriesOf(object.data).length), type: "integer" },
    ageColumn,
  ],
  selectable: { type: (object) => textOf(object.type) },
  prepare: (object) => {
    object.type ??= "Opaque"
    const added = entriesOf(object.stringData).map(([key, value]) => [key, Buffer.from(textOf(value)).toString("base64")])
    if (added.length > 0) object.data = { ...(isRecord(object.data) ? object.data : {}), ...Object.fromEntries(added) }
    delete object.stringData
  },
  check: (object, old) => [
    ...checkData(object, ["data"]),
    ...checkImmutable(object, old, ["data"]),
    ...(old && old.type !== object.type ? [invalid(["type"], object.type, "field is immutable")] : []),
  ],
})

const leases = defineResource({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  hasFile: false,
  ...schemaOf("Lease says who holds something, and until when.", {
    spec: {
      type: "object",
      properties: {
        holderIdentity: { type: "string" },
        leaseDurationSeconds: { type: "integer", minimum: 1 },
        acquireTime: { type: "string", format: "date-time" },
        renewTime: { type: "string", format: "date-time" },
        leaseTransitions: { type: "integer", minimum: 0 },
        preferredHolder: { type: "string" },
        strategy: { type: "string" },
      },
    },
  }),
  columns: [nameColumn, textColumn("Holder", (object) => (isRecord(object.spec) ? object.spec.holderIdentity : "")), ageColumn],
})

const customResourceDefinitions = defineResource({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  isNamespaced: false,
  hasStatus: true,
  isReadOnly: true,
  hasFile: false,
  ...schemaOf("CustomResourceDefinition is a kind that this server serves. It comes with the program and cannot be changed here.", {
    spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  }),
  columns: [
    nameColumn,
    textColumn("Created At", (object) => object.metadata.creationTimestamp),
    textColumn("Age", (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs), 1),
  ],
})

export const coreResources: readonly Resource[] = [namespaces, configMaps, secrets, leases, customResourceDefinitions]
