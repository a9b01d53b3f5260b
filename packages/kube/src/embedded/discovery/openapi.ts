// OpenAPI v3 per group and version: what `kubectl explain`, client-side validation and the check for dry-run support read.
import { createHash } from "node:crypto"
import type { Registry } from "../kinds/registry.ts"
import { apiVersionOf, type Resource } from "../kinds/resource.ts"
import { metadataJson } from "../schema/metadata.ts"
import type { JsonSchema } from "../schema/schema.ts"

const metaName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
const listMetaName = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta"

export type OpenApi = {
  /** `api/v1` → document. */
  documents: ReadonlyMap<string, string>
  root: string
}

export function makeOpenApi({ all }: Registry): OpenApi {
  const byPath = Map.groupBy(all, (resource) => pathOf(resource))
  const documents = new Map([...byPath].map(([path, resources]) => [path, JSON.stringify(documentOf(resources))]))
  const paths = Object.fromEntries(
    [...documents].map(([path, text]) => {
      const hash = createHash("sha256").update(text).digest("hex").toUpperCase().slice(0, 64)
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]
    }),
  )
  return { documents, root: JSON.stringify({ paths }) }
}

function pathOf(resource: Resource): string {
  return resource.group === "" ? `api/${resource.version}` : `apis/${resource.group}/${resource.version}`
}

function documentOf(resources: readonly Resource[]): object {
  const paths: Record<string, object> = {}
  const schemas: Record<string, object> = {
    [metaName]: metadataJson,
    [listMetaName]: { type: "object", properties: { resourceVersion: { type: "string" }, continue: { type: "string" } } },
  }
  for (const resource of resources) {
    Object.assign(paths, pathsOf(resource))
    Object.assign(schemas, schemasOf(resource))
  }
  return { openapi: "3.0.0", info: { title: "Rivven resource API", version: "v1.35.0" }, paths, components: { schemas } }
}

function schemaName({ group, version, kind }: Resource): string {
  const reversed = group === "" ? "io.k8s.api.core" : group.split(".").reverse().join(".")
  return `${reversed}.${version}.${kind}`
}

function gvkOf({ group, version, kind }: Resource): { group: string; version: string; kind: string } {
  return { group, version, kind }
}

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` })

function schemasOf(resource: Resource): Record<string, object> {
  const name = schemaName(resource)
  const gvk = gvkOf(resource)
  const { metadata: _metadata, ...properties } = resource.json.properties ?? {}
  const metadata = { description: "Standard object's metadata.", default: {}, allOf: [ref(metaName)] }
  const own = publicSchema(resource.json)
  return {
    [name]: {
      ...own,
      properties: { ...mapValues(properties, publicSchema), metadata },
      "x-kubernetes-group-version-kind": [gvk],
    },
    [`${name}List`]: {
      type: "object",
      required: ["items"],
      properties: {
        apiVersion: { type: "string" },
        kind: { type: "string" },
        metadata: { default: {}, allOf: [ref(listMetaName)] },
        items: { type: "array", items: { default: {}, allOf: [ref(name)] } },
      },
      "x-kubernetes-group-version-kind": [{ ...gvk, kind: `${gvk.kind}List` }],
    },
  }
}

/** Rules are the server's business; the shape is everybody's. */
function publicSchema(json: JsonSchema): JsonSchema {
  const { "x-kubernetes-validations": _rules, properties, items, additionalProperties, ...rest } = json
  return {
    ...rest,
    ...(properties && { properties: mapValues(properties, publicSchema) }),
    ...(items && { items: publicSchema(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: typeof additionalProperties === "object" ? publicSchema(additionalProperties) : additionalProperties,
    }),
  }
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

const parameter = (name: string, where: "query" | "path" = "query", type = "string"): object => ({
  name,
  in: where,
  ...(where === "path" && { required: true }),
  schema: { type, uniqueItems: true },
})

const writeParameters = [parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation")]
const readParameters = ["continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "watch"].map((name) => parameter(name))

function pathsOf(resource: Resource): Record<string, object> {
  const scope = resource.isNamespaced ? "/namespaces/{namespace}" : ""
  const collection = `/${pathOf(resource)}${scope}/${resource.plural}`
  const scoped = resource.isNamespaced ? [parameter("namespace", "path")] : []
  const named = [parameter("name", "path"), ...scoped]
  const paths: Record<string, object> = {
    [collection]: { ...collectionOperations(resource), parameters: scoped },
    [`${collection}/{name}`]: { ...objectOperations(resource), parameters: named },
  }
  if (resource.hasStatus) paths[`${collection}/{name}/status`] = { ...objectOperations(resource), parameters: named }
  return paths
}

function collectionOperations(resource: Resource): object {
  const reading = { get: operation(resource, { action: "list", parameters: readParameters, answer: `${schemaName(resource)}List` }) }
  if (resource.isReadOnly) return reading
  return { ...reading, post: operation(resource, { action: "post", parameters: writeParameters, body: ["application/json"] }) }
}

function objectOperations(resource: Resource): object {
  const reading = { get: operation(resource, { action: "get", parameters: [] }) }
  if (resource.isReadOnly) return reading
  const patchTypes = [
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    ...(resource.isStrategic ? ["application/strategic-merge-patch+json"] : []),
  ]
  return {
    ...reading,
    put: operation(resource, { action: "put", parameters: writeParameters, body: ["application/json"] }),
    patch: operation(resource, {
      action: "patch",
      parameters: [...writeParameters, parameter("force", "query", "boolean")],
      body: patchTypes,
    }),
    delete: operation(resource, { action: "delete", parameters: [parameter("dryRun"), parameter("propagationPolicy")] }),
  }
}

type Operation = { action: string; parameters: readonly object[]; body?: readonly string[]; answer?: string }

function operation(resource: Resource, { action, parameters, body, answer }: Operation): object {
  const schema = ref(answer ?? schemaName(resource))
  return {
    operationId: `${action}${apiVersionOf(resource).replace(/[^A-Za-z0-9]/g, "")}${resource.kind}`,
    parameters,
    ...(body && { requestBody: { content: Object.fromEntries(body.map((type) => [type, { schema: action === "patch" ? {} : schema }])) } }),
    responses: { "200": { description: "OK", content: { "application/json": { schema } } } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvkOf(resource),
  }
}
