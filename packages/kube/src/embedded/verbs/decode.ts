// Body → object of the resource: identity checked against the address, unknown fields reported or removed, defaults filled.
import { KubeError } from "../../errors.ts"
import { type AnyObject, isRecord, textOf } from "../../object.ts"
import { apiVersionOf, type Resource } from "../kinds/resource.ts"
import { fillDefaults } from "../schema/defaults.ts"
import { prune } from "../schema/unknown.ts"
import { validate } from "../schema/validate.ts"
import { conflict, invalidObject, type WriteRequest } from "./context.ts"

/** Throws `BadRequest` when the body is no object of this resource. */
export function asObject(body: unknown, resource: Resource): AnyObject {
  if (!isRecord(body)) throw new KubeError("BadRequest", "the body of the request must be an object")
  const apiVersion = apiVersionOf(resource)
  if (body.kind === undefined) throw new KubeError("BadRequest", "Object 'Kind' is missing in the body of the request")
  if (body.apiVersion !== apiVersion) {
    const given = JSON.stringify(body.apiVersion ?? "")
    throw new KubeError("BadRequest", `the API version in the data (${given}) does not match the expected API version (${apiVersion})`)
  }
  if (body.kind !== resource.kind && !resource.isStrategic) {
    const message = `Invalid value: ${JSON.stringify(body.kind)}: must be ${resource.kind}`
    throw invalidObject(resource, { name: nameIn(body), problems: [{ path: "kind", type: "Invalid", message }] })
  }
  if (body.kind !== resource.kind) {
    throw new KubeError(
      "BadRequest",
      `the kind in the data (${JSON.stringify(body.kind)}) does not match the expected kind (${resource.kind})`,
    )
  }
  const metadata = body.metadata ?? {}
  if (!isRecord(metadata)) throw new KubeError("BadRequest", "metadata must be an object")
  return { ...body, metadata: metadata as AnyObject["metadata"] } as AnyObject
}

function nameIn(body: Record<string, unknown>): string {
  return isRecord(body.metadata) ? textOf(body.metadata.name) : ""
}

/** Name and namespace of the body are those of the address, or absent. Throws `BadRequest`. */
export function checkAddress(object: AnyObject, request: WriteRequest & { name?: string }): void {
  const { name, namespace, resource } = request
  const { metadata } = object
  if (resource.isNamespaced) metadata.namespace ??= namespace
  else delete metadata.namespace
  if (resource.isNamespaced && metadata.namespace !== namespace) {
    throw new KubeError(
      "BadRequest",
      `the namespace of the provided object does not match the namespace sent on the request: ${textOf(metadata.namespace)} is not ${textOf(namespace)}`,
    )
  }
  if (name === undefined) return
  metadata.name ??= name
  if (metadata.name !== name) {
    throw new KubeError("BadRequest", `the name of the object (${textOf(metadata.name)}) does not match the name on the URL (${name})`)
  }
}

/** A write that names a uid or resourceVersion is meant for exactly that object. Throws `Conflict`, or `Invalid` where one is needed. */
export function checkVersion(next: AnyObject, live: AnyObject, request: WriteRequest & { isWholeObject: boolean }): void {
  const { resource, isWholeObject } = request
  const { name, uid, resourceVersion } = next.metadata
  if (uid !== undefined && uid !== live.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${textOf(live.metadata.uid)}`
    throw conflict(resource, { name, why })
  }
  if (resourceVersion === undefined || resourceVersion === "") {
    if (!isWholeObject || resource.allowsUnconditionalUpdate) return
    const message = 'Invalid value: "": must be specified for an update'
    throw invalidObject(resource, { name, problems: [{ path: "metadata.resourceVersion", type: "Invalid", message }] })
  }
  if (resourceVersion === live.metadata.resourceVersion) return
  throw conflict(resource, {
    name,
    why: "the object has been modified; please apply your changes to the latest version and try again",
  })
}

/** Prunes and fills defaults in place. Throws `BadRequest` for unknown fields when validation is strict. */
export function complete(object: AnyObject, request: WriteRequest, duplicates: readonly string[] = []): void {
  const { resource, fieldValidation, warnings } = request
  // What the shape of metadata must be, before code reads from it.
  const metadata = resource.schema.properties?.get("metadata")
  const problems = metadata ? validate({ value: withoutNulls(object.metadata), schema: metadata, path: ["metadata"] }) : []
  if (problems.length > 0) throw invalidObject(resource, { name: textOf(object.metadata.name), problems })
  const unknown = prune(object, resource.schema).map((path) => `unknown field ${JSON.stringify(path)}`)
  const strange = [...unknown, ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`)]
  if (strange.length > 0 && fieldValidation === "Strict") {
    const version = `${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}`
    throw new KubeError("BadRequest", `${version}: strict decoding error: ${strange.join(", ")}`)
  }
  if (fieldValidation === "Warn") warnings.push(...strange)
  fillDefaults(object, resource.schema)
  dropEmpty(object.metadata)
}

/** Empty maps and lists in metadata are the same as none. */
function dropEmpty(metadata: AnyObject["metadata"]): void {
  for (const name of ["labels", "annotations", "finalizers", "ownerReferences"] as const) {
    if (Object.keys(metadata[name] ?? {}).length === 0) delete metadata[name]
  }
}

function withoutNulls(metadata: object): object {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null))
}
